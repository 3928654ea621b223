"""What the doctor says of who may use the API."""

import os
from pathlib import Path

import pytest

from engine.access import NewKey, make_first_key
from engine.doctor import Check, Verdict, check_auth
from engine.state import State, prepare_state
from trends.domain.access import Scope
from trends.settings import load_settings
from trends.storage.migrate import migrate

REQUIRED = {"TRENDS_AUTH__MODE": "required"}
ISSUER = {"TRENDS_AUTH__OIDC__AUDIENCE": "trends", "TRENDS_AUTH__OIDC__ISSUER": "https://a.example"}


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A folder that does not exist yet."""
    return State(tmp_path / "state")


async def looked(state: State, **environ: str) -> Check:
    return await check_auth({"PATH": os.environ["PATH"]}, state, load_settings(environ))


async def test_in_development_nobody_is_asked(state: State) -> None:
    check = await looked(state)
    assert check.verdict is Verdict.OK
    assert "this machine alone" in check.what


@pytest.mark.parametrize(
    "environ",
    [
        {"TRENDS_API__HOST": "0.0.0.0"},
        {"TRENDS_ENV": "production", "TRENDS_AUTH__MODE": "off"},
    ],
)
async def test_an_api_open_to_others_cannot_run(state: State, environ: dict[str, str]) -> None:
    check = await looked(state, **environ)
    assert check.verdict is Verdict.FAIL
    assert "auth.mode" in check.mend


async def test_without_a_key_it_says_how_to_make_the_first(state: State) -> None:
    check = await looked(state, **REQUIRED)
    assert check.verdict is Verdict.WARN
    assert "--local" in check.mend
    assert not state.root.exists()


async def test_with_a_key_nothing_is_to_be_done(state: State) -> None:
    prepare_state(state)
    migrate(state.database_url)
    wanted = NewKey(name="first", scopes=frozenset({Scope.ADMIN}))
    await make_first_key({}, state.root, "acme", wanted, "local:kim")
    assert (await looked(state, **REQUIRED)).verdict is Verdict.OK


async def test_with_an_identity_provider_no_key_is_needed(state: State) -> None:
    check = await looked(state, **REQUIRED, **ISSUER)
    assert check.verdict is Verdict.OK
    assert "https://a.example" in check.what


async def test_keys_fetched_in_the_open_are_a_warning(state: State) -> None:
    url = {"TRENDS_AUTH__OIDC__JWKS_URL": "http://a.example/keys"}
    assert (await looked(state, **REQUIRED, **ISSUER, **url)).verdict is Verdict.WARN
