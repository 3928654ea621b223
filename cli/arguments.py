"""Arguments and options that several commands take."""

from typing import Annotated

import typer

RunId = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="Id of a run, the beginning or end of one, or 'last'.",
        show_default=False,
    ),
]
TrendId = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="Id of a trend, the beginning of one, or its label.",
        show_default=False,
    ),
]
Stage = Annotated[
    str | None,
    typer.Option("--stage", help="Only if the run is parked at this stage.", show_default=False),
]
Detach = Annotated[
    bool, typer.Option("--detach", "-d", help="Print the run's id and leave; it goes on.")
]
Wait = Annotated[
    float | None,
    typer.Option(
        "--wait",
        min=0,
        metavar="SECONDS",
        help="Wait at most so long; the run goes on after that.",
        show_default=False,
    ),
]
IdempotencyKey = Annotated[
    str | None,
    typer.Option(
        "--idempotency-key",
        metavar="KEY",
        help="The same key never starts a second run.",
        show_default=False,
    ),
]
