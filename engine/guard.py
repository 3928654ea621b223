"""Tie a command's life to its parent's: when the parent is gone, however it went, the command's group ends.

Run as a file with the standard library alone: `python -I -S guard.py PIPE_FD LOCK_FD GRACE_SECONDS COMMAND…`.
This process becomes the command, so that its process id and exit status are the command's own; a forked watcher
in the same group waits for the end of the pipe whose other end only the parent holds. It works for any program,
Go's included, and needs nothing of it.
"""

import os
import select
import signal
import sys
import time

POLL_SECONDS = 0.5
END_POLL_SECONDS = 0.02


def main(words: list[str]) -> None:
    """Fork the watcher, then become the command; status 127 if it cannot be started."""
    pipe, lock, grace = int(words[0]), int(words[1]), float(words[2])
    command = words[3:]
    if os.fork() == 0:
        # os._exit: nothing of this copy's clean-up is wanted.
        try:
            watch(pipe, lock, grace)
        finally:
            os._exit(0)
    os.close(pipe)
    if lock >= 0:
        # The lock stays with the watcher: it is held until the command is surely gone.
        os.close(lock)
    try:
        os.execvp(command[0], command)  # noqa: S606  # becoming the command is the point
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
        os._exit(127)


def watch(pipe: int, lock: int, grace: float) -> None:
    """Wait until the parent or the command is gone, and end the group in the first case.

    Args:
        pipe: Read end of the parent's pipe.
        lock: File that stays open, and so locked, as long as this process lives; -1 for none.
        grace: Seconds between asking the command to end and killing it.
    """
    # The group's signals are meant for the command; this process must outlive it.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    command = os.getppid()
    _close_all_but({pipe, lock})
    if not _parent_is_gone(pipe, command):
        return
    _end(command, grace)
    # What the command may have started. This process is of the group too, and ends here.
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _close_all_but(kept: set[int]) -> None:
    # A copy of any pipe of the command's would hide its end from whoever reads it.
    for descriptor in range(256):
        if descriptor not in kept:
            try:
                os.close(descriptor)
            except OSError:
                continue


def _parent_is_gone(pipe: int, command: int) -> bool:
    while os.getppid() == command:
        readable, _, _ = select.select([pipe], [], [], POLL_SECONDS)
        if readable and not os.read(pipe, 64):
            return True
    return False


def _end(command: int, grace: float) -> None:
    # While it is our parent its process id cannot be anybody else's.
    deadline = time.monotonic() + grace
    for number, patience in ((signal.SIGTERM, deadline), (signal.SIGKILL, deadline + 5)):
        if os.getppid() == command:
            os.kill(command, number)
        while os.getppid() == command and time.monotonic() < patience:
            time.sleep(END_POLL_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1:])
