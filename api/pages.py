"""The few pages a person opens in a browser: the latest runs, the reference, the kinds of errors. No script, no asset."""

import base64
import hashlib
import html
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.deps import ReadsRuns, ServedBy
from api.errors import KINDS
from api.negotiate import preferred_language
from api.routes.runs import ui_base
from api.schemas import run_item
from api.words import WORDS
from trends.domain.access import PrincipalKind
from trends.errors import TrendsError

router = APIRouter(include_in_schema=False)

WEB = Path(__file__).parent / "web"
LATEST = 50
_STYLE = (WEB / "page.css").read_text(encoding="utf-8")
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_CODE = re.compile(r"`([^`]+)`")
_METHODS = ("get", "post", "put", "patch", "delete")


@router.get("/")
async def index(
    who: ReadsRuns, served: ServedBy, accept_language: Annotated[str, Header()] = ""
) -> HTMLResponse:
    """List the latest runs."""
    language = preferred_language(accept_language, tuple(WORDS))
    latest = await served.doors.store.page(who.tenant, limit=LATEST)
    base = ui_base(served)
    items = [run_item(row, base) for row in latest.items]
    account = None if who.kind is PrincipalKind.OPEN else f"{who.name} ({who.tenant})"
    answer = page_of(
        "index.html", language, form=True, runs=items, words=WORDS[language], account=account
    )
    answer.headers["Vary"] = "Accept-Language"
    return answer


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Draw the reference from the OpenAPI document."""
    document = request.app.openapi()
    operations = list(_operations(document))
    tags = [
        (tag, [each for each in operations if each["tags"] == [tag["name"]]])
        for tag in document["tags"]
    ]
    return page_of("docs.html", "en", document=document, tags=tags)


@router.get("/docs/errors")
async def docs_errors() -> HTMLResponse:
    """Explain every kind of problem."""
    meanings = {error.slug: inspect.cleandoc(error.__doc__ or "") for error in _errors(TrendsError)}
    return page_of("errors.html", "en", kinds=KINDS, meanings=meanings)


def prose(text: str) -> Markup:
    """Write plain text as paragraphs, `code` as code. Everything else stays as it is, escaped."""
    paragraphs = (html.escape(" ".join(part.split())) for part in text.split("\n\n"))
    marked = (_CODE.sub(r"<code>\1</code>", part) for part in paragraphs if part)
    return Markup("".join(f"<p>{part}</p>" for part in marked))  # noqa: S704  # escaped above


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield {"path": path, "method": method.upper(), **item[method]}


def _errors(kind: type[TrendsError]) -> Iterator[type[TrendsError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _errors(each)


def page_of(
    template: str, language: str, *, status: int = 200, form: bool = False, **values: Any
) -> HTMLResponse:
    """Draw a page that runs no script and loads nothing; with `form`, one that may send forms to us."""
    text = _TEMPLATES.get_template(template).render(language=language, style=_STYLE, **values)
    headers = {"Content-Security-Policy": POLICY}
    if form:
        policy = POLICY.replace("form-action 'none'", "form-action 'self'")
        # Without a referrer a form would be sent as from nowhere, and be taken for another site's.
        headers = {"Content-Security-Policy": policy, "Referrer-Policy": "same-origin"}
    return HTMLResponse(text, status, headers)


def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(WEB),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = prose
    return environment


_TEMPLATES = _templates()
