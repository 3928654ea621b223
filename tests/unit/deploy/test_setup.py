"""`deploy/setup.py`: what it refuses, when it does nothing, and how it tells uv of packages."""

import fcntl
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "deploy/setup.py"
WORKS = runpy.run_path(str(SCRIPT))
SetupError = cast("type[Exception]", WORKS["SetupError"])
require_python = cast("Callable[[Sequence[int]], None]", WORKS["require_python"])
require_venv = cast("Callable[[Callable[[str], bool]], None]", WORKS["require_venv"])
run_step = cast("Callable[[Sequence[str]], str]", WORKS["run"])
bridge = cast("Callable[[Mapping[str, str], str], dict[str, str]]", WORKS["bridge_pip_settings"])


class Copy:
    """A copy of the project as setup sees it, whose `.venv` is in place."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "deploy").mkdir()
        shutil.copy(SCRIPT, root / "deploy")
        for name in ("requirements-dev.lock", "requirements-tools.lock", "pyproject.toml"):
            shutil.copy(ROOT / name, root)
        works = runpy.run_path(str(root / "deploy/setup.py"))
        (root / ".venv").mkdir()
        (root / ".venv/.lock-sha256").write_text(works["digest"](*works["INPUTS"]))
        (root / ".venv/.made-at").write_text(str(root))

    def is_current(self) -> bool:
        """What setup thinks of it."""
        works = runpy.run_path(str(self.root / "deploy/setup.py"))
        return works["is_current"]()

    def start(self) -> "subprocess.Popen[str]":
        """Start setting up. Nothing can be installed: it fails if it tries."""
        return subprocess.Popen(
            [sys.executable, str(self.root / "deploy/setup.py")],
            env={"HOME": str(self.root), "PIP_INDEX_URL": "http://127.0.0.1:1", "PIP_RETRIES": "0"},
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self) -> tuple[int, str]:
        """Set up; the status and what was said."""
        with self.start() as process:
            _, said = process.communicate()
        return process.returncode, said


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A project that is set up."""
    return Copy(tmp_path)


def test_an_old_python_is_refused_with_a_way_out() -> None:
    with pytest.raises(SetupError, match=r"Python 3\.11 or newer .* 3\.10\.2.*make PYTHON="):
        require_python((3, 10, 2))


def test_the_lowest_python_is_accepted() -> None:
    require_python((3, 11, 0))


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_environments_names_the_package_to_install(missing: str) -> None:
    with pytest.raises(SetupError, match="apt-get install python3-venv"):
        require_venv(lambda module: module != missing)


def test_a_project_that_is_set_up_is_left_alone(copy: Copy) -> None:
    assert copy.run() == (0, "")


@pytest.mark.parametrize("name", ["requirements-dev.lock", "pyproject.toml"])
def test_a_changed_input_is_noticed(copy: Copy, name: str) -> None:
    assert copy.is_current()
    with (copy.root / name).open("a") as file:
        file.write("# changed\n")
    assert not copy.is_current()


def test_a_project_that_was_moved_is_set_up_anew(copy: Copy) -> None:
    (copy.root / ".venv/.made-at").write_text("/elsewhere")
    assert not copy.is_current()


def test_a_setup_that_did_not_get_to_its_end_is_done_again(copy: Copy) -> None:
    (copy.root / ".venv/.lock-sha256").unlink()
    assert not copy.is_current()


def test_a_failed_step_shows_its_output() -> None:
    words = [sys.executable, "-c", "import sys; print('the reason'); sys.exit(3)"]
    with pytest.raises(SetupError, match="failed with status 3:\nthe reason"):
        run_step(words)


def test_an_impossible_setup_fails_with_a_reason(copy: Copy) -> None:
    (copy.root / "requirements-dev.lock").unlink()
    status, said = copy.run()
    assert status == 1
    assert "requirements-dev.lock" in said


def test_a_second_setup_waits_for_the_first(copy: Copy) -> None:
    (copy.root / ".tools").mkdir()
    with (copy.root / ".tools/setup.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = copy.start()
        assert waiting.stderr is not None
        assert "waiting for it" in waiting.stderr.readline()
    _, rest = waiting.communicate()
    assert (waiting.returncode, rest) == (0, "")


def test_uv_is_told_what_pip_is_configured_with() -> None:
    listed = "global.index-url='https://mirror.example/simple'\nglobal.cert='/ca.pem'\n"
    assert bridge({}, listed) == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "SSL_CERT_FILE": "/ca.pem",
    }


def test_pips_environment_wins_over_its_files() -> None:
    listed = ":env:.index-url='https://env.example'\nglobal.index-url='https://file.example'\n"
    assert bridge({}, listed)["UV_DEFAULT_INDEX"] == "https://env.example"


def test_what_uv_was_told_itself_is_kept() -> None:
    listed = "global.index-url='https://mirror.example'\n"
    given = {"UV_DEFAULT_INDEX": "https://own.example"}
    assert bridge(given, listed) == given


def test_other_settings_of_pip_are_none_of_uvs_business() -> None:
    assert bridge({}, "global.timeout='60'\n:env:.disable-pip-version-check='1'\n") == {}


def test_no_index_address_is_written_into_the_project() -> None:
    locks = "".join(path.read_text() for path in sorted(ROOT.glob("requirements*.lock")))
    assert "://" not in locks


def test_setup_needs_nothing_but_the_standard_library() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import runpy; runpy.run_path({str(SCRIPT)!r})"],
        env=dict(os.environ),
        check=False,
    )
    assert done.returncode == 0
