"""Finding the Temporal server: five places in order, each said when it is passed over."""

import os
from pathlib import Path

import pytest

from engine.fetch import Means, cache_folder, cached_binary
from engine.server import Origin, find_engine, server_command, survey_engines
from tests.unit.engine.programs import write_program, write_temporal
from trends.errors import EngineNotFoundError

NO_MEANS = Means(download_seconds=0, go_places=())


class Machine:
    """A machine of its own: home, PATH and no network."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.said: list[str] = []
        self.bin = root / "bin"
        self.bin.mkdir()
        self.environ = {
            "HOME": str(root),
            "PATH": os.pathsep.join([str(self.bin), "/usr/bin", "/bin"]),
            "HTTPS_PROXY": "http://127.0.0.1:1",
            "TEMPORAL_CONFIG_FILE": os.devnull,
        }

    @property
    def cached(self) -> Path:
        """Where the cache keeps its binary."""
        return cached_binary(cache_folder(self.environ))

    def cache(self, version: str) -> None:
        """Put a server into the cache."""
        write_temporal(self.cached.parent, version).replace(self.cached)

    def install_go(self, version: str) -> Path:
        """Put a Go on the machine that builds a server of this version."""
        script = f"#!/bin/sh\nprintf '#!/bin/sh\\necho (Server {version})\\n' > $GOBIN/temporal\n"
        return write_program(self.root / "go", script.replace("(", '"(').replace(")", ')"'))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without any server."""
    return Machine(tmp_path)


async def test_an_address_in_the_environment_wins_and_nothing_is_started(machine: Machine) -> None:
    write_temporal(machine.bin, "1.29.1")
    environ = {**machine.environ, "TEMPORAL_ADDRESS": "temporal.example:7233"}
    engine = await find_engine(environ, say=machine.said.append)
    assert (engine.origin, engine.address) == (Origin.REMOTE, "temporal.example:7233")
    assert engine.binary is None
    assert machine.said == [
        "engine: Temporal at temporal.example:7233, named by TEMPORAL_ADDRESS; nothing is started here"
    ]


async def test_a_profile_names_a_remote_server(machine: Machine) -> None:
    file = machine.root / "temporal.toml"
    file.write_text('[profile.prod]\naddress = "cloud.example:7233"\n')
    environ = {
        **machine.environ,
        "TEMPORAL_CONFIG_FILE": str(file),
        "TEMPORAL_PROFILE": "prod",
    }
    engine = await find_engine(environ, say=machine.said.append)
    assert engine.address == "cloud.example:7233"
    assert f"profile 'prod' of {file}" in engine.why


async def test_a_remote_server_is_left_alone_where_ours_is_wanted(machine: Machine) -> None:
    binary = write_temporal(machine.bin, "1.29.1")
    environ = {**machine.environ, "TEMPORAL_ADDRESS": "temporal.example:7233"}
    engine = await find_engine(environ, say=machine.said.append, allow_remote=False)
    assert engine.binary == binary


@pytest.mark.parametrize("version", ["1.29.1", "1.29.2", "1.30.0", "2.0.0"])
async def test_a_server_on_path_that_is_new_enough_is_used(machine: Machine, version: str) -> None:
    binary = write_temporal(machine.bin, version)
    engine = await find_engine(machine.environ, say=machine.said.append)
    assert (engine.origin, engine.binary, engine.version) == (Origin.PATH, binary, version)


@pytest.mark.parametrize("version", ["1.29.0", "1.28.3", "0.99.99"])
async def test_a_server_on_path_that_is_too_old_is_named_and_passed_over(
    machine: Machine, version: str
) -> None:
    old = write_temporal(machine.bin, version)
    machine.cache("1.29.1")
    engine = await find_engine(machine.environ, say=machine.said.append)
    assert engine.origin is Origin.CACHE
    assert machine.said[0] == (
        f"passed over {old}: it holds server {version}, and 1.29.1 or newer is needed"
    )


async def test_a_fit_server_further_down_the_path_is_used(machine: Machine) -> None:
    write_temporal(machine.bin, "1.20.0")
    fit = write_temporal(machine.root / "more", "1.30.0")
    environ = {**machine.environ, "PATH": f"{machine.environ['PATH']}:{fit.parent}"}
    engine = await find_engine(environ, say=machine.said.append)
    assert engine.binary == fit


@pytest.mark.parametrize(
    "script",
    ["#!/bin/sh\necho something else\n", "#!/bin/sh\necho 'Server 1.30.0'\nexit 1\n", "no program"],
)
async def test_a_program_that_is_no_temporal_is_passed_over(machine: Machine, script: str) -> None:
    write_program(machine.bin / "temporal", script)
    machine.cache("1.29.1")
    engine = await find_engine(machine.environ, say=machine.said.append)
    assert engine.origin is Origin.CACHE
    assert machine.said[0].startswith(f"passed over {machine.bin / 'temporal'}: it ")


async def test_a_built_server_is_kept_and_found_again(machine: Machine) -> None:
    means = Means(download_seconds=0, go_places=(machine.install_go("1.29.1"),))
    built = await find_engine(machine.environ, say=machine.said.append, means=means)
    again = await find_engine(machine.environ, say=machine.said.append, means=NO_MEANS)
    assert (built.origin, again.origin) == (Origin.BUILD, Origin.CACHE)
    assert built.binary == again.binary == machine.cached


async def test_what_is_done_is_said_while_it_is_done(machine: Machine) -> None:
    means = Means(download_seconds=0, go_places=(machine.install_go("1.29.1"),))
    await find_engine(machine.environ, say=machine.said.append, means=means)
    assert [line.split()[0] for line in machine.said] == [
        "downloading",
        "the",
        "building",
        "engine:",
    ]


async def test_a_build_of_an_unfit_server_is_refused(machine: Machine) -> None:
    means = Means(download_seconds=0, go_places=(machine.install_go("1.28.0"),))
    with pytest.raises(EngineNotFoundError, match=r"but it holds server 1\.28\.0"):
        await find_engine(machine.environ, say=machine.said.append, means=means)


async def test_without_any_server_all_five_places_are_named(machine: Machine) -> None:
    with pytest.raises(EngineNotFoundError) as failure:
        await find_engine(machine.environ, say=machine.said.append, means=NO_MEANS)
    assert failure.value.why == (
        "(1) TEMPORAL_ADDRESS and temporal.toml name no server. "
        "(2) there is no `temporal` on PATH. "
        f"(3) {machine.cached} does not exist. "
        "(4) the download failed: it took too long. "
        "(5) there is no `go` on PATH to build it with."
    )


async def test_a_cache_that_cannot_be_written_is_named(machine: Machine) -> None:
    (machine.root / ".cache").write_text("a file")
    with pytest.raises(EngineNotFoundError, match="nothing could be put into"):
        await find_engine(machine.environ, say=machine.said.append, means=NO_MEANS)


async def test_a_survey_fetches_nothing(machine: Machine) -> None:
    survey = await survey_engines(machine.environ, say=machine.said.append)
    assert survey.engine is None
    assert not machine.cached.parent.exists()


def test_a_server_listens_on_loopback_alone() -> None:
    words = server_command(Path("temporal"), port=1, ui_port=2, database=Path("a.db"))
    assert words[words.index("--ip") + 1] == "127.0.0.1"
