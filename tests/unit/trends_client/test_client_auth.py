"""Which credential a client sends, where to, and how it is found."""

from pathlib import Path

import httpx
import pytest

from trends_client import ProfileError, RefusedError, TrendsClient
from trends_client.address import find_base_url
from trends_client.auth import find_api_key

URL = "https://trends.example.org"
PROFILES = f"""
[default]
api_url = "{URL}/"
api_key = "trk_default"

[staging]
api_url = "https://staging.example.org"
api_key = "trk_staging"

[open]
api_url = "http://127.0.0.1:8000"
"""

Environ = dict[str, str]


@pytest.fixture
def environ(tmp_path: Path) -> Environ:
    """A home with profiles that nobody else may read."""
    file = tmp_path / "trends" / "profiles.toml"
    file.parent.mkdir()
    file.write_text(PROFILES)
    file.chmod(0o600)
    return {"XDG_CONFIG_HOME": str(tmp_path), "TRENDS_STATE": str(tmp_path / "none")}


def test_what_is_given_comes_first_then_the_environment_then_the_profile(environ: Environ) -> None:
    assert find_api_key(URL, "trk_given", {**environ, "TRENDS_API_KEY": "trk_env"}) == "trk_given"
    assert find_api_key(URL, None, {**environ, "TRENDS_API_KEY": "trk_env"}) == "trk_env"
    assert find_api_key(URL, None, environ) == "trk_default"
    assert find_api_key(URL, None, {"XDG_CONFIG_HOME": "/nowhere"}) is None


def test_a_key_of_the_file_goes_to_its_own_address_alone(environ: Environ) -> None:
    assert find_api_key("https://staging.example.org", None, environ) == "trk_staging"
    assert find_api_key("http://127.0.0.1:8000", None, environ) is None
    assert find_api_key("https://evil.example", None, environ) is None
    assert find_api_key("http://trends.example.org", None, environ) is None


def test_a_profile_names_the_address_too(environ: Environ) -> None:
    assert find_base_url(None, environ) == URL
    named = {**environ, "TRENDS_PROFILE": "staging"}
    assert find_base_url(None, named) == "https://staging.example.org"
    assert find_base_url(None, {**named, "TRENDS_API_URL": "http://a"}) == "http://a"


def test_a_profile_that_is_not_there_is_named(environ: Environ) -> None:
    with pytest.raises(ProfileError, match=r"no profile .prod. .*default, open, staging"):
        find_base_url(None, {**environ, "TRENDS_PROFILE": "prod"})


def test_a_file_that_others_may_read_is_refused(environ: Environ, tmp_path: Path) -> None:
    (tmp_path / "trends" / "profiles.toml").chmod(0o644)
    with pytest.raises(ProfileError, match="chmod 600"):
        find_api_key(URL, None, environ)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("nonsense", "not TOML"),
        ("default = 1", "not api_url and api_key"),
        ("[default]\napi_url = 1", "not api_url and api_key"),
        ("[default]\nurl = 'a'", "not api_url and api_key"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(
    environ: Environ, tmp_path: Path, content: str, why: str
) -> None:
    (tmp_path / "trends" / "profiles.toml").write_text(content)
    with pytest.raises(ProfileError, match=why):
        find_api_key(URL, None, environ)


@pytest.mark.parametrize("key", ["한글", "trk_a b", "trk_a\nHost: b"])
def test_what_no_header_can_carry_is_no_key(key: str) -> None:
    with pytest.raises(ProfileError, match="not one"):
        find_api_key(URL, None, {"TRENDS_API_KEY": key, "XDG_CONFIG_HOME": "/nowhere"})


def answering(status: int, body: dict[str, object]) -> tuple[httpx.MockTransport, list[str | None]]:
    seen: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("Authorization"))
        return httpx.Response(status, json=body)

    return httpx.MockTransport(answer), seen


def test_the_key_goes_with_every_call() -> None:
    me: dict[str, object] = {
        "tenant": "acme",
        "subject": "key:1",
        "name": "a",
        "scopes": [],
        "kind": "key",
    }
    transport, seen = answering(200, {**me, "expires_at": None})
    with TrendsClient(URL, api_key="trk_a", transport=transport) as client:
        assert client.keys.me().tenant == "acme"
    assert seen == ["Bearer trk_a"]


def test_a_refusal_is_not_tried_again() -> None:
    problem: dict[str, object] = {
        "slug": "not-authenticated",
        "title": "t",
        "status": 401,
        "detail": "It does not.",
    }
    transport, seen = answering(401, problem)
    with (
        TrendsClient(URL, api_key="trk_a", transport=transport) as client,
        pytest.raises(RefusedError, match="It does not"),
    ):
        client.keys.me()
    assert len(seen) == 1
