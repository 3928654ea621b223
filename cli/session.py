"""What every command is told: how to speak, and where the API is. One decorator adds these options to all of them."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from cli.output import Output, open_output

P = ParamSpec("P")

AsJson = Annotated[
    bool, typer.Option("--json", help="Write data as JSON: one object, or JSON Lines for streams.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Write data and errors only.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colour, as with NO_COLOR set.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
ApiUrl = Annotated[
    str | None,
    typer.Option(
        "--api-url",
        metavar="URL",
        help="Where the API is. Otherwise TRENDS_API_URL, then what `trends up` wrote into the state folder.",
    ),
]


@dataclass(frozen=True)
class Session:
    """One command's streams, and the API it was told to use, if any."""

    out: Output
    api_url: str | None = None


def _option(name: str, annotation: object, default: object) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


_SPEECH = (
    _option("as_json", AsJson, default=False),
    _option("quiet", Quiet, default=False),
    _option("no_color", NoColor, default=False),
    _option("debug", Debug, default=False),
)
_API = (_option("api_url", ApiUrl, default=None),)


def _with_options(
    command: Callable[Concatenate[Session, P], None], options: tuple[inspect.Parameter, ...]
) -> Callable[P, None]:
    signature = inspect.signature(command)
    own = tuple(signature.parameters.values())[1:]

    @functools.wraps(command)
    def told(*args: Any, **given: Any) -> None:
        out = open_output(
            as_json=given.pop("as_json"), quiet=given.pop("quiet"), no_color=given.pop("no_color")
        )
        given.pop("debug")  # read by the entry point, which is what a traceback reaches
        session = Session(out=out, api_url=given.pop("api_url", None))
        command(session, *args, **given)

    # Typer reads the signature, so the shared options stand in every command's help.
    told.__signature__ = signature.replace(parameters=(*own, *options))  # type: ignore[attr-defined]
    told.__annotations__ = {p.name: p.annotation for p in (*own, *options)}
    return told


def speaks(command: Callable[Concatenate[Session, P], None]) -> Callable[P, None]:
    """Give a command the options on how to speak."""
    return _with_options(command, _SPEECH)


def calls_api(command: Callable[Concatenate[Session, P], None]) -> Callable[P, None]:
    """Give a command the options on how to speak and where the API is."""
    return _with_options(command, (*_API, *_SPEECH))
