"""Bearer tokens of an identity provider, checked with the public keys that it publishes (OpenID Connect, JWKS).

What a token's header says is not trusted: it may choose among our three algorithms and the provider's keys, and each
key is good for the one algorithm of its type. So a token can neither be unsigned nor signed with a public key as if that
were a password.
"""

import asyncio
import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, cast

import jwt

from trends.domain.access import Principal, PrincipalKind, Scope, is_tenant, read_scopes
from trends.errors import OutboundError, OutboundUnavailableError, TokenRefusedError, TooLargeError
from trends.outbound_messages import Request, Response
from trends.settings_sections import OidcSettings
from trends.telemetry import get_logger

# One for each type of key; anything else, `none` and the HMAC family above all, is refused.
ALGORITHMS = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}
CURVES = {"EC": "P-256", "OKP": "Ed25519"}
LEAST_RSA_BITS = 2048
# How far the provider's clock may be from ours.
LEEWAY = timedelta(seconds=60)
# A provider that takes a key out of its set is believed within this time.
FRESH = timedelta(hours=1)
# A token that names a key we do not have may come from anybody: it makes us ask once in this time.
ASK_AGAIN = timedelta(minutes=1)
# While we have no key at all, nobody can come in: worth asking more often.
ASK_SOON = timedelta(seconds=5)
MAX_KEYS = 100
MAX_BYTES = 1_000_000
LONGEST_NAME = 200

_log = get_logger(__name__)


class Way(Protocol):
    """The way out; `trends.outbound.Outbound` is the real one."""

    async def fetch(self, request: Request) -> Response:
        """Send a request and read the answer."""
        ...


class TokenReader:
    """Reads tokens.

    Args:
        settings: Whose tokens, for whom.
        way: Fetches the provider's keys.
        clock: Now, in UTC.
    """

    def __init__(self, settings: OidcSettings, way: Way, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._keys = KeySet(settings, way, clock)

    async def read(self, token: str) -> Principal:
        """Tell whose token this is.

        Raises:
            TokenRefusedError: It does not hold; the message says why.
            OutboundUnavailableError: The provider's keys cannot be had at the moment.
        """
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise _refused("It is no signed token (JWT).") from error
        algorithm = header.get("alg")
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS.values():
            raise _refused(f"Its algorithm is none of {', '.join(ALGORITHMS.values())}.")
        key = await self._keys.find(header.get("kid"), algorithm)
        if key is None:
            raise _refused("The identity provider has no such key.")
        return self._principal(self._claims(token, key, algorithm))

    def _claims(self, token: str, key: jwt.PyJWK, algorithm: str) -> Mapping[str, Any]:
        wanted = ["exp", "iss", "aud", "sub"]
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._settings.audience,
                issuer=self._settings.issuer,
                # Times are looked at below, by this process's own clock.
                options=cast(
                    "Any",
                    {
                        "require": wanted,
                        "verify_exp": False,
                        "verify_nbf": False,
                        "verify_iat": False,
                    },
                ),
            )
        except jwt.InvalidAudienceError as error:
            raise _refused("It is for another audience.") from error
        except jwt.InvalidIssuerError as error:
            raise _refused("It is of another issuer.") from error
        except jwt.MissingRequiredClaimError as error:
            raise _refused(f"It has no claim '{error.claim}'.") from error
        except jwt.InvalidSignatureError as error:
            raise _refused("Its signature does not fit.") from error
        except jwt.PyJWTError as error:
            raise _refused("It cannot be read.") from error
        self._check_times(claims)
        return claims

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock()
        if now - LEEWAY >= _moment(claims, "exp"):
            raise _refused("It has expired.", "Get a new one.")
        for name in ("nbf", "iat"):
            if name in claims and now + LEEWAY < _moment(claims, name):
                raise _refused(
                    "It is not valid yet.", "Compare the clocks of this service and the provider."
                )

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        subject = claims["sub"]
        if not _plain(subject):
            raise _refused("Its claim 'sub' is no plain text.")
        named = [claims.get(name) for name in ("name", "preferred_username", "email")]
        return Principal(
            tenant=self._tenant(claims),
            subject=f"oidc:{subject}",
            name=next((str(name) for name in named if _plain(name)), str(subject)),
            scopes=self._scopes(claims),
            kind=PrincipalKind.TOKEN,
            expires_at=_moment(claims, "exp"),
        )

    def _tenant(self, claims: Mapping[str, Any]) -> str:
        if self._settings.tenant:
            return self._settings.tenant
        name = self._settings.tenant_claim
        tenant = claims.get(name)
        if tenant is None:
            raise _refused(f"It has no claim '{name}', which names the tenant.")
        if not isinstance(tenant, str) or not is_tenant(tenant):
            raise _refused(f"Its claim '{name}' is no tenant: 1 to 40 of a-z, 0-9 and - are.")
        return tenant

    def _scopes(self, claims: Mapping[str, Any]) -> frozenset[Scope]:
        """What the token's words stand for; words of other services are passed over."""
        given = claims.get(self._settings.scope_claim, "")
        listed = cast("list[object]", given) if isinstance(given, list) else str(given).split()
        words = [word for word in listed if isinstance(word, str)]
        meant = self._settings.scopes
        if not meant:
            return frozenset(Scope(word) for word in words if word in set(Scope))
        return read_scopes(part for word in words for part in meant.get(word, ()))


class KeySet:
    """The provider's keys: fetched when first needed, again when old or when one is missing, the last good ones kept."""

    def __init__(self, settings: OidcSettings, way: Way, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._way = way
        self._clock = clock
        self._keys: tuple[jwt.PyJWK, ...] = ()
        self._fetched_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._trouble: OutboundError | None = None
        self._asking = asyncio.Lock()

    async def find(self, key_id: object, algorithm: str) -> jwt.PyJWK | None:
        """Find the key of a token; None where the provider has none such.

        Raises:
            OutboundUnavailableError: There are no keys, and none can be had at the moment.
        """
        found = self._known(key_id, algorithm)
        if found is not None and not self._old():
            return found
        async with self._asking:
            # Somebody may have asked while this one waited.
            found = self._known(key_id, algorithm)
            if (found is None or self._old()) and self._may_ask():
                await self._ask()
                found = self._known(key_id, algorithm)
        if found is None and not self._keys:
            why = str(self._trouble) if self._trouble else "It publishes none that can be used."
            raise OutboundUnavailableError(
                "Tokens cannot be checked: the identity provider's keys are not to be had.",
                why=why,
                next_step="It is tried again by itself; API keys work all the while.",
            )
        return found

    def _known(self, key_id: object, algorithm: str) -> jwt.PyJWK | None:
        fits = [key for key in self._keys if key.algorithm_name == algorithm]
        if key_id is None:
            # Providers with one key need not name it.
            return fits[0] if len(fits) == 1 else None
        return next((key for key in fits if key.key_id == key_id), None)

    def _old(self) -> bool:
        return self._fetched_at is None or self._clock() - self._fetched_at > FRESH

    def _may_ask(self) -> bool:
        pause = ASK_AGAIN if self._keys else ASK_SOON
        return self._asked_at is None or self._clock() - self._asked_at >= pause

    async def _ask(self) -> None:
        self._asked_at = self._clock()
        try:
            content = await self._content(self._settings.jwks_url or await self._discovered())
            keys = _read_keys(content)
        except OutboundError as error:
            self._trouble = error
            _log.warning("auth.keys_unread", reason=str(error), keys_kept=len(self._keys))
            return
        self._trouble = None
        if keys:
            self._keys = keys
            self._fetched_at = self._asked_at

    async def _discovered(self) -> str:
        issuer = self._settings.issuer
        content = await self._content(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        url = content.get("jwks_uri")
        # One that describes another issuer would lend it our trust.
        if content.get("issuer") != issuer or not isinstance(url, str):
            raise OutboundError(
                f"The identity provider does not describe the issuer '{issuer[:200]}'.",
                next_step="Compare auth.oidc.issuer with what it calls itself, or set auth.oidc.jwks_url.",
            )
        return url

    async def _content(self, url: str) -> Mapping[str, Any]:
        try:
            answer = await self._way.fetch(
                Request("GET", url, headers={"Accept": "application/json"}, max_bytes=MAX_BYTES)
            )
        except TooLargeError as error:
            raise OutboundError("The identity provider's answer is too large.") from error
        if answer.status != 200:  # noqa: PLR2004  # OK
            raise OutboundUnavailableError(f"{answer.host} answers {answer.status}.", sent=True)
        try:
            content: object = json.loads(answer.body)
        except ValueError as error:
            raise OutboundError(f"{answer.host} answers with what is no JSON.") from error
        if not isinstance(content, dict):
            raise OutboundError(f"{answer.host} answers with what is no JSON object.")
        return cast("Mapping[str, Any]", content)


def _read_keys(content: Mapping[str, Any]) -> tuple[jwt.PyJWK, ...]:
    listed = content.get("keys")
    if not isinstance(listed, list):
        return ()
    found = (_read_key(each) for each in cast("list[object]", listed)[:MAX_KEYS])
    return tuple(key for key in found if key is not None)


def _read_key(given: object) -> jwt.PyJWK | None:
    """Read one key of a set; None for one that signs nothing that we take, which sets may hold."""
    if not isinstance(given, dict):
        return None
    values = cast("dict[str, Any]", given)
    kind = values.get("kty")
    algorithm = ALGORITHMS.get(kind) if isinstance(kind, str) else None
    fits = (
        algorithm is not None
        and values.get("alg", algorithm) == algorithm
        and values.get("use", "sig") == "sig"
        and CURVES.get(str(kind), values.get("crv")) == values.get("crv")
    )
    if not fits:
        return None
    try:
        # The public half alone, whatever else the provider lets slip.
        key = jwt.PyJWK(
            {name: value for name, value in values.items() if name not in _PRIVATE},
            algorithm=algorithm,
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    small = kind == "RSA" and key.key.key_size < LEAST_RSA_BITS
    return None if small else key


_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def _moment(claims: Mapping[str, Any], name: str) -> datetime:
    value = claims[name]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value):
        raise _refused(f"Its claim '{name}' is no time.")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise _refused(f"Its claim '{name}' is no time.") from error


def _plain(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable()


def _refused(why: str, next_step: str = "") -> TokenRefusedError:
    return TokenRefusedError("The token does not hold.", why=why, next_step=next_step)
