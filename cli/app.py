"""The commands of `trends`. Importing this stays cheap: what is heavy is imported inside the command that needs it."""

from typing import Annotated

import typer

from cli import runs, steer
from cli.demo import demo
from cli.doctor import doctor
from cli.exits import epilog
from cli.migrate import migrate
from cli.submit import run
from cli.up import up

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help starts three times faster than the drawn one
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=epilog(),
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("consumer-trend-agent"))
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and leave."
        ),
    ] = False,
) -> None:
    """Find rising consumer topics in Korean and English news, with evidence.

    Start here: trends demo. Then: trends up, and in another terminal: trends run "AI 트렌드"
    """


for _command in (up, demo, doctor, migrate, run):
    app.command()(_command)

_runs = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look at runs, steer them, read their reports.",
)
_runs.command("list")(runs.list_)
for _command in (runs.show, runs.watch, runs.wait, runs.report):
    _runs.command()(_command)
for _command in (steer.cancel, steer.retry, steer.skip, steer.abort, steer.rerun):
    _runs.command()(_command)
app.add_typer(_runs, name="runs")
