"""How calls are sent: tries again what may be tried again, and follows a stream across broken connections."""

import asyncio
import contextlib
import os
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from typing import BinaryIO

import httpx

from trends_client.calls import Call, problem_of
from trends_client.errors import CannotReachError, OverLimitError, ServerError
from trends_client.models import Event
from trends_client.patience import Patience
from trends_client.sse import Follower

# The API pings every 15 s: three missed pings are a dead connection.
QUIET_SECONDS = 45.0
# A stream is worth more tries than a single call: who watches wants to go on watching.
STREAM_PATIENCE_SECONDS = 60.0
UPLOAD_SECONDS = 3600.0
CHUNK_BYTES = 1 << 20


class Connection:
    """Sends calls, blocking.

    Args:
        base_url: Address of the API.
        http: What carries them.
        timeout: Seconds an answer may take.
        patience: Seconds to keep trying.
        sleep: Pauses between tries.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        base_url: str,
        http: httpx.Client,
        timeout: float,
        patience: float,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
    ) -> None:
        self._base_url = base_url
        self._http = http
        self._timeout = timeout
        self._patience = patience
        self._sleep = sleep
        self._clock = clock

    def send(
        self, call: Call, *, file: Path | None = None, patience: float = 0.0
    ) -> httpx.Response:
        """Send one call and give its answer.

        Raises:
            CannotReachError: Nothing answers.
            ApiError: The answer is a problem.
        """
        waits = Patience(self._base_url, max(self._patience, patience), self._clock)
        while True:
            try:
                return self._once(call, file)
            except (httpx.TransportError, OverLimitError, ServerError) as error:
                self._sleep(waits.pause_after(error, call))

    def follow(self, call: Call, follower: Follower) -> Iterator[Event]:
        """Give a run's events until the last one."""
        patience = max(self._patience, STREAM_PATIENCE_SECONDS)
        waits = Patience(self._base_url, patience, self._clock)
        while True:
            broke: httpx.TransportError | OverLimitError | ServerError | None = None
            try:
                yield from self._stream(call, follower)
            except (httpx.TransportError, OverLimitError, ServerError) as error:
                broke = error
            if follower.done:
                return
            if follower.heard:
                waits.restart()
            self._sleep(waits.pause_after(broke, call) if broke else waits.pause_after_end())

    def _once(self, call: Call, file: Path | None) -> httpx.Response:
        with contextlib.ExitStack() as stack:
            content: BinaryIO | bytes | None = call.content
            if file:
                content = stack.enter_context(file.open("rb"))
            response = self._http.request(
                call.method,
                call.path,
                params=call.params,
                headers=call.headers,
                json=call.body,
                content=content,
                timeout=timeout_of(call, self._timeout, uploads=file is not None),
            )
        if not response.is_success:
            raise problem_of(response)
        return response

    def _stream(self, call: Call, follower: Follower) -> Iterator[Event]:
        headers = {**call.headers, **follower.connect()}
        timeout = httpx.Timeout(self._timeout, read=QUIET_SECONDS)
        with self._http.stream(
            call.method, call.path, headers=headers, timeout=timeout
        ) as response:
            if response.status_code == HTTPStatus.NO_CONTENT:
                follower.done = True
                return
            if not response.is_success:
                response.read()
                raise problem_of(response)
            for chunk in response.iter_bytes():
                yield from follower.read(chunk)
                if follower.done:
                    return


class AsyncConnection:
    """Sends calls from async code; the same as `Connection` in everything else."""

    def __init__(
        self,
        base_url: str,
        http: httpx.AsyncClient,
        timeout: float,
        patience: float,
        sleep: Callable[[float], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
        self._base_url = base_url
        self._http = http
        self._timeout = timeout
        self._patience = patience
        self._sleep = sleep
        self._clock = clock

    async def send(
        self, call: Call, *, file: Path | None = None, patience: float = 0.0
    ) -> httpx.Response:
        """Send one call and give its answer.

        Raises:
            CannotReachError: Nothing answers.
            ApiError: The answer is a problem.
        """
        waits = Patience(self._base_url, max(self._patience, patience), self._clock)
        while True:
            try:
                return await self._once(call, file)
            except (httpx.TransportError, OverLimitError, ServerError) as error:
                await self._sleep(waits.pause_after(error, call))

    async def follow(self, call: Call, follower: Follower) -> AsyncGenerator[Event]:
        """Give a run's events until the last one."""
        patience = max(self._patience, STREAM_PATIENCE_SECONDS)
        waits = Patience(self._base_url, patience, self._clock)
        while True:
            broke: httpx.TransportError | OverLimitError | ServerError | None = None
            try:
                async with contextlib.aclosing(self._stream(call, follower)) as events:
                    async for event in events:
                        yield event
            except (httpx.TransportError, OverLimitError, ServerError) as error:
                broke = error
            if follower.done:
                return
            if follower.heard:
                waits.restart()
            await self._sleep(waits.pause_after(broke, call) if broke else waits.pause_after_end())

    async def _once(self, call: Call, file: Path | None) -> httpx.Response:
        response = await self._http.request(
            call.method,
            call.path,
            params=call.params,
            headers=call.headers,
            json=call.body,
            content=_chunks(file) if file else call.content,
            timeout=timeout_of(call, self._timeout, uploads=file is not None),
        )
        if not response.is_success:
            raise problem_of(response)
        return response

    async def _stream(self, call: Call, follower: Follower) -> AsyncGenerator[Event]:
        headers = {**call.headers, **follower.connect()}
        timeout = httpx.Timeout(self._timeout, read=QUIET_SECONDS)
        async with self._http.stream(
            call.method, call.path, headers=headers, timeout=timeout
        ) as response:
            if response.status_code == HTTPStatus.NO_CONTENT:
                follower.done = True
                return
            if not response.is_success:
                await response.aread()
                raise problem_of(response)
            async for chunk in response.aiter_bytes():
                for event in follower.read(chunk):
                    yield event
                if follower.done:
                    return


def goes_direct(base_url: str) -> bool:
    """Tell whether the API is on this machine: no proxy of the environment may come between.

    Raises:
        CannotReachError: The address is none.
    """
    try:
        host = httpx.URL(base_url).host
    except httpx.InvalidURL as error:
        raise CannotReachError(base_url, str(error)) from error
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def trusted(base_url: str, environ: Mapping[str, str] = os.environ) -> ssl.SSLContext | bool:
    """Tell whose certificates are trusted.

    SSL_CERT_FILE names a file of authorities instead of the usual ones. The HTTP library reads it together with the
    environment's proxies alone, and those are kept away from an API on this machine.

    Raises:
        CannotReachError: There are none in that file.
    """
    if not base_url.startswith("https:"):
        # Reading the certificates takes longer than most calls.
        return False
    file = environ.get("SSL_CERT_FILE")
    try:
        return ssl.create_default_context(cafile=file) if file else True
    except OSError as error:
        # ssl's own errors among them.
        raise CannotReachError(
            base_url, f"SSL_CERT_FILE names {file}, which holds no certificates: {error.strerror}"
        ) from error


def timeout_of(call: Call, timeout: float, *, uploads: bool) -> httpx.Timeout:
    """Allow an answer its time on top of what the API may hold it back."""
    read = UPLOAD_SECONDS if uploads else timeout + call.held_seconds
    return httpx.Timeout(timeout, read=read)


async def _chunks(file: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(file.open, "rb") as content:
        while chunk := await asyncio.to_thread(content.read, CHUNK_BYTES):
            yield chunk
