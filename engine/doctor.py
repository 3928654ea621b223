"""What `trends doctor` finds: one line for each thing the product stands on, and how to mend it. Plain data out."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from engine.access import any_key_holds
from engine.channels import make_channels
from engine.clock import system_clock
from engine.connect import connect, read_target
from engine.fetch import Means, cache_folder, find_go
from engine.gateways import Providers
from engine.launch import RPC_TIMEOUT, answering
from engine.listening import require_safe
from engine.ports import LOOPBACK, claim_port, is_free
from engine.server import survey_engines
from engine.state import State, check_version, locate_state, read_running
from engine.stuck import Stuck, stuck_of
from trends.domain.calls import Role
from trends.errors import TrendsError
from trends.limits.prices import Prices
from trends.secrets.resolver import Secrets
from trends.settings import Settings, load_settings
from trends.storage.backends import backend_of
from trends.storage.migrate import revision
from trends.storage.revisions import HEAD, REVISIONS

LOWEST_PYTHON = (3, 11)
GIB = 1024**3
COMFORTABLE_BYTES = 2 * GIB
LEAST_BYTES = GIB // 4
# Each costs a question, of a few milliseconds.
LOOKED_AT = 200
# A line that names more is not read.
NAMED = 3
# Keys and addresses of outside services, as in .env.example.
KEYS = (
    "OPENAI_API_KEY",
    "AZURE_OPENAI_API_KEY",
    "AZURE_OPENAI_ENDPOINT",
    "ANTHROPIC_API_KEY",
    "GOOGLE_API_KEY",
    "OLLAMA_BASE_URL",
    "NEWS_API_KEY",
    "NAVER_CLIENT_ID",
    "NAVER_CLIENT_SECRET",
    "YOUTUBE_API_KEY",
    "SLACK_WEBHOOK_URL",
    "N8N_WEBHOOK_URL",
)


class Verdict(StrEnum):
    """How a thing was found."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: What was looked at.
        verdict: `fail` means that the product cannot run so.
        what: What was found, one sentence.
        mend: What to do; empty where nothing is to be done.
    """

    name: str
    verdict: Verdict
    what: str
    mend: str = ""


async def examine(environ: Mapping[str, str], *, state: State | None = None) -> tuple[Check, ...]:
    """Look at everything, change nothing, start nothing.

    Args:
        environ: Environment of the process.
        state: State folder; found as `trends up` finds it if None.

    Returns:
        The checks in the order in which things are needed.
    """
    state = state or locate_state(environ)
    first = [check_python(sys.version_info[:3]), check_disk(state)]
    try:
        settings = load_settings(environ)
    except TrendsError as error:
        return (*first, _failed("settings", error), check_keys(environ))
    what = f"The settings load; the API's port is {settings.api.port}."
    return (
        *first,
        Check("settings", Verdict.OK, what),
        *check_ports(state, settings),
        await check_engine(environ, settings),
        await check_workflows(environ, state, settings),
        check_storage(environ, state),
        await check_auth(environ, state, settings),
        check_channels(environ, state, settings),
        # A store of secrets may take seconds.
        await asyncio.to_thread(check_models, environ, settings),
        check_keys(environ),
    )


def _failed(name: str, error: TrendsError) -> Check:
    what = " ".join(part for part in (error.what, error.why) if part)
    return Check(name, Verdict.FAIL, what, error.next_step)


def check_python(version: Sequence[int]) -> Check:
    """Look at the interpreter.

    Args:
        version: Major, minor and micro.
    """
    have = ".".join(str(part) for part in version)
    if tuple(version)[:2] < LOWEST_PYTHON:
        mend = "Install Python 3.11 or newer, then: make PYTHON=python3.11 setup"
        return Check("python", Verdict.FAIL, f"Python {have} is too old.", mend)
    return Check("python", Verdict.OK, f"Python {have}.")


def check_disk(state: State) -> Check:
    """Look at the space where the state folder is or will be."""
    place = _existing(state.root)
    free = shutil.disk_usage(place).free
    what = f"{free / GIB:.1f} GiB free at {place}."
    if free >= COMFORTABLE_BYTES:
        return Check("disk", Verdict.OK, what)
    verdict = Verdict.WARN if free >= LEAST_BYTES else Verdict.FAIL
    return Check("disk", verdict, what, "Free 2 GiB, or name another folder in TRENDS_STATE.")


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def check_ports(state: State, settings: Settings) -> tuple[Check, ...]:
    """Look at the three ports of `trends up`."""
    running = read_running(state)
    wanted = (
        ("api", settings.api.port, settings.api.host),
        ("engine", settings.engine.port, LOOPBACK),
        ("ui_port", settings.engine.ui_port, LOOPBACK),
    )
    checks: list[Check] = []
    for name, port, host in wanted:
        title = f"port {port}"
        if is_free(port, host=host):
            checks.append(Check(title, Verdict.OK, f"Port {port} is free."))
        elif running and any(url.endswith(f":{port}") for url in running.urls.values()):
            what = f"Port {port} serves the stack that runs on this state."
            checks.append(Check(title, Verdict.OK, what))
        else:
            checks.append(_taken(title, name, port, host))
    return tuple(checks)


def _taken(title: str, name: str, port: int, host: str) -> Check:
    key = {"api": "api.port", "engine": "engine.port"}.get(name, "engine.ui_port")
    try:
        claim = claim_port(port, host=host)
    except TrendsError as error:
        return _failed(title, error)
    claim.release()
    return Check(
        title,
        Verdict.WARN,
        f"Port {port} is used by another program; trends up would take {claim.port}.",
        f"Nothing needs mending; to choose yourself, set {key}.",
    )


async def check_engine(environ: Mapping[str, str], settings: Settings) -> Check:
    """Look for the Temporal server, without fetching one."""
    passed: list[str] = []
    try:
        survey = await survey_engines(environ, say=passed.append)
        if survey.engine is not None and survey.engine.address is not None:
            await connect(environ, namespace=settings.engine.namespace)
    except TrendsError as error:
        return _failed("engine", error)
    notes = "".join(f" ({note})" for note in passed)
    if survey.engine is not None:
        return Check("engine", Verdict.OK, f"{survey.engine.why}{notes}.")
    cache = cache_folder(environ)
    if find_go(environ, Means()) is not None:
        what = f"No Temporal server yet{notes}: trends up will download one, or build it with Go, into {cache}."
        return Check("engine", Verdict.WARN, what, "Nothing, or: make demo")
    return Check(
        "engine",
        Verdict.WARN,
        f"No Temporal server yet{notes}, and no Go to build one: trends up will try to download it.",
        "Where the network is closed: install the Temporal CLI or Go 1.25, or set TEMPORAL_ADDRESS.",
    )


async def check_workflows(environ: Mapping[str, str], state: State, settings: Settings) -> Check:
    """Look for workflows that get nowhere, on the server that runs now. None is started, and none waited for."""
    name = "workflows"
    try:
        address = read_target(environ).address or _running_server(state)
        if address is None:
            return Check(name, Verdict.OK, "No Temporal server runs; there is none to look at.")
        client = await connect(environ, address=address, namespace=settings.engine.namespace)
        with answering():
            looked, stuck = await _stuck_workflows(client)
    except (TrendsError, RPCError) as error:
        # That the server is away is told where the server is looked at.
        why = error.what if isinstance(error, TrendsError) else error.message
        return Check(name, Verdict.OK, f"They cannot be looked at: {why}")
    if not stuck:
        return Check(name, Verdict.OK, f"{looked} under way, none is stuck.")
    told = "; ".join(f"{each.workflow_id} ({each.why or 'no answer'})" for each in stuck[:NAMED])
    more = f"; and {len(stuck) - NAMED} more" if len(stuck) > NAMED else ""
    return Check(
        name,
        Verdict.WARN,
        f"{len(stuck)} of {looked} under way fail at every try: {told}{more}.",
        "Look into the worker's log, and start a worker whose code is mended: they go on by themselves.",
    )


def _running_server(state: State) -> str | None:
    running = read_running(state)
    return running.urls.get("temporal") if running else None


async def _stuck_workflows(client: Client) -> tuple[int, list[Stuck]]:
    looked, found = 0, list[Stuck]()
    async for each in client.list_workflows(
        "ExecutionStatus = 'Running'", limit=LOOKED_AT, rpc_timeout=RPC_TIMEOUT
    ):
        looked += 1
        # One that has ended since the list was made describes itself as such.
        described = await client.get_workflow_handle(each.id).describe(rpc_timeout=RPC_TIMEOUT)
        if stuck := await stuck_of(client, described, within=RPC_TIMEOUT):
            found.append(stuck)
    return looked, found


def check_storage(environ: Mapping[str, str], state: State) -> Check:
    """Look at the state folder and the database."""
    place = _existing(state.root)
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        what = f"{place} cannot be written: {error.strerror or error}."
        return Check("storage", Verdict.FAIL, what, "Unlock it, or set TRENDS_STATE.")
    named = environ.get("TRENDS_DATABASE_URL")
    try:
        check_version(state)
        found = revision(named or state.database_url)
        name = backend_of(named).name if named else str(state.root)
    except TrendsError as error:
        return _failed("storage", error)
    return _schema(found, name, named=bool(named))


def _schema(found: str | None, name: str, *, named: bool) -> Check:
    if found == HEAD:
        return Check("storage", Verdict.OK, f"{name}, revision {found}.")
    if found is None and not named:
        return Check("storage", Verdict.OK, f"{name} will be set up by trends up.")
    if found is None or found in REVISIONS:
        what = f"{name} has revision {found or 'none'}; this program writes {HEAD}."
        # A database that is named from outside is never migrated by a start.
        mend = (
            "Bring it over: trends migrate"
            if named
            else "trends migrate, or trends up, brings it over."
        )
        return Check("storage", Verdict.WARN, what, mend)
    return Check(
        "storage",
        Verdict.FAIL,
        f"The database has revision {found}, which this program does not know.",
        "Use the newer release that wrote it, or name another in TRENDS_STATE or TRENDS_DATABASE_URL.",
    )


async def check_auth(environ: Mapping[str, str], state: State, settings: Settings) -> Check:
    """Look at who may use the API: whether anybody is asked, and whether anybody could answer."""
    name = "auth"
    try:
        require_safe(settings)
    except TrendsError as error:
        return _failed(name, error)
    if settings.auth.mode == "off":
        what = f"Nobody is asked who they are; the API serves this machine alone ({settings.api.host})."
        return Check(name, Verdict.OK, what)
    oidc = settings.auth.oidc
    tokens = f", and tokens of {oidc.issuer} are taken" if oidc.issuer else ""
    open_keys = oidc.jwks_url.startswith("http:") or (
        not oidc.jwks_url and oidc.issuer.startswith("http:")
    )
    if open_keys:
        # Whoever sits on the way could put a key of their own among them.
        mend = "Give auth.oidc an https address."
        return Check(name, Verdict.WARN, "The provider's keys are fetched in the open.", mend)
    url = environ.get("TRENDS_DATABASE_URL") or state.database_url
    try:
        # A database that is not there yet must not be made by looking.
        found = revision(url) == HEAD
        keyed = found and await any_key_holds(url, system_clock())
    except TrendsError as error:
        return _failed(name, error)
    if keyed:
        return Check(name, Verdict.OK, f"Every caller shows a key{tokens}.")
    what = f"Every caller must show a key, and there is none that holds{tokens}."
    verdict = Verdict.OK if oidc.issuer else Verdict.WARN
    return Check(name, verdict, what, "trends keys create NAME --scope admin --local")


def check_channels(environ: Mapping[str, str], state: State, settings: Settings) -> Check:
    """Look whether every channel has what it needs. Nothing is sent."""
    secrets = Secrets(lambda: settings.secrets, environ)
    states = make_channels(settings, state, secrets, system_clock).states()
    broken = [each for each in states if each.trouble]
    if not broken:
        what = f"{len(states)} can be used: {', '.join(each.name for each in states)}."
        return Check("channels", Verdict.OK, what)
    what = " ".join(each.trouble for each in broken)
    named = {*settings.notify.run_channels, *settings.notify.alert_channels}
    # One that nobody is told on holds nothing up.
    verdict = Verdict.FAIL if named & {each.name for each in broken} else Verdict.WARN
    return Check("channels", verdict, what, f"Then try it: trends notify test {broken[0].name}")


def check_models(environ: Mapping[str, str], settings: Settings) -> Check:
    """Look whether the models that runs would ask have what they need: library, key and price. Nobody is asked."""
    name = "models"
    providers = Providers(settings, Secrets(lambda: settings.secrets, environ))
    chosen = {
        choice.name
        for role in (Role.PLANNER, Role.ANALYST)
        if (choice := settings.model_for(role)) is not None
    }
    asked = sorted(str(each) for each in chosen if providers.configured(each.provider))
    if not asked:
        what = "No model is asked: reports are extractive."
        mend = "To have one write, set its key: see docs/reference/models.md." if chosen else ""
        return Check(name, Verdict.OK, what, mend)
    for each in sorted(chosen, key=str):
        try:
            providers.get(each.provider)
            Prices(settings.llm).check(each.provider, each.model)
        except TrendsError as error:
            # Runs go on without: they quote, and say why.
            return replace(_failed(name, error), verdict=Verdict.WARN)
    return Check(name, Verdict.OK, f"Ready to be asked, at known prices: {', '.join(asked)}.")


def check_keys(environ: Mapping[str, str]) -> Check:
    """Look at which keys of outside services are set; their values are never shown."""
    present = [name for name in KEYS if environ.get(name)]
    listed = f": {', '.join(present)}" if present else ""
    what = f"{len(present)} of {len(KEYS)} are set{listed}; none is needed."
    return Check("keys", Verdict.OK, what)


def worst(checks: Sequence[Check]) -> Verdict:
    """The verdict over all."""
    order = (Verdict.OK, Verdict.WARN, Verdict.FAIL)
    return max((check.verdict for check in checks), key=order.index, default=Verdict.OK)
