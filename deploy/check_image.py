#!/usr/bin/env python3
"""Run the Dockerfile's own steps where there is no container engine: as root on Debian 12, standard library only.

    python deploy/check_image.py              build every stage, start the image's command, stop it
    python deploy/check_image.py --keep DIR   the same, and leave the stages there

Each stage gets a root folder of its own: this machine's file system, seen through an overlay that takes every change.
So the steps run as they stand, paths and all, and nothing of this machine changes. What is not checked: the base images
themselves. In their place stand this machine's Python 3.11 and Go.

The started image has no network but its own loopback: it must come up with what is in it.
"""
# ruff: noqa: S603, S607  # commands of the Dockerfile and of util-linux are what this runs

import argparse
import ctypes
import fcntl
import os
import re
import runpy
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from json import dumps, loads
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = ROOT / "deploy/Dockerfile"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What a base image has, and where this machine has it.
STAND_INS = {
    "golang": {},
    "python": {
        "usr/local/bin/python": "/usr/bin/python3",
        "usr/local/bin/python3": "/usr/bin/python3",
    },
}
GO_FOLDER = "/usr/local/go/bin"
UP_SECONDS = 120.0
STOP_SECONDS = 60.0


class CheckError(Exception):
    """A step failed, or the image does not do what it should; says which and why."""


def say(line: str) -> None:
    """Tell the person at the terminal."""
    sys.stderr.write(f"image: {line}\n")
    sys.stderr.flush()


@dataclass
class Stage:
    """One stage of the file: its base, its name, its instructions in order."""

    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


def parse(text: str) -> list[Stage]:
    """Read a Dockerfile: continued lines joined, comments left out, arguments before the first stage filled in."""
    joined = re.sub(r"\\\n", " ", "\n".join(x for x in text.splitlines() if not x.startswith("#")))
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for line in filter(str.strip, joined.splitlines()):
        word, _, rest = line.strip().partition(" ")
        rest = rest.strip()
        if word == "ARG" and not stages:
            name, _, value = rest.partition("=")
            arguments[name] = value
        elif word == "FROM":
            base, _, name = rest.partition(" AS ")
            stages.append(Stage(base, name or str(len(stages))))
        else:
            if word == "ARG" and "=" not in rest:
                rest = f"{rest}={arguments.get(rest, '')}"
            stages[-1].steps.append((word, rest))
    return stages


@dataclass
class Image:
    """A stage while it is built: its root folder, and what its instructions have set so far."""

    root: Path
    environ: dict[str, str]
    folder: str = "/"
    user: str = ""
    settings: dict[str, str] = field(default_factory=dict[str, str])

    def inside(self, path: str) -> Path:
        """Where a path of the image lies on this machine."""
        return self.root / str(Path(self.folder) / path).lstrip("/")


def build(
    stage: Stage, built: Mapping[str, Image], folder: Path, network: Mapping[str, str]
) -> Image:
    """Run a stage's instructions in order."""
    say(f"stage {stage.name} (in place of {stage.base})")
    image = _begin(stage, folder)
    for word, rest in stage.steps:
        if word == "RUN":
            say(f"  RUN {rest[:100]}")
            _run(image, rest, {**network, **image.environ})
        elif word == "COPY":
            _copy(image, rest, built)
        elif word in {"ENV", "ARG"}:
            for pair in shlex.split(rest):
                name, _, value = pair.partition("=")
                image.environ[name] = _expand(value, image.environ)
        elif word == "WORKDIR":
            image.folder = rest
            image.inside(".").mkdir(parents=True, exist_ok=True)
        elif word == "USER":
            image.user = rest
        else:
            image.settings[word] = rest
    return image


def _begin(stage: Stage, folder: Path) -> Image:
    kind = stage.base.partition(":")[0]
    if kind not in STAND_INS:
        raise CheckError(f"nothing stands in for the base image {stage.base}")
    root, upper, work = (folder / stage.name / part for part in ("root", "upper", "work"))
    for part in (root, upper, work):
        part.mkdir(parents=True)
    mount("overlay", "overlay", root, f"lowerdir=/,upperdir={upper},workdir={work}")
    for name in ("dev", "proc", "sys"):
        mount_bind(Path("/") / name, root / name)
    for name, target in STAND_INS[kind].items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(target)
    path = f"{GO_FOLDER}:{PATH}" if kind == "golang" else PATH
    return Image(root, {"PATH": path})


def _run(image: Image, command: str, environ: Mapping[str, str]) -> None:
    done = subprocess.run(
        ["chroot", str(image.root), "/bin/sh", "-ec", f"cd {image.folder}; {command}"],
        env={"HOME": "/root", "DEBIAN_FRONTEND": "noninteractive", **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CheckError(
            f"RUN {command}\nended with status {done.returncode}:\n{done.stdout[-3000:]}"
        )


def _copy(image: Image, rest: str, built: Mapping[str, Image]) -> None:
    words = shlex.split(rest)
    source: Image | None = None
    if words[0].startswith("--from="):
        source = built[words.pop(0).partition("=")[2]]
    *names, target = words
    allowed = read_ignore((ROOT / ".dockerignore").read_text())
    for name in names:
        if source is None and name not in allowed:
            raise CheckError(f"COPY {name}: .dockerignore leaves it out of the context")
        origin = ROOT / name if source is None else source.inside(name)
        if not origin.exists():
            raise CheckError(f"COPY {name}: there is no such file")
        place = image.inside(target)
        if origin.is_dir():
            # A folder's content is copied, not the folder.
            ignored = shutil.ignore_patterns("__pycache__", "*.pyc") if source is None else None
            shutil.copytree(origin, place, dirs_exist_ok=True, symlinks=True, ignore=ignored)
        else:
            place = place / origin.name if target.endswith("/") else place
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(origin, place)


def read_ignore(text: str) -> set[str]:
    """Read which names a .dockerignore that leaves everything out lets in."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]
    if lines[0] != "*":
        raise CheckError(".dockerignore does not begin by leaving everything out")
    return {line[1:] for line in lines if line.startswith("!")}


def _expand(value: str, environ: Mapping[str, str]) -> str:
    return re.sub(r"\$\{?(\w+)\}?", lambda found: environ.get(found[1], ""), value)


def start(image: Image) -> None:
    """Start the image's command as its user, wait until its own health check holds, stop it, look what is left."""
    _loopback_up()
    mount("proc", "proc", image.root / "proc", "")
    words = [*loads(image.settings["ENTRYPOINT"]), *loads(image.settings["CMD"])]
    say(f"starting {' '.join(words)} as {image.user}")
    log = image.root / "data/check.log"
    with log.open("w") as said:
        # Here it is not the first process, which in a container it is: it then takes orphans only when told to.
        environ = {**image.environ, "TINI_SUBREAPER": "1"}
        process = subprocess.Popen(_as_user(image, words), env=environ, stdout=said, stderr=said)
    try:
        began = time.monotonic()
        _wait_until_healthy(image, process, log)
        say(f"healthy after {time.monotonic() - began:.1f} s")
        number = signal.Signals[image.settings["STOPSIGNAL"]]
        process.send_signal(number)
        status = process.wait(STOP_SECONDS)
    finally:
        process.kill()
    if status not in {0, 128 + number, -number}:
        raise CheckError(f"it left with status {status}:\n{log.read_text()[-3000:]}")
    left = [entry.name for entry in (image.root / "proc").iterdir() if entry.name.isdecimal()]
    if left != ["1"]:
        # Process 1 is this one, where a container would have its own first.
        raise CheckError(f"{len(left) - 1} processes outlived the first one")
    say(f"stopped by {number.name} with status {status}; nothing is left of it")


def _as_user(image: Image, words: Sequence[str]) -> list[str]:
    return ["chroot", f"--userspec={image.user}", "--groups=", str(image.root), *words]


def _wait_until_healthy(image: Image, process: "subprocess.Popen[bytes]", log: Path) -> None:
    check = loads(image.settings["HEALTHCHECK"].partition("CMD ")[2])
    deadline = time.monotonic() + UP_SECONDS
    why = "it was never asked"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CheckError(
                f"it ended with status {process.returncode}:\n{log.read_text()[-3000:]}"
            )
        asked = subprocess.run(
            _as_user(image, check), env=image.environ, capture_output=True, text=True, check=False
        )
        if asked.returncode == 0:
            return
        why = asked.stderr.strip().rpartition("\n")[2]
        time.sleep(0.5)
    raise CheckError(f"its health check does not hold: {why}\n{log.read_text()[-3000:]}")


def mount(kind: str, source: str, target: Path, options: str) -> None:
    """Mount something; gone with this process's mount namespace."""
    _mount(source, target, kind, 0, options)


def mount_bind(source: Path, target: Path) -> None:
    """Show a folder in another place too, with what is mounted below it."""
    _mount(str(source), target, "none", 4096 | 16384, "")


def _mount(source: str, target: Path, kind: str, flags: int, options: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    words = (source.encode(), str(target).encode(), kind.encode())
    if libc.mount(*words, flags, options.encode()):
        raise CheckError(f"mount {kind} on {target}: {os.strerror(ctypes.get_errno())}")


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # SIOCSIFFLAGS with IFF_UP.
        fcntl.ioctl(probe, 0x8914, struct.pack("16sh14x", b"lo", 0x1))


def network_settings() -> dict[str, str]:
    """How this machine reaches packages and modules: said to the steps, which are downloads for the most part."""
    works = runpy.run_path(str(ROOT / "deploy/setup.py"))
    config = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    bridged: dict[str, str] = works["bridge_pip_settings"](os.environ, config.stdout)
    wanted = re.compile(
        r"(?i)(PIP|UV|GO|SSL|HTTPS?|NO|ALL|REQUESTS)_?\w*(PROXY|INDEX|LINKS|CERT|CERT_FILE|SUMDB|URL)\w*$"
    )
    return {name: value for name, value in bridged.items() if wanted.match(name)}


def build_all(folder: Path) -> Path:
    """Build every stage; gives the file that tells about the last one."""
    network = network_settings()
    built: dict[str, Image] = {}
    for stage in parse(DOCKERFILE.read_text()):
        built[stage.name] = build(stage, built, folder, network)
    final = list(built.values())[-1]
    upper = final.root.with_name("upper")
    words = ["du", "-sm", str(upper)]
    size = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()[0]
    say(f"built; {size} MB on top of the base image")
    file = folder / "image.json"
    file.write_text(dumps({**asdict(final), "root": str(final.root)}))
    return file


def read_image(file: Path) -> Image:
    """Read what `build_all` wrote."""
    told = loads(file.read_text())
    root = Path(told.pop("root"))
    return Image(root, **told)


def main() -> int:
    """Each step in namespaces of its own: mounts for all of it, then network and process ids for the start."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", type=Path, help="leave the stages in this folder")
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--start", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    own = [sys.executable, str(Path(__file__).resolve())]
    try:
        if options.start:
            start(read_image(options.start))
            return 0
        if options.build:
            apart = ["unshare", "--net", "--pid", "--fork", "--kill-child"]
            started = [*apart, *own, "--start", str(build_all(options.build))]
            return subprocess.run(started, check=False).returncode
    except CheckError as error:
        say(str(error))
        return 1
    if os.getuid() != 0 or shutil.which("unshare") is None:
        say("needs root and `unshare` (util-linux): each stage gets a file system of its own")
        return 1
    folder = (options.keep or Path(tempfile.mkdtemp(prefix="trends-image-"))).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    # The image's user passes through to its root folder.
    folder.chmod(0o755)
    try:
        apart = ["unshare", "--mount", "--propagation", "private"]
        return subprocess.run([*apart, *own, "--build", str(folder)], check=False).returncode
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
