"""Whether credentials that opened streams hold still: looked at again and again, once for each, however many streams."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field

from api.auth import Credential
from trends.telemetry import get_logger

_log = get_logger(__name__)


@dataclass
class _Watched:
    lapsed: asyncio.Event = field(default_factory=asyncio.Event)
    streams: int = 0
    looking: asyncio.Task[None] | None = None


class Standings:
    """Tells open streams that what opened them holds no more.

    Args:
        holds: Whether a credential holds; what it raises says nothing of the credential, and is asked again.
        seconds: Between two looks at one credential.
        on_lapse: Called when one has lapsed; wakes whoever waits for something else.
    """

    def __init__(
        self,
        holds: Callable[[Credential], Awaitable[bool]],
        seconds: float,
        on_lapse: Callable[[], None],
    ) -> None:
        self._holds = holds
        self._seconds = seconds
        self._on_lapse = on_lapse
        self._watched: dict[Credential, _Watched] = {}

    @property
    def watched(self) -> int:
        """Credentials that are looked at now."""
        return len(self._watched)

    @contextlib.contextmanager
    def stream(self, credential: Credential | None) -> Generator[asyncio.Event]:
        """Look after a credential while a stream is open; gives what is set once it has lapsed.

        Args:
            credential: What opened the stream; None where nobody is asked, and nothing lapses.
        """
        if credential is None:
            yield asyncio.Event()
            return
        watched = self._watched.get(credential)
        if watched is None:
            watched = self._watched[credential] = _Watched()
            watched.looking = asyncio.create_task(self._look(credential, watched))
        watched.streams += 1
        try:
            yield watched.lapsed
        finally:
            watched.streams -= 1
            if not watched.streams:
                del self._watched[credential]
                assert watched.looking is not None
                watched.looking.cancel()

    async def _look(self, credential: Credential, watched: _Watched) -> None:
        holds = True
        while holds:
            await asyncio.sleep(self._seconds)
            try:
                holds = await self._holds(credential)
            except Exception as error:  # noqa: BLE001  # a database that is away revokes nothing, and must not end the looking
                _log.warning("standing.unread", reason=str(error), again_seconds=self._seconds)
        watched.lapsed.set()
        self._on_lapse()
