"""Choose ports: the published one or the next free, so that two stacks at once never want the same."""

import errno
import fcntl
import os
import socket
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from trends.errors import PortTakenError

LOOPBACK = "127.0.0.1"
SEARCH_SPAN = 200


@dataclass
class PortClaim:
    """A port that no other stack of this machine's user will choose while the claim stands.

    Another program may still bind it first; whoever binds it must be ready for that.
    """

    port: int
    _lock_fd: int

    def release(self) -> None:
        """Let others choose it."""
        if self._lock_fd >= 0:
            os.close(self._lock_fd)
            self._lock_fd = -1


def claims_folder() -> Path:
    """Where claims lie: one file for each port, held by a file lock that ends with its process."""
    return Path(tempfile.gettempdir()) / f"consumer-trend-agent-{os.getuid()}" / "ports"


def claim_port(
    preferred: int,
    *,
    host: str = LOOPBACK,
    folder: Path | None = None,
    avoid: Iterable[int] = (),
) -> PortClaim:
    """Claim the preferred port or the next free one.

    Args:
        preferred: Where the search begins.
        host: Address that will be bound.
        folder: Where claims lie; `claims_folder()` if None.
        avoid: Ports that were found taken although they looked free.

    Raises:
        PortTakenError: None of the next `SEARCH_SPAN` ports is free.
    """
    folder = folder or claims_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    avoided = set(avoid)
    last = min(preferred + SEARCH_SPAN, 65_536)
    for port in range(preferred, last):
        if port in avoided:
            continue
        claim = _try_claim(port, folder)
        if claim is None:
            continue
        if is_free(port, host=host):
            return claim
        claim.release()
    raise PortTakenError(
        f"No free port between {preferred} and {last - 1}.",
        why="Other programs listen on all of them.",
        next_step="Stop one, or choose another port in the settings (api.port, engine.port, engine.ui_port).",
    )


def _try_claim(port: int, folder: Path) -> PortClaim | None:
    # The file stays behind: removing it would let two processes hold two files of one name.
    descriptor = os.open(folder / str(port), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return PortClaim(port, descriptor)


def is_free(port: int, *, host: str = LOOPBACK) -> bool:
    """Tell whether nothing listens on a port and it can be bound."""
    if accepts(port, host=host):
        # macOS lets one bind an address whose port somebody else serves on all addresses.
        return False
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        # As servers do, so that connections of a stopped server do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def accepts(port: int, *, host: str = LOOPBACK) -> bool:
    """Tell whether somebody accepts connections on a port."""
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
