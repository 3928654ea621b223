"""Settings that a running process takes over: as a whole or not at all."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from trends.errors import SettingsError, StorageUnavailableError, UnknownNameError
from trends.settings import Settings
from trends.settings_live import LiveSettings, Overridden, following
from trends.settings_reload import is_restart_only

FILE = "production.yaml"
GOOD = "environment: production\nlimits:\n  requests_per_minute: 600\nauth:\n  mode: required\n"
PATIENCE = 10.0


@dataclass
class Memory:
    """Overrides that a test sets."""

    now: Overridden = field(default_factory=Overridden)
    down: bool = False
    asked: int = 0

    async def version(self) -> int:
        """Tell the version."""
        return (await self.overridden()).version

    async def overridden(self) -> Overridden:
        """Read them."""
        self.asked += 1
        if self.down:
            message = "The database is away."
            raise StorageUnavailableError(message)
        return self.now

    def set(self, **values: object) -> None:
        """Override; two underscores stand for a dot."""
        self.now = Overridden(
            self.now.version + 1, {name.replace("__", "."): each for name, each in values.items()}
        )


def live_in(folder: Path, overrides: Memory | None = None, **environ: str) -> LiveSettings:
    folder.mkdir(exist_ok=True)
    if not (folder / FILE).exists():
        (folder / FILE).write_text(GOOD)
    variables = {
        "TRENDS_ENV": "production",
        "TRENDS_CONFIG_DIR": str(folder),
        **{f"TRENDS_{name}": value for name, value in environ.items()},
    }
    return LiveSettings(variables, overrides=overrides)


class Changes:
    """What a process was told."""

    def __init__(self, live: LiveSettings) -> None:
        self._told = asyncio.Event()
        self._live = live
        live.tell(lambda _: self._told.set())

    async def until(self, holds: Callable[[Settings], bool]) -> None:
        """Wait until the settings in force are such."""
        async with asyncio.timeout(PATIENCE):
            while not holds(self._live.current):
                await self._told.wait()
                self._told.clear()


@asynccontextmanager
async def followed(live: LiveSettings) -> AsyncGenerator[Changes]:
    """Keep settings up to date, once the folder is watched or polled."""
    changes = Changes(live)
    async with following(live):
        yield changes


def minute(rate: int) -> Callable[[Settings], bool]:
    return lambda settings: settings.limits.requests_per_minute == rate


async def test_edited_file_is_taken_over_as_a_new_object(tmp_path: Path) -> None:
    live = live_in(tmp_path, RELOAD__POLL_SECONDS="60")
    before = live.current
    async with followed(live) as changes:
        taken = asyncio.create_task(changes.until(minute(700)))
        # The first may come before the folder is watched, and nothing else looks for a minute.
        while not taken.done():
            (tmp_path / FILE).write_text(GOOD.replace("600", "700"))
            await asyncio.wait({taken}, timeout=0.5)
        await taken
    assert before.limits.requests_per_minute == 600
    assert live.loaded.origins["limits.requests_per_minute"] == f"{tmp_path / FILE}:3"


async def test_file_put_in_a_file_s_place_is_taken_over(tmp_path: Path) -> None:
    live = live_in(tmp_path)
    async with followed(live) as changes:
        (tmp_path / "new").write_text(GOOD.replace("600", "700"))
        (tmp_path / "new").replace(tmp_path / FILE)
        await changes.until(minute(700))


async def test_folder_of_links_that_is_swapped_as_a_whole_is_taken_over(tmp_path: Path) -> None:
    """As Kubernetes mounts a ConfigMap: the files are links through `..data`, which is exchanged."""
    mount = tmp_path / "mount"
    for name, rate in (("..one", "600"), ("..two", "700")):
        (mount / name).mkdir(parents=True)
        (mount / name / FILE).write_text(GOOD.replace("600", rate))
    (mount / "..data").symlink_to("..one")
    (mount / FILE).symlink_to(Path("..data") / FILE)
    live = live_in(mount)
    async with followed(live) as changes:
        (mount / "..data_tmp").symlink_to("..two")
        (mount / "..data_tmp").replace(mount / "..data")
        await changes.until(minute(700))


async def test_change_is_seen_without_word_from_the_file_system(tmp_path: Path) -> None:
    """The folder itself is a link that is turned elsewhere: nothing in the watched folder moves."""
    for name, rate in (("one", "600"), ("two", "700")):
        (tmp_path / name).mkdir()
        (tmp_path / name / FILE).write_text(GOOD.replace("600", rate))
    link = tmp_path / "link"
    link.symlink_to("one")
    live = live_in(link, RELOAD__POLL_SECONDS="0.05")
    async with followed(live) as changes:
        (tmp_path / "turned").symlink_to("two")
        (tmp_path / "turned").replace(link)
        await changes.until(minute(700))


BROKEN = {
    "empty": "",
    "a list": "- environment: production\n",
    "a key twice": GOOD + "limits:\n  requests_per_minute: 1\n",
    "a wrong type": GOOD.replace("600", "many"),
    "broken syntax": GOOD + "limits: {oops\n",
    "below zero": GOOD.replace("600", "-1"),
    "an unknown key": GOOD.replace("requests_per_minute", "requests_per_minut"),
    "of another environment": GOOD.replace("environment: production", "environment: staging"),
    "no text": "\x00",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
async def test_broken_file_is_never_applied_and_said_once(tmp_path: Path, broken: str) -> None:
    live = live_in(tmp_path)
    before = live.current
    (tmp_path / FILE).write_text(broken)
    with capture_logs() as said:
        assert not await live.refresh()
        assert not await live.refresh()
    assert live.current is before
    assert live.loaded.failure
    assert [each["event"] for each in said] == ["settings.refused"]


async def test_file_that_is_gone_leaves_what_is_in_force(tmp_path: Path) -> None:
    live = live_in(tmp_path)
    (tmp_path / FILE).unlink()
    assert not await live.refresh()
    assert live.current.limits.requests_per_minute == 600
    (tmp_path / FILE).write_text(GOOD.replace("600", "700"))
    assert await live.refresh()
    assert (live.current.limits.requests_per_minute, live.loaded.failure) == (700, "")


async def test_process_does_not_start_with_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("")
    with pytest.raises(SettingsError, match="is empty"):
        live_in(tmp_path)


async def test_override_goes_before_files_and_a_variable_before_it(tmp_path: Path) -> None:
    memory = Memory()
    live = live_in(tmp_path, memory, LIMITS__BURST_SIZE="3")
    memory.set(limits__requests_per_minute=30, limits__burst_size=9)
    await live.refresh()
    assert live.current.limits.requests_per_minute == 30
    assert live.current.limits.burst_size == 3
    assert live.loaded.origins["limits.requests_per_minute"] == "trends config set (version 1)"
    assert live.loaded.origins["limits.burst_size"] == "TRENDS_LIMITS__BURST_SIZE"


async def test_override_is_seen_by_polling_and_gone_when_it_is_taken_back(tmp_path: Path) -> None:
    memory = Memory()
    live = live_in(tmp_path, memory, RELOAD__POLL_SECONDS="0.05", RELOAD__WATCH="false")
    async with followed(live) as changes:
        memory.set(limits__requests_per_minute=30)
        await changes.until(minute(30))
        memory.set()
        await changes.until(minute(600))


async def test_override_that_would_not_do_is_not_applied(tmp_path: Path) -> None:
    memory = Memory()
    live = live_in(tmp_path, memory)
    memory.set(limits__requests_per_minute=0)
    assert not await live.refresh()
    assert "limits.requests_per_minute" in live.loaded.failure
    assert live.current.limits.requests_per_minute == 600


async def test_database_that_is_away_leaves_overrides_in_force(tmp_path: Path) -> None:
    memory = Memory()
    live = live_in(tmp_path, memory)
    memory.set(limits__requests_per_minute=30)
    await live.refresh()
    memory.down = True
    (tmp_path / FILE).write_text(GOOD + "cache:\n  max_size_mb: 7\n")
    with capture_logs() as said:
        assert await live.refresh()
        await live.refresh()
    assert live.current.limits.requests_per_minute == 30
    assert live.current.cache.max_size_mb == 7
    events = [each["event"] for each in said]
    assert events.count("settings.overrides_unreachable") == 1


async def test_restart_only_setting_waits_and_the_rest_is_taken_over(tmp_path: Path) -> None:
    live = live_in(tmp_path)
    (tmp_path / FILE).write_text(
        GOOD.replace("600", "700") + "api:\n  port: 9999\nworkers:\n  num_workers: 9\n"
    )
    with capture_logs() as said:
        assert await live.refresh()
        await live.refresh()
    assert live.current.limits.requests_per_minute == 700
    assert (live.current.api.port, live.current.workers.num_workers) == (8000, 4)
    assert live.loaded.waiting == ("api.port", "workers.num_workers")
    assert [each["event"] for each in said].count("settings.restart_needed") == 1
    (tmp_path / FILE).write_text(GOOD)
    await live.refresh()
    assert live.loaded.waiting == ()


@pytest.mark.parametrize(
    ("name", "waits"),
    [
        ("api.port", True),
        ("api.limits.reads_burst", True),
        ("limits.redis_url", True),
        ("limits.requests_per_minute", False),
        ("runs.deadline_hours", True),
        ("runs.market", False),
        ("monitoring.log_level", False),
    ],
)
def test_what_waits_for_a_restart(name: str, waits: bool) -> None:
    assert is_restart_only(name) is waits


async def test_what_a_check_refuses_is_not_applied(tmp_path: Path) -> None:
    live = live_in(tmp_path)

    def refuse(settings: Settings) -> None:
        if settings.limits.requests_per_minute == 700:
            message = "Not 700."
            raise SettingsError(message)

    live.use(Memory(), refuse)
    (tmp_path / FILE).write_text(GOOD.replace("600", "700"))
    assert not await live.refresh()
    assert live.loaded.failure == "Not 700."


async def test_listener_that_fails_keeps_nobody_else_from_hearing(tmp_path: Path) -> None:
    live = live_in(tmp_path)
    heard: list[int] = []

    def fail(_: Settings) -> None:
        raise RuntimeError

    live.tell(fail)
    live.tell(lambda settings: heard.append(settings.limits.requests_per_minute))
    (tmp_path / FILE).write_text(GOOD.replace("600", "700"))
    assert await live.refresh()
    assert heard == [700]


async def test_trial_puts_nothing_in_force(tmp_path: Path) -> None:
    live = live_in(tmp_path)
    tried = live.trial({"limits.requests_per_minute": 5}, "here")
    assert (tried.limits.requests_per_minute, live.current.limits.requests_per_minute) == (5, 600)
    with pytest.raises(UnknownNameError, match=r"limits\.requests_per_minute"):
        live.trial({"limits.request_per_minute": 5}, "here")
    with pytest.raises(SettingsError, match=r"limits\.requests_per_minute \(here\)"):
        live.trial({"limits.requests_per_minute": "x"}, "here")


async def test_readers_see_old_or_new_and_never_a_mixture(tmp_path: Path) -> None:
    live = live_in(tmp_path)
    pairs = (("600", "1"), ("700", "2"))

    def write(pair: tuple[str, str]) -> None:
        rate, size = pair
        text = GOOD.replace("600", rate) + f"cache:\n  max_size_mb: {size}\n"
        (tmp_path / "new").write_text(text)
        (tmp_path / "new").replace(tmp_path / FILE)

    write(pairs[0])
    await live.refresh()
    seen: set[tuple[int, int]] = set()
    over = asyncio.Event()

    def read() -> None:
        while not over.is_set():
            settings = live.current
            seen.add((settings.limits.requests_per_minute, settings.cache.max_size_mb))

    reader = asyncio.create_task(asyncio.to_thread(read))
    for turn in range(10):
        write(pairs[(turn + 1) % 2])
        assert await live.refresh()
    over.set()
    await reader
    assert seen == {(600, 1), (700, 2)}
