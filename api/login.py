"""Signing in with a browser: a person pastes a key or a token once, and the browser holds a cookie for some hours.

The cookie is 256 random bits that mean nothing by themselves. What they stand for is in the database, so that every
process of the API knows them, and signing out or revoking the key ends them everywhere.
"""

from contextlib import suppress
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Header, Request, Response
from starlette.responses import RedirectResponse

from api.auth import COOKIE, LOGIN, LOGOUT, address_of, session_of
from api.deps import Served, ServedBy
from api.errors import KINDS, problem_for, request_id_of
from api.negotiate import preferred_language
from api.pages import page_of
from api.words import WORDS
from engine.access import SignedIn
from trends.errors import NotAuthenticatedError, TooManyFailuresError, TrendsError

router = APIRouter(include_in_schema=False)

HOME = "/"
# A form of two fields, the longer a token.
LONGEST_FORM = 32_768

Language = Annotated[str, Header(alias="Accept-Language")]


@router.get(LOGIN)
async def login_page(
    served: ServedBy,
    accept_language: Language = "",
    next: str = HOME,  # noqa: A002  # its name in the address
) -> Response:
    """Ask a person for a key or a token."""
    if not served.guard.required:
        return RedirectResponse(HOME, 303)
    return _form(accept_language, next)


@router.post(LOGIN)
async def sign_in(request: Request, served: ServedBy, accept_language: Language = "") -> Response:
    """Sign a browser in, and lead it where it wanted to go."""
    fields = parse_qs((await request.body())[:LONGEST_FORM].decode("utf-8", "replace"))
    target = fields.get("next", [HOME])[0]
    credential = fields.get("credential", [""])[0].strip()
    try:
        who = await served.guard.admit(credential, address_of(request.scope))
        signed_in = await served.doors.access.begin_session(who)
    except (NotAuthenticatedError, TooManyFailuresError) as error:
        told = problem_for(
            error, instance=request.url.path, request_id=request_id_of(request)
        ).headers
        answer = _form(accept_language, target, error)
        for name in ("retry-after", "www-authenticate"):
            if name in told:
                answer.headers[name] = told[name]
        return answer
    # The audit log has it from here.
    request.state.principal = signed_in.who
    answer = RedirectResponse(_ours(target), 303)
    _set_cookie(answer, signed_in, served, request)
    return answer


@router.post(LOGOUT)
async def sign_out(request: Request, served: ServedBy) -> Response:
    """Sign a browser out."""
    secret = session_of(request.headers)
    if secret is not None:
        with suppress(NotAuthenticatedError):
            request.state.principal = await served.doors.access.resume(secret)
        await served.doors.access.end_session(secret)
    answer = RedirectResponse(LOGIN, 303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


def _form(accept_language: str, target: str, trouble: TrendsError | None = None) -> Response:
    language = preferred_language(accept_language, tuple(WORDS))
    answer = page_of(
        "login.html",
        language,
        status=KINDS[trouble.slug].status if trouble else 200,
        form=True,
        words=WORDS[language],
        next=_ours(target),
        trouble=str(trouble) if trouble else "",
    )
    answer.headers["Vary"] = "Accept-Language"
    return answer


def _ours(target: str) -> str:
    """Lead nowhere but to a page of ours: a second slash or backslash would lead browsers to another host."""
    stays = target.startswith("/") and target[1:2] not in {"/", "\\"} and target.isprintable()
    return target if stays and target != LOGIN else HOME


def _set_cookie(answer: Response, signed_in: SignedIn, served: Served, request: Request) -> None:
    public = served.doors.settings.api.public_url
    answer.set_cookie(
        COOKIE,
        signed_in.secret,
        # Not a date: a browser's clock may be wrong.
        max_age=int(signed_in.length.total_seconds()),
        path="/",
        secure=request.url.scheme == "https" or public.startswith("https:"),
        httponly=True,
        samesite="lax",
    )
