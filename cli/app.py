"""The commands of `trends`. Importing this stays cheap: what is heavy is imported inside the command that needs it."""

from typing import Annotated

import typer

from cli import (
    backfills,
    config,
    hand,
    items,
    keys,
    market,
    monitor_files,
    monitors,
    notify,
    runs,
    schedules,
    shares,
    sources,
    spending,
    steer,
    trends,
    webhooks,
)
from cli.demo import demo
from cli.doctor import doctor
from cli.exits import epilog
from cli.migrate import migrate
from cli.serve import api, namespace, worker
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


for _command in (up, demo, doctor, migrate, namespace, api, worker, run):
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

for _command in (
    spending.usage,
    spending.limits,
    spending.estimate,
    spending.freeze,
    spending.thaw,
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
for _command in (steer.cancel, steer.pause, steer.resume):
    _runs.command()(_command)
for _command in (steer.retry, steer.skip, steer.abort, steer.rerun):
    _runs.command()(_command)
for _command in (shares.share, shares.shares, shares.unshare):
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
for _command in (monitors.pause, monitors.resume, monitors.remove, backfills.backfill):
    _monitors.command()(_command)
_monitors.command("import")(monitor_files.import_)
for _command in (monitor_files.export, monitor_files.watchlist, monitor_files.watch):
    _monitors.command()(_command)
app.add_typer(_monitors, name="monitors")

_schedules = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="See when monitors run by themselves, what became of it, and steer it.",
)
_schedules.command("list")(schedules.list_)
_schedules.command("next")(schedules.next_)
for _command in (schedules.show, schedules.trigger, schedules.pause, schedules.resume):
    _schedules.command()(_command)
app.add_typer(_schedules, name="schedules")

_backfills = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="See how far monitors over past spans are, and steer them.",
)
_backfills.command("list")(backfills.list_)
for _command in (backfills.show, backfills.watch, backfills.pause, backfills.resume):
    _backfills.command()(_command)
_backfills.command()(backfills.cancel)
_backfills.command("retry-failed")(backfills.retry_failed)
app.add_typer(_backfills, name="backfills")

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

_config = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="See settings, check their files, change them while processes run.",
)
for _command in (config.show, config.validate, config.diff):
    _config.command()(_command)
_config.command("set")(config.set_)
for _command in (config.history, config.rollback):
    _config.command()(_command)
app.add_typer(_config, name="config")

_keys = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Say who may use the API, and see who did what.",
)
_keys.command("list")(keys.list_)
for _command in (keys.create, keys.revoke, keys.me, keys.audit):
    _keys.command()(_command)
app.add_typer(_keys, name="keys")

_webhooks = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Register addresses of your own that hear of reports, try them, see what went there.",
)
_webhooks.command("list")(webhooks.list_)
for _command in (webhooks.add, webhooks.remove, webhooks.enable, webhooks.disable):
    _webhooks.command()(_command)
for _command in (webhooks.test, webhooks.rotate, webhooks.deliveries, webhooks.resend):
    _webhooks.command()(_command)
app.add_typer(_webhooks, name="webhooks")
