"""The commands of `trends`. Importing this stays cheap: what is heavy is imported inside the command that needs it."""

from typing import Annotated

import typer

from cli import hand, items, market, monitor_files, monitors, notify, runs, sources, steer, trends
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

    What runs found over time: trends list, trends show ID.
    """


for _command in (up, demo, doctor, migrate, run):
    app.command()(_command)

# The program is called trends: what is said of a trend stands right behind its name.
app.command("list")(trends.list_)
for _command in (trends.show, trends.compare):
    app.command()(_command)
for _command in (
    hand.follow,
    hand.mute,
    hand.reject,
    hand.rename,
    hand.merge,
    hand.split,
    hand.undo,
):
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

_monitors = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Save questions with what they watch, change them, run them.",
)
_monitors.command("list")(monitors.list_)
for _command in (monitors.show, monitors.add, monitors.edit, monitors.run):
    _monitors.command()(_command)
for _command in (monitors.pause, monitors.resume, monitors.remove):
    _monitors.command()(_command)
_monitors.command("import")(monitor_files.import_)
for _command in (monitor_files.export, monitor_files.watchlist, monitor_files.watch):
    _monitors.command()(_command)
app.add_typer(_monitors, name="monitors")

_market = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="See markets: whose clock makes the days, and which are holidays.",
)
_market.command("list")(market.list_)
_market.command()(market.show)
app.add_typer(_market, name="market")

_notify = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look at the channels that reports go to, and try them.",
)
_notify.command("list")(notify.list_)
_notify.command("test")(notify.test)
app.add_typer(_notify, name="notify")

_items = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Search what polls have found, and count it.",
)
for _command in (items.search, items.stats):
    _items.command()(_command)
app.add_typer(_items, name="items")

_sources = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="See where items come from, register feeds, poll and pause them.",
)
_sources.command("list")(sources.list_)
_sources.command("import")(sources.import_)
for _command in (sources.add, sources.export, sources.check, sources.poll):
    _sources.command()(_command)
for _command in (sources.pause, sources.resume, sources.remove):
    _sources.command()(_command)
app.add_typer(_sources, name="sources")
