"""What hosts of sources answered, kept a while in the response cache: the next run asks the cache before the host."""

import asyncio
import hashlib
import json
import zlib
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from trends.errors import StorageError
from trends.outbound import Outbound, Request, Response
from trends.storage.response_cache import CacheKind, CacheStore
from trends.telemetry import get_logger

# What reading an answer takes of its headers; the rest may be anything, cookies among it.
HEADERS = ("content-type", "etag", "last-modified")

_log = get_logger(__name__)


class KeptAnswers:
    """The way out for a tenant's sources, by the cache.

    The same address may be asked under several names, and by workers of several processes. An answer that is served
    says when it was given, so that nothing counts as observed that nobody looked at. A cache that fails is passed over.

    Args:
        outbound: The way out.
        cache: Where answers are kept.
        clock: Now, in UTC.
        tenant: Whose they are.
        fresh: Ask the host in any case, and keep what it answers: pollers come when it is time.
    """

    def __init__(
        self,
        outbound: Outbound,
        cache: CacheStore,
        clock: Callable[[], datetime],
        tenant: str,
        *,
        fresh: bool,
    ) -> None:
        self._outbound = outbound
        self._cache = cache
        self._clock = clock
        self._tenant = tenant
        self._fresh = fresh

    def check(self, url: str) -> None:
        """Do as `Outbound.check`."""
        self._outbound.check(url)

    async def fetch(self, request: Request) -> Response:
        """Give what is kept, or else do as `Outbound.fetch` and keep it if it is a whole answer."""
        key = hashlib.sha256(f"{request.headers.get('Accept')}\n{request.url}".encode()).hexdigest()
        try:
            # Counted by the run, for which the item store may have served.
            anew = self._fresh or request.headers.get("Cache-Control") == "no-cache"
            kept = None if anew else await self._find(key)
            if kept is not None:
                return await asyncio.to_thread(_read, kept)
        # Beside a database that fails: bytes that are no answer, such as those of another release.
        except (StorageError, zlib.error, ValueError, KeyError, TypeError) as error:
            _log.warning("answer.unread", reason=str(error))
        at = self._clock()
        response = await self._outbound.fetch(request)
        if request.method == "GET" and response.status == HTTPStatus.OK:
            value = await asyncio.to_thread(_written, response, at)
            try:
                await self._cache.put(self._tenant, CacheKind.SOURCE, key, value)
            except StorageError as error:
                _log.warning("answer.unkept", host=response.host, reason=str(error))
        return response

    async def _find(self, key: str) -> bytes | None:
        return await self._cache.find(self._tenant, CacheKind.SOURCE, key, counted=False)


def _written(response: Response, at: datetime) -> bytes:
    head = {
        "at": at.isoformat(),
        "url": response.url,
        "host": response.host,
        "moved_to": response.moved_to,
        "headers": {name: response.headers[name] for name in HEADERS if name in response.headers},
    }
    return zlib.compress(json.dumps(head).encode() + b"\n" + response.body)


def _read(value: bytes) -> Response:
    head, _, body = zlib.decompress(value).partition(b"\n")
    told = json.loads(head)
    at = datetime.fromisoformat(told.pop("at"))
    return Response(status=HTTPStatus.OK, body=body, at=at, **told)
