#!/usr/bin/env python3
"""Make or refresh `.venv` from the lock files. Standard library only: it runs before anything is installed.

`make` calls this before every verb, so the warm path must stay cheap: a file lock and one comparison of digests.
"""

from __future__ import (
    annotations,
)  # an older Python must read this file far enough to say that it is too old

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

LOWEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
UV_HOME = TOOLS / "uv"
UV = UV_HOME / "bin" / "uv"
VENV = ROOT / ".venv"
# What decides the content of .venv. pyproject.toml is among them for its entry points.
INPUTS = ("requirements-dev.lock", "pyproject.toml")
# uv reads its own variables only; where pip was told how to reach packages, uv must be told the same.
PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}


class SetupError(Exception):
    """Setting up is impossible; the message says why and what to do."""


def say(line: str) -> None:
    """Tell the person at the terminal; stdout is left to the verb that called us."""
    sys.stderr.write(f"setup: {line}\n")
    sys.stderr.flush()


def require_python(version: Sequence[int]) -> None:
    """Refuse a Python that the product does not run on.

    Args:
        version: Major, minor and micro.

    Raises:
        SetupError: Older than `LOWEST_PYTHON`.
    """
    if tuple(version)[:2] < LOWEST_PYTHON:
        have = ".".join(str(part) for part in version)
        need = ".".join(str(part) for part in LOWEST_PYTHON)
        raise SetupError(
            f"Python {need} or newer is needed, and {sys.executable} is {have}. "
            "Name another one: make PYTHON=python3.12 …"
        )


def require_venv(can_import: Callable[[str], bool]) -> None:
    """Refuse a Python that cannot make environments: Debian and Ubuntu ship it so.

    Args:
        can_import: Tells whether a module can be imported.

    Raises:
        SetupError: `venv` or `ensurepip` is missing.
    """
    if not (can_import("venv") and can_import("ensurepip")):
        raise SetupError(
            f"{sys.executable} cannot make virtual environments. "
            "On Debian or Ubuntu: apt-get install python3-venv"
        )


def can_import(module: str) -> bool:
    """Tell whether a module of the standard library is really there."""
    try:
        __import__(module)
    except ImportError:
        return False
    return True


@contextmanager
def only_one() -> Generator[None]:
    """Let one setup work at a time; a second waits and then finds everything in place."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "setup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another setup of this folder is at work; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def digest(*names: str) -> str:
    """Digest files of the project by name and content."""
    total = hashlib.sha256()
    for name in names:
        total.update(f"{name}\0".encode())
        total.update(hashlib.sha256((ROOT / name).read_bytes()).digest())
    return total.hexdigest()


def stamp_is(path: Path, text: str) -> bool:
    """Compare a stamp that a finished step left with what it would leave now."""
    try:
        return path.read_text() == text
    except FileNotFoundError:
        return False


def run(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> str:
    """Run one step and show its output only if it fails.

    Raises:
        SetupError: The step failed; its output is in the message.
    """
    done = subprocess.run(  # noqa: S603  # our own commands, fixed words and paths of this folder
        [str(part) for part in command],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        words = " ".join(str(part) for part in command)
        raise SetupError(f"`{words}` failed with status {done.returncode}:\n{done.stdout.strip()}")
    return done.stdout


def bridge_pip_settings(environ: Mapping[str, str], pip_config: str) -> dict[str, str]:
    """Give uv the index, certificates and links that pip is configured with.

    Args:
        environ: Environment to extend; what it says for uv already is kept.
        pip_config: Output of `pip config list`.
    """
    env = dict(environ)
    found = re.findall(r"^(?::env:|[\w-]+)\.([\w-]+)='(.*)'$", pip_config, flags=re.MULTILINE)
    # Lines of the environment come first in pip's list, and they win over its files.
    for key, value in found:
        if key in PIP_TO_UV and value:
            env.setdefault(PIP_TO_UV[key], value)
    return env


def install_uv() -> None:
    """Put uv into `.tools/uv`, by the digests in `requirements-tools.lock`."""
    stamp = UV_HOME / ".lock-sha256"
    wanted = digest("requirements-tools.lock") + f" {ROOT}"
    if stamp_is(stamp, wanted) and UV.exists():
        return
    require_venv(can_import)
    say("installing uv into .tools/")
    shutil.rmtree(UV_HOME, ignore_errors=True)
    run([sys.executable, "-m", "venv", UV_HOME])
    pip = [UV_HOME / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install"]
    run([*pip, "--quiet", "--require-hashes", "-r", "requirements-tools.lock"])
    stamp.write_text(wanted)


def uv_environment() -> dict[str, str]:
    """Build the environment uv runs in: never a Python of its own, and pip's way to packages."""
    config = run([UV_HOME / "bin" / "python", "-m", "pip", "config", "list"])
    env = bridge_pip_settings(os.environ, config)
    env.pop("VIRTUAL_ENV", None)
    env["UV_PYTHON_DOWNLOADS"] = "never"
    return env


def make_environment(env: Mapping[str, str]) -> None:
    """Create `.venv`, anew if it was made for another folder: its scripts carry absolute paths."""
    made_at = VENV / ".made-at"
    moved = made_at.exists() and not stamp_is(made_at, str(ROOT))
    if moved or not (VENV / "bin" / "python").exists():
        say(f"making .venv with {sys.executable}")
        run([UV, "venv", "--quiet", "--clear", "--python", sys.executable, VENV], env)
    made_at.write_text(str(ROOT))


def synchronise(env: Mapping[str, str]) -> None:
    """Install exactly what the lock file says, then this project itself, editable."""
    python = VENV / "bin" / "python"
    say("installing the packages of requirements-dev.lock")
    run([UV, "pip", "sync", "--python", python, "--require-hashes", "requirements-dev.lock"], env)
    # Apart, because an editable install has no digest, and after, because a sync removes it.
    own = ["--no-deps", "--no-build-isolation", "-e", "."]
    run([UV, "pip", "install", "--quiet", "--python", python, *own], env)


def is_current() -> bool:
    """Tell whether `.venv` was made here, from these inputs, to the last step."""
    made_here = stamp_is(VENV / ".made-at", str(ROOT))
    return made_here and stamp_is(VENV / ".lock-sha256", digest(*INPUTS))


def set_up() -> None:
    """Bring `.venv` in line with the lock files; does nothing when it is."""
    if is_current():
        return
    install_uv()
    env = uv_environment()
    make_environment(env)
    # Until the last step is through, the next call must try again.
    stamp = VENV / ".lock-sha256"
    stamp.unlink(missing_ok=True)
    synchronise(env)
    stamp.write_text(digest(*INPUTS))
    say("ready")


def main() -> int:
    """Set up, or only uv with `--tools`; status 1 and a reason if that is impossible."""
    try:
        require_python(sys.version_info[:3])
        with only_one():
            if "--tools" in sys.argv[1:]:
                install_uv()
            else:
                set_up()
    except (SetupError, OSError) as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
