"""The `trends` script: runs the command, says errors in three short lines, leaves with the status it means."""

import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

import typer
from typer.main import get_command

from cli.app import app
from cli.exits import Exit


def main() -> NoReturn:
    """Run `trends` on the process's own arguments and leave."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Under a locale that cannot write Korean, escapes are better than an error halfway.
            stream.reconfigure(errors="backslashreplace")
    # httpx brings a command of its own along where click and rich are installed: a third of what our start takes.
    sys.modules["httpx._main"] = None  # pyright: ignore[reportArgumentType]  # Python's own way to say "not there"
    leave(run(sys.argv[1:]))


def run(argv: Sequence[str]) -> int:
    """Run one command line and give the exit status that it means; never raises."""
    try:
        get_command(app).main(args=list(argv), prog_name="trends")
    except SystemExit as left:
        return _status(left.code)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the last place that can turn an error into words
        return _explained(error, debug="--debug" in argv)
    return Exit.OK


def leave(status: int) -> NoReturn:
    """Flush and end the process at once.

    Not by `sys.exit`: a process that used a Temporal client may abort while Python shuts down, and its status
    with it.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            status = status or Exit.FAILED
    os._exit(status)


def _status(code: object) -> int:
    if code is None:
        return Exit.OK
    return code if isinstance(code, int) else Exit.FAILED


def _explained(error: Exception, *, debug: bool) -> int:
    from cli.problems import explain

    problem = explain(error)
    if debug:
        traceback.print_exception(error)
    for line in problem.lines:
        typer.echo(line, err=True)
    return problem.exit
