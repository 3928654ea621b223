"""Errors as people read them: what happened, why, what to do next; and the exit status that goes with it."""

from dataclasses import dataclass

from cli.exits import Exit, exit_of_problem, exit_of_slug
from trends.errors import TrendsError


class AskedWrongError(Exception):
    """The command line asks for something that cannot be; nothing was sent.

    Args:
        what: What is wrong, one sentence.
        next_step: What to do instead.
        exit_: The status to leave with.
    """

    def __init__(self, what: str, next_step: str = "", exit_: Exit = Exit.USAGE) -> None:
        self.what = what
        self.next_step = next_step
        self.exit = exit_
        super().__init__(what)


@dataclass(frozen=True)
class Problem:
    """Words for stderr, at most a few lines, and the status to leave with."""

    lines: tuple[str, ...]
    exit: Exit


def explain(error: Exception) -> Problem:
    """Put an error into words."""
    if isinstance(error, TrendsError):
        return _problem((error.what, error.why, error.next_step), exit_of_slug(error.slug))
    if isinstance(error, AskedWrongError):
        return _problem((error.what, error.next_step), error.exit)
    return _explain_client(error) or _explain_machine(error)


def _explain_client(error: Exception) -> Problem | None:
    from trends_client import ApiError, CannotReachError, ProfileError, WaitTimeoutError

    if isinstance(error, CannotReachError):
        what = f"Cannot reach the API at {error.base_url} ({error.cause})."
        return _problem((what, "Is it up? Try: trends up"), Exit.UNREACHABLE)
    if isinstance(error, ProfileError):
        return _problem((str(error),), Exit.USAGE)
    if isinstance(error, WaitTimeoutError):
        again = f"Still running: trends runs watch {error.run.id}"
        return _problem((str(error), again), Exit.UNFINISHED)
    if isinstance(error, ApiError):
        problem = error.problem
        fields = tuple(
            f"  {wrong.pointer or wrong.parameter or wrong.header or 'request'}: {wrong.detail}"
            for wrong in problem.errors
        )
        said = problem.detail or problem.title or f"The API answered {problem.status}."
        return _problem((said, *fields), exit_of_problem(problem.slug, problem.status))
    return None


def _explain_machine(error: Exception) -> Problem:
    if isinstance(error, OSError):
        named = f": {error.filename}" if error.filename else ""
        return _problem((f"{error.strerror or error}{named}.",), Exit.FAILED)
    return _problem(
        (
            f"Unexpected {type(error).__name__}: {error}",
            "This is a defect of the program.",
            "Run the same command with --debug and report what it prints.",
        ),
        Exit.FAILED,
    )


def _problem(lines: tuple[str, ...], exit_: Exit) -> Problem:
    kept = (line.rstrip() for text in lines for line in text.splitlines())
    return Problem(tuple(line for line in kept if line), exit_)
