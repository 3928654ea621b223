"""Tokens of an identity provider, whose keys come from a real server on this machine."""

import base64
import json
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from engine.oidc import TokenReader
from tests.unit.trends.web_server import LOOPBACK, WebServer, make_outbound, open_web_server
from trends.domain.access import Scope
from trends.errors import OutboundUnavailableError, TokenRefusedError
from trends.settings_sections import OidcSettings

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ISSUER = "https://login.example.org/realm"
RSA, OTHER_RSA = (rsa.generate_private_key(65537, 2048) for _ in range(2))
SMALL_RSA = rsa.generate_private_key(65537, 1024)  # noqa: S505  # that it is not taken is tested
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
JWKS = "/keys"


class Clock:
    """A clock that stands still until it is moved."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


def public(key: Any, kid: str, **more: str) -> dict[str, Any]:
    """A public key as providers publish it."""
    kinds: dict[type, Any] = {
        rsa.RSAPrivateKey: RSAAlgorithm,
        ec.EllipticCurvePrivateKey: ECAlgorithm,
        ed25519.Ed25519PrivateKey: OKPAlgorithm,
    }
    made = next(kind for of, kind in kinds.items() if isinstance(key, of))
    return {**json.loads(made.to_jwk(key.public_key())), "kid": kid, **more}


def claims(**changes: Any) -> dict[str, Any]:
    """What a token says; None leaves a claim out."""
    said = {
        "iss": ISSUER,
        "aud": "trends",
        "sub": "kim",
        "name": "Kim",
        "exp": (NOW + timedelta(minutes=5)).timestamp(),
        "iat": NOW.timestamp(),
        "tenant": "acme",
        "scope": "openid runs:read trends:write",
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


def token(key: Any = RSA, algorithm: str = "RS256", kid: str | None = "a", **changes: Any) -> str:
    headers = {"kid": kid} if kid else None
    return jwt.encode(claims(**changes), key, algorithm, headers)


def forged(header: Mapping[str, Any], signature: str = "") -> str:
    """A token that no library would write."""
    parts = (json.dumps(part).encode() for part in (header, claims()))
    written = [base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts]
    return ".".join([*written, signature])


@pytest.fixture
async def provider() -> AsyncGenerator[WebServer]:
    """A provider with one key of each kind."""
    async with open_web_server() as web:
        publish(web, public(RSA, "a"), public(EC, "b"), public(ED, "c"))
        yield web


@pytest.fixture
def clock() -> Clock:
    return Clock()


def publish(provider: WebServer, *keys: Mapping[str, Any]) -> None:
    provider.says(JWKS, json.dumps({"keys": keys}).encode())


def settings_of(provider: WebServer, **changes: Any) -> OidcSettings:
    return OidcSettings.model_validate(
        {
            "issuer": ISSUER,
            "audience": "trends",
            "jwks_url": provider.url(JWKS, LOOPBACK),
            "tenant_claim": "tenant",
            "tenant": "",
            "scope_claim": "scope",
            "scopes": {},
            **changes,
        }
    )


def reader(provider: WebServer, clock: Clock, **changes: Any) -> TokenReader:
    return TokenReader(settings_of(provider, **changes), make_outbound(LOOPBACK), clock)


@pytest.fixture
def tokens(provider: WebServer, clock: Clock) -> TokenReader:
    return reader(provider, clock)


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"), [(RSA, "RS256", "a"), (EC, "ES256", "b"), (ED, "EdDSA", "c")]
)
async def test_a_good_token_tells_who_it_is(
    tokens: TokenReader, key: Any, algorithm: str, kid: str
) -> None:
    who = await tokens.read(token(key, algorithm, kid))
    assert (who.tenant, who.subject, who.name) == ("acme", "oidc:kim", "Kim")
    assert who.scopes == {Scope.RUNS_READ, Scope.TRENDS_WRITE}
    assert who.expires_at == NOW + timedelta(minutes=5)


PEM = RSA.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def signed_with_the_public_key() -> str:
    """The oldest trick: the public key, taken for a password."""
    import hashlib
    import hmac

    body = forged({"alg": "HS256", "typ": "JWT", "kid": "a"}).rpartition(".")[0]
    mac = hmac.new(PEM, body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (token(exp=(NOW - MINUTE).timestamp()), "expired"),
        (token(nbf=(NOW + 2 * MINUTE).timestamp()), "not valid yet"),
        (token(iat=(NOW + 2 * MINUTE).timestamp()), "not valid yet"),
        (token(exp=None), "no claim 'exp'"),
        (token(exp="tomorrow"), "'exp' is no time"),
        (token(exp=1e300), "'exp' is no time"),
        (token(exp=True), "'exp' is no time"),
        (token(aud="another"), "another audience"),
        (token(aud=None), "no claim 'aud'"),
        (token(iss="https://evil.example"), "another issuer"),
        (token(iss=f"{ISSUER}/"), "another issuer"),
        (token(sub=None), "no claim 'sub'"),
        (token(sub=""), "'sub' is no plain text"),
        (token(sub="a\nb"), "'sub' is no plain text"),
        (token(tenant=None), "no claim 'tenant'"),
        (token(tenant="Acme Inc."), "is no tenant"),
        (token(tenant=["acme"]), "is no tenant"),
        (token(tenant="a" * 41), "is no tenant"),
        (token(kid="unknown"), "no such key"),
        (token(kid=None), ""),
        (token(OTHER_RSA), "signature does not fit"),
        (token(EC, "ES256", "a"), "no such key"),
        (forged({"alg": "none"}), "algorithm is none of"),
        (forged({"alg": "NONE", "kid": "a"}), "algorithm is none of"),
        (forged({"kid": "a"}), "algorithm is none of"),
        (forged({"alg": "RS256", "kid": "a"}), "signature does not fit"),
        (forged({"alg": "RS256", "kid": "a", "crit": ["exp"]}, "AA"), "no signed token"),
        (signed_with_the_public_key(), "algorithm is none of"),
        (token(RSA, "RS512"), "algorithm is none of"),
        (token(RSA, "PS256"), "algorithm is none of"),
        ("nonsense", "no signed token"),
        ("a.b.c", "no signed token"),
        ("", "no signed token"),
    ],
)
async def test_a_token_that_does_not_hold_says_why(
    provider: WebServer, tokens: TokenReader, made: str, why: str
) -> None:
    if not why:
        # Without a name the one key of its kind is meant; with two of them nobody can tell.
        publish(provider, public(RSA, "a"), public(OTHER_RSA, "d"))
        why = "no such key"
    with pytest.raises(TokenRefusedError, match=why):
        await tokens.read(made)


@pytest.mark.parametrize(("name", "seconds"), [("exp", -59), ("nbf", 60)])
async def test_clocks_may_differ_by_a_minute(tokens: TokenReader, name: str, seconds: int) -> None:
    changes: dict[str, Any] = {name: NOW.timestamp() + seconds}
    assert (await tokens.read(token(**changes))).tenant == "acme"


async def test_one_audience_of_several_is_enough(tokens: TokenReader) -> None:
    assert (await tokens.read(token(aud=["another", "trends"]))).tenant == "acme"


async def test_keys_are_fetched_once(provider: WebServer, tokens: TokenReader) -> None:
    for _ in range(5):
        await tokens.read(token())
    assert len(provider.asked) == 1


async def test_a_new_key_is_found_when_a_token_names_it(
    provider: WebServer, tokens: TokenReader, clock: Clock
) -> None:
    await tokens.read(token())
    publish(provider, public(OTHER_RSA, "new"))
    clock.now += timedelta(minutes=1)
    assert (await tokens.read(token(OTHER_RSA, kid="new"))).subject == "oidc:kim"
    with pytest.raises(TokenRefusedError, match="no such key"):
        await tokens.read(token())


async def test_unknown_keys_make_us_ask_once_a_minute_at_most(
    provider: WebServer, tokens: TokenReader, clock: Clock
) -> None:
    for number in range(10):
        with pytest.raises(TokenRefusedError, match="no such key"):
            await tokens.read(token(kid=f"unknown {number}"))
    assert len(provider.asked) == 1
    clock.now += timedelta(minutes=1)
    with pytest.raises(TokenRefusedError, match="no such key"):
        await tokens.read(token(kid="unknown"))
    assert len(provider.asked) == 2


async def test_the_last_good_keys_are_kept_while_the_provider_is_away(
    provider: WebServer, tokens: TokenReader, clock: Clock
) -> None:
    await tokens.read(token())
    for trouble in (b"nonsense", b"[]", b'{"keys": []}', b'{"keys": 7}'):
        provider.says(JWKS, trouble)
        clock.now += timedelta(hours=2)
        assert (await tokens.read(token(exp=clock.now.timestamp() + 60))).tenant == "acme"
    provider.says(JWKS, b"", status=503)
    clock.now += timedelta(hours=2)
    assert (await tokens.read(token(exp=clock.now.timestamp() + 60))).tenant == "acme"


async def test_a_key_that_was_taken_back_is_believed_for_an_hour_at_most(
    provider: WebServer, tokens: TokenReader, clock: Clock
) -> None:
    await tokens.read(token())
    publish(provider, public(OTHER_RSA, "new"))
    clock.now += timedelta(hours=1, seconds=1)
    with pytest.raises(TokenRefusedError, match="no such key"):
        await tokens.read(token(exp=clock.now.timestamp() + 60))


async def test_without_any_keys_nobody_is_told_that_the_token_is_wrong(
    provider: WebServer, tokens: TokenReader, clock: Clock
) -> None:
    provider.says(JWKS, b"", status=503)
    for _ in range(3):
        with pytest.raises(OutboundUnavailableError, match="keys are not to be had"):
            await tokens.read(token())
    assert len(provider.asked) == 1
    publish(provider, public(RSA, "a"))
    clock.now += timedelta(seconds=5)
    assert (await tokens.read(token())).tenant == "acme"


@pytest.mark.parametrize(
    "key",
    [
        public(SMALL_RSA, "a"),
        public(RSA, "a", use="enc"),
        public(RSA, "a", alg="RS512"),
        {"kty": "oct", "kid": "a", "k": "c2VjcmV0"},
        {"kty": "RSA", "kid": "a", "n": "!", "e": "AQAB"},
        {"kty": "RSA", "kid": "a"},
        {"kty": ["RSA"], "kid": "a"},
        "nonsense",
    ],
)
async def test_keys_that_cannot_be_used_are_passed_over(
    provider: WebServer, tokens: TokenReader, key: Any
) -> None:
    publish(provider, key, public(EC, "b"))
    with pytest.raises(TokenRefusedError, match="no such key"):
        await tokens.read(token())
    assert (await tokens.read(token(EC, "ES256", "b"))).tenant == "acme"


async def test_keys_are_not_fetched_from_inside_unless_the_settings_allow_it(
    provider: WebServer, clock: Clock
) -> None:
    tokens = TokenReader(settings_of(provider), make_outbound(), clock)
    with pytest.raises(OutboundUnavailableError, match="keys are not to be had"):
        await tokens.read(token())
    assert provider.asked == []


async def test_where_the_keys_are_is_discovered(provider: WebServer, clock: Clock) -> None:
    issuer = provider.url("", LOOPBACK)
    found = {"issuer": issuer, "jwks_uri": provider.url(JWKS, LOOPBACK)}
    provider.says("/.well-known/openid-configuration", json.dumps(found).encode())
    tokens = reader(provider, clock, issuer=issuer, jwks_url="")
    assert (await tokens.read(token(iss=issuer))).tenant == "acme"


async def test_what_describes_another_issuer_is_not_believed(
    provider: WebServer, clock: Clock
) -> None:
    issuer = provider.url("", LOOPBACK)
    found = {"issuer": "https://evil.example", "jwks_uri": provider.url(JWKS, LOOPBACK)}
    provider.says("/.well-known/openid-configuration", json.dumps(found).encode())
    tokens = reader(provider, clock, issuer=issuer, jwks_url="")
    with pytest.raises(OutboundUnavailableError, match="does not describe"):
        await tokens.read(token(iss=issuer))


async def test_one_tenant_for_all_tokens(provider: WebServer, clock: Clock) -> None:
    tokens = reader(provider, clock, tenant="newsroom")
    assert (await tokens.read(token(tenant="acme"))).tenant == "newsroom"


@pytest.mark.parametrize(
    ("said", "scopes"),
    [
        ({"scope": None}, set[str]()),
        ({"scope": "openid profile"}, set[str]()),
        ({"scope": ["runs:read", 7, None, "sources:read"]}, {"runs:read", "sources:read"}),
        ({"scope": 7}, set[str]()),
    ],
)
async def test_words_that_are_no_scopes_give_nothing(
    tokens: TokenReader, said: dict[str, Any], scopes: set[str]
) -> None:
    assert (await tokens.read(token(**said))).scopes == scopes


async def test_groups_stand_for_scopes_and_nothing_else_counts(
    provider: WebServer, clock: Clock
) -> None:
    meant = {"analysts": ["runs:read", "trends:write"], "ops": ["metrics:read"]}
    tokens = reader(provider, clock, scope_claim="groups", scopes=meant)
    who = await tokens.read(token(groups=["analysts", "admin", "ops"]))
    assert who.scopes == {Scope.RUNS_READ, Scope.TRENDS_WRITE, Scope.METRICS_READ}
