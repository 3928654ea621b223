"""Settings: the published defaults, the order of layers, and what is said of mistakes."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from trends.domain.models import Language
from trends.errors import SettingsError, UnknownNameError
from trends.markets import load_market, market_names
from trends.settings import Settings, load_settings
from trends.settings_layers import OTHER_VARIABLES, packaged_folder

ROOT = Path(__file__).parents[3]
DEFAULTS = packaged_folder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of settings that change nothing."""
    for environment in ("development", "staging", "production"):
        (tmp_path / f"{environment}.yaml").write_text(f"environment: {environment}\n")
    return tmp_path


def value_of(settings: Settings, path: str) -> Any:
    found: Any = settings
    for part in path.split("."):
        found = getattr(found, part)
    return found


class TestDefaults:
    @pytest.mark.parametrize(
        ("path", "published"),
        [
            ("api.port", 8000),
            ("workers.num_workers", 4),
            ("workers.timeout_seconds", 600),
            ("api.wait_timeout_seconds", 300),
            ("limits.requests_per_minute", 60),
            ("limits.requests_per_hour", 3000),
            ("limits.burst_size", 20),
            ("limits.cost_per_day_usd", 50.0),
            ("llm.temperature", 0.7),
            ("cache.max_size_mb", 50),
            ("monitoring.log_level", "INFO"),
            ("runs.time_window", "7d"),
        ],
    )
    def test_published_default_holds(self, path: str, published: object) -> None:
        assert value_of(load_settings({}, DEFAULTS), path) == published

    @pytest.mark.parametrize("environment", ["development", "staging", "production"])
    def test_every_environment_loads(self, environment: str) -> None:
        settings = load_settings({"TRENDS_ENV": environment}, DEFAULTS)

        assert settings.environment == environment

    def test_settings_cannot_be_changed(self) -> None:
        settings = load_settings({}, DEFAULTS)

        with pytest.raises(ValidationError):
            settings.api.port = 1


class TestEnvironment:
    @pytest.mark.parametrize(
        ("given", "meant"),
        [
            ("dev", "development"),
            ("prod", "production"),
            ("stage", "staging"),
            ("PROD", "production"),
            ("", "development"),
        ],
    )
    def test_alias_means_its_environment(self, given: str, meant: str) -> None:
        assert load_settings({"TRENDS_ENV": given}, DEFAULTS).environment == meant

    def test_published_name_is_read_too(self) -> None:
        assert load_settings({"ENVIRONMENT": "production"}, DEFAULTS).environment == "production"

    def test_our_own_name_goes_first(self) -> None:
        environ = {"ENVIRONMENT": "qa", "TRENDS_ENV": "prod"}

        assert load_settings(environ, DEFAULTS).environment == "production"

    @pytest.mark.parametrize("variable", ["TRENDS_ENV", "ENVIRONMENT"])
    def test_unknown_environment_names_the_near_one(self, variable: str) -> None:
        with pytest.raises(SettingsError, match=f"in {variable}.*Did you mean 'production'"):
            load_settings({variable: "producton"}, DEFAULTS)


class TestLayers:
    def test_environment_file_lies_over_base(self, folder: Path) -> None:
        (folder / "base.yaml").write_text("api:\n  port: 1111\n  host: 0.0.0.0\n")
        (folder / "production.yaml").write_text("api:\n  port: 2222\n")

        settings = load_settings({"TRENDS_ENV": "prod"}, folder)

        assert (settings.api.port, settings.api.host) == (2222, "0.0.0.0")

    def test_variable_lies_over_files(self, folder: Path) -> None:
        (folder / "development.yaml").write_text("api:\n  port: 2222\n")

        assert load_settings({"TRENDS_API__PORT": "3333"}, folder).api.port == 3333

    def test_section_keeps_the_keys_that_a_layer_leaves_out(self, folder: Path) -> None:
        (folder / "development.yaml").write_text("llm:\n  temperature: 0.1\n")

        settings = load_settings({}, folder)

        assert (settings.llm.temperature, settings.llm.provider) == (0.1, "openai")

    def test_list_is_replaced_and_not_added_to(self, folder: Path) -> None:
        (folder / "development.yaml").write_text("runs:\n  languages: [en]\n")

        assert load_settings({}, folder).runs.languages == (Language.EN,)

    def test_section_with_nothing_below_it_changes_nothing(self, folder: Path) -> None:
        (folder / "development.yaml").write_text("api:\n#  port: 1\n")

        assert load_settings({}, folder).api.port == 8000

    def test_loading_again_sees_the_new_file(self, folder: Path) -> None:
        before = load_settings({}, folder)
        (folder / "development.yaml").write_text("api:\n  port: 2222\n")

        assert (load_settings({}, folder).api.port, before.api.port) == (2222, 8000)

    def test_other_tools_variables_have_no_say(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / "development.yaml").write_text("runs:\n  languages: [en]\n")
        (folder / "more.yaml").write_text("api:\n  port: 1\n")
        ours = {"TRENDS_ENGINE__NAMESPACE": "@int 5"}
        before = load_settings(ours, folder)
        for name in ("SETTINGS_FILE", "INCLUDES", "PRELOAD", "SECRETS"):
            monkeypatch.setenv(f"{name}_FOR_DYNACONF", str(folder / "more.yaml"))
        for name in ("MERGE_ENABLED", "AUTO_CAST"):
            monkeypatch.setenv(f"{name}_FOR_DYNACONF", "true")
        monkeypatch.setenv("DOTTED_LOOKUP_FOR_DYNACONF", "false")
        monkeypatch.setenv("DYNACONF_API__PORT", "2")

        assert load_settings({**ours, "API__PORT": "3", "PORT": "4"}, folder) == before

    @pytest.mark.parametrize(
        ("variable", "text", "path", "meant"),
        [
            ("TRENDS_RUNS__SOURCES", "sample,file:a.csv", "runs.sources", ("sample", "file:a.csv")),
            ("TRENDS_RUNS__SOURCES", '["sample"]', "runs.sources", ("sample",)),
            ("TRENDS_ENGINE__NAMESPACE", "2024", "engine.namespace", "2024"),
            ("TRENDS_LIMITS__COST_PER_DAY_USD", "7", "limits.cost_per_day_usd", 7.0),
            ("TRENDS_MONITORING__LOG_LEVEL", "debug", "monitoring.log_level", "DEBUG"),
            ("TRENDS_ANALYSIS__USER_WORDS", "올영세일", "analysis.user_words", ("올영세일",)),
            ("TRENDS_SOURCES__SAMPLE__SEED", "7", "sources.sample.seed", 7),
            ("TRENDS_ENGINE__NAMESPACE", "@format {env[HOME]}", "engine.namespace", "@format {env[HOME]}"),
            ("TRENDS_API__PORT", "", "api.port", 8000),
        ],
    )  # fmt: skip
    def test_variable_is_read_as_its_setting_s_type(
        self, folder: Path, variable: str, text: str, path: str, meant: object
    ) -> None:
        assert value_of(load_settings({variable: text}, folder), path) == meant


class TestFolders:
    def test_variable_names_the_folder(self, folder: Path) -> None:
        (folder / "development.yaml").write_text("api:\n  port: 2222\n")

        assert load_settings({"TRENDS_CONFIG_DIR": str(folder)}).api.port == 2222

    def test_folder_that_does_not_exist_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"no-such.*TRENDS_CONFIG_DIR"):
            load_settings({"TRENDS_CONFIG_DIR": str(tmp_path / "no-such")})

    def test_config_folder_here_is_found(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / "config").mkdir()
        (folder / "config" / "development.yaml").write_text("api:\n  port: 2222\n")
        monkeypatch.chdir(folder)

        assert load_settings({}).api.port == 2222

    def test_somewhere_else_the_packaged_folder_is_used(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)

        assert load_settings({}) == load_settings({}, DEFAULTS)


class TestMistakes:
    @pytest.mark.parametrize(
        ("variable", "near"),
        [
            ("TRENDS_API__PROT", "TRENDS_API__PORT"),
            ("TRENDS_API_PORT", "TRENDS_API__PORT"),
            ("TRENDS_SATE", "TRENDS_STATE"),
            ("TRENDS_LLM__TEMPRATURE", "TRENDS_LLM__TEMPERATURE"),
            ("TRENDS_ENVIRONMENT", "TRENDS_ENV"),
        ],
    )
    def test_unknown_variable_names_the_near_one(self, variable: str, near: str) -> None:
        with pytest.raises(SettingsError, match=rf"{variable} .*Did you mean {near}\?"):
            load_settings({variable: "1"}, DEFAULTS)

    @pytest.mark.parametrize(
        "variable", sorted(OTHER_VARIABLES - {"TRENDS_ENV", "TRENDS_CONFIG_DIR"})
    )
    def test_variable_of_another_purpose_is_no_setting(self, variable: str) -> None:
        assert load_settings({variable: "x"}, DEFAULTS) == load_settings({}, DEFAULTS)

    @pytest.mark.parametrize(
        ("text", "line", "message"),
        [
            ("llm:\n  temprature: 1\n", 2, "Did you mean 'llm.temperature'?"),
            ("lmm:\n  temperature: 1\n", 1, "Did you mean 'llm'?"),
            ("port: 8000\n", 1, "'port'"),
            ("sources:\n  sample:\n    sed: 1\n", 3, "Did you mean 'sources.sample.seed'?"),
            ("api: 8000\n", 1, "gives the section 'api' a plain value"),
            ("api:\n  port:\n    number: 1\n", 2, "api.port"),
            ("api:\n  port: eight\n", 2, "api.port"),
            ("api:\n  port: '8000'\n", 2, "api.port"),
            ("api:\n  port: 70000\n", 2, "api.port"),
            ("runs:\n  time_window: next week\n", 2, "runs.time_window"),
            ("runs:\n  languages: [fr]\n", 2, "runs.languages"),
            ("runs:\n  languages: en\n", 2, "runs.languages"),
            ("analysis:\n  error_rate: 1.5\n", 2, "analysis.error_rate"),
            ("workers:\n  num_workers: true\n", 2, "workers.num_workers"),
            ("llm:\n  provider: opnai\n", 2, "(did you mean 'openai'?)"),
            ("llm:\n  roles:\n    judge:\n      provider: gogle\n", 4, "(did you mean 'google'?)"),
            ("llm:\n  roles:\n    jugde:\n      model: m\n", 3, "Did you mean 'llm.roles.judge'?"),
            ("llm:\n  provider: qqq\n", 2, "'google' or 'ollama'. Mend them"),
            (
                "llm:\n  prices:\n    opnai:m: {input_usd: 1, output_usd: 1}\n",
                2,
                "(did you mean 'openai:m'?)",
            ),
            ("environment: staging\n", 1, "is for the environment 'staging'"),
            ("environment: development\napi: {port: 1}\napi: {}\n", 3, "a second time"),
        ],
    )
    def test_mistake_in_a_file_is_named_with_its_line(
        self, folder: Path, text: str, line: int, message: str
    ) -> None:
        file = folder / "development.yaml"
        file.write_text(text)

        with pytest.raises(SettingsError) as caught:
            load_settings({}, folder)

        assert f"{file}:{line}" in str(caught.value)
        assert message in str(caught.value)

    def test_wrong_value_of_a_variable_names_the_variable(self, folder: Path) -> None:
        with pytest.raises(SettingsError, match="TRENDS_API__PORT"):
            load_settings({"TRENDS_API__PORT": "eight"}, folder)

    def test_emptied_file_does_not_bring_the_defaults_back(self, folder: Path) -> None:
        (folder / "production.yaml").write_text("")

        with pytest.raises(SettingsError, match=r"production\.yaml is empty"):
            load_settings({"TRENDS_ENV": "prod"}, folder)

    def test_absent_file_of_the_environment_is_named(self, folder: Path) -> None:
        (folder / "production.yaml").unlink()

        with pytest.raises(SettingsError, match=r"has no production\.yaml"):
            load_settings({"TRENDS_ENV": "prod"}, folder)

    def test_base_file_has_no_environment(self, folder: Path) -> None:
        (folder / "base.yaml").write_text("environment: production\n")

        with pytest.raises(SettingsError, match=r"base\.yaml:1 has the unknown setting"):
            load_settings({}, folder)


class TestChannels:
    JSON = '{"team": {"type": "slack", "url": "https://hooks.slack.com/s3cr3t"}}'
    TOML = '{team = {type = "slack", url = "https://hooks.slack.com/s3cr3t"}}'

    @pytest.mark.parametrize("text", [JSON, TOML])
    def test_channels_may_stand_in_a_variable(self, text: str) -> None:
        settings = load_settings({"TRENDS_NOTIFY__CHANNELS": text}, DEFAULTS)

        assert list(settings.notify.all_channels()) == ["log", "team"]

    def test_snapshot_holds_no_channel(self) -> None:
        settings = load_settings({"TRENDS_NOTIFY__CHANNELS": self.JSON}, DEFAULTS)

        assert settings.snapshot() == load_settings({}, DEFAULTS).snapshot()

    def test_secret_is_printed_nowhere(self) -> None:
        settings = load_settings({"TRENDS_NOTIFY__CHANNELS": self.JSON}, DEFAULTS)

        assert "s3cr3t" not in f"{settings!r} {settings} {settings.model_dump_json()}"

    def test_mistake_in_a_channel_is_told_without_its_secret(self) -> None:
        broken = self.JSON.replace('"url"', '"urll"')

        with pytest.raises(SettingsError, match=r"notify\.channels\.team.*urll") as refused:
            load_settings({"TRENDS_NOTIFY__CHANNELS": broken}, DEFAULTS)

        assert "s3cr3t" not in str(refused.value)

    @pytest.mark.parametrize(
        "url", ["trends.example.org", "ftp://a.org", "https://a.org/", "https://a.org/?q=1"]
    )
    def test_public_address_that_links_cannot_begin_with_is_refused(self, url: str) -> None:
        with pytest.raises(SettingsError, match=r"api\.public_url"):
            load_settings({"TRENDS_API__PUBLIC_URL": url}, DEFAULTS)

    @pytest.mark.parametrize("url", ["https://a.org", "http://a.org:8000", "https://a.org/trends"])
    def test_public_address_may_have_a_port_and_a_path(self, url: str) -> None:
        assert load_settings({"TRENDS_API__PUBLIC_URL": url}, DEFAULTS).api.public_url == url


class TestSnapshot:
    def test_settings_come_back_from_their_snapshot(self) -> None:
        settings = load_settings({"TRENDS_ANALYSIS__USER_WORDS": "올영세일"}, DEFAULTS)

        assert Settings.model_validate_json(settings.snapshot()) == settings

    def test_same_settings_make_the_same_bytes(self) -> None:
        assert load_settings({}, DEFAULTS).snapshot() == load_settings({}, DEFAULTS).snapshot()

    @pytest.mark.parametrize(
        "variable",
        ["TRENDS_ANALYSIS__MIN_STORIES", "TRENDS_SOURCES__SAMPLE__SEED", "TRENDS_LLM__TEMPERATURE"],
    )
    def test_revision_changes_with_what_a_report_depends_on(self, variable: str) -> None:
        changed = load_settings({variable: "2"}, DEFAULTS)

        assert changed.revision != load_settings({}, DEFAULTS).revision

    @pytest.mark.parametrize(
        ("variable", "text"),
        [
            ("TRENDS_API__PORT", "9000"),
            ("TRENDS_WORKERS__NUM_WORKERS", "8"),
            ("TRENDS_SOURCES__FILE__ROOTS", "/data"),
            ("TRENDS_MONITORING__LOG_LEVEL", "DEBUG"),
            ("TRENDS_NOTIFY__RUN_CHANNELS", "log,other"),
            ("TRENDS_ENV", "production"),
        ],
    )
    def test_revision_stays_with_what_it_does_not_depend_on(self, variable: str, text: str) -> None:
        changed = load_settings({variable: text}, DEFAULTS)

        assert changed.revision == load_settings({}, DEFAULTS).revision


class TestMarkets:
    def test_market_has_its_clock(self) -> None:
        market = load_market("KR", DEFAULTS)

        assert (market.time_zone, market.languages) == (
            "Asia/Seoul",
            (Language.KO, Language.EN),
        )
        assert market.title[Language.KO] == "한국"

    @pytest.mark.parametrize("name", market_names(DEFAULTS))
    def test_every_market_loads(self, name: str) -> None:
        assert set(load_market(name, DEFAULTS).title) == set(Language)

    def test_packaged_markets_are_known(self) -> None:
        assert market_names(DEFAULTS) == ("JP", "KR", "US")

    def test_folder_adds_a_market(self, folder: Path) -> None:
        (folder / "markets").mkdir()
        (folder / "markets" / "DE.yaml").write_text(
            "name: DE\ntitle: {en: Germany, ko: 독일}\ntime_zone: Europe/Berlin\nlanguages: [en]\n",
            encoding="utf-8",
        )

        assert load_market("DE", folder).time_zone == "Europe/Berlin"
        assert market_names(folder) == ("DE", "JP", "KR", "US")

    @pytest.mark.parametrize("name", ["KO", "kr", "", "../base", "markets/KR", "KR.yaml"])
    def test_unknown_market_is_refused(self, name: str) -> None:
        with pytest.raises(UnknownNameError, match="market"):
            load_market(name, DEFAULTS)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("name: DE\ntime_zone: Mars/Base\n", "no time zone 'Mars/Base'"),
            ("name: XX\ntitle: {}\ntime_zone: UTC\nlanguages: [en]\n", "names the market 'XX'"),
            ("name: DE\ntitle: {}\ntime_zone: UTC\nlanguages: []\n", "languages"),
        ],
    )
    def test_broken_market_is_named(self, folder: Path, text: str, message: str) -> None:
        (folder / "markets").mkdir()
        (folder / "markets" / "DE.yaml").write_text(text)

        with pytest.raises(SettingsError, match=message) as caught:
            load_market("DE", folder)

        assert "DE.yaml" in str(caught.value)


def test_importing_settings_leaves_the_slow_libraries_out() -> None:
    program = (
        "import sys, trends.settings; print({'dynaconf', 'yaml', 'sqlalchemy'} & set(sys.modules))"
    )

    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert shown.stdout.strip() == "set()"


def test_example_file_comments_every_name_and_sets_no_secret() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    names = [line.partition("=") for line in lines if line and not line.startswith("#")]

    assert {"OPENAI_API_KEY", "NEWS_API_KEY", "YOUTUBE_API_KEY"} <= {name for name, _, _ in names}
    for name, _, value in names:
        assert lines[lines.index(f"{name}={value}") - 1].startswith("# ")
        assert value == "" or name == "TRENDS_ENV"


def test_example_file_loads() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    environ = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    assert load_settings(environ, DEFAULTS) == load_settings({}, DEFAULTS)
