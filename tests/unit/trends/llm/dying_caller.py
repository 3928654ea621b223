"""A process that makes the calls of a run, one after the other, and kills itself at a chosen moment.

`--die MOMENT` and `--time N`: the N-th time it comes there. Moments: `reserved` (granted, nothing is written), `begun` (the
attempt is in the log, nothing was sent), `in_flight` (the provider has the request), `received` (the answer is here, and
not in the log), `logged` (it is in the log, and not settled), `booked` (settled, the log does not know), `settled`.
Undisturbed, it prints the answers by part as JSON.
"""

import argparse
import asyncio
import json
import os
import signal
import sys

import httpx

from tests.unit.trends.limits.ledger_cases import WIDE
from tests.unit.trends.llm.gateway_cases import CACHE, FIRST, FlatPrices, Verdict, bound, purpose
from tests.unit.trends.storage.record_cases import Clock
from trends.domain.calls import LoggedCall, Purpose, Usage
from trends.limits.base import Ask, Reservation
from trends.limits.ledger import SqlLedger
from trends.llm.base import Gateway, Message, ModelAnswer, ModelRequest
from trends.llm.candidates import RolePlan
from trends.llm.gateway import ModelGateway
from trends.llm.gateway_parts import GatewayParts
from trends.storage.calls import Attempt, CallKey, CallStore, Start
from trends.storage.database import Database
from trends.storage.response_cache import CacheStore

RUN = "run-1"
MOMENTS = ("reserved", "begun", "in_flight", "received", "logged", "booked", "settled")

parser = argparse.ArgumentParser()
parser.add_argument("--database", required=True)
parser.add_argument("--server", required=True)
parser.add_argument("--calls", type=int, required=True)
parser.add_argument("--die", default="")
parser.add_argument("--time", type=int, default=1)


class Death:
    """Kills this process at a moment."""

    def __init__(self, moment: str, time: int) -> None:
        self._moment = moment
        self._left = time

    def come(self, moment: str) -> None:
        """SIGKILL this process, if this is the moment."""
        self._left -= moment == self._moment
        if moment == self._moment and not self._left:
            os.kill(os.getpid(), signal.SIGKILL)


class DyingCalls(CallStore):
    """Dies after it wrote."""

    def __init__(self, database: Database, death: Death) -> None:
        super().__init__(database, Clock())
        self._death = death

    async def begin(self, key: CallKey, purpose: Purpose, attempt: Attempt) -> Start:
        start = await super().begin(key, purpose, attempt)
        self._death.come("begun")
        return start

    async def answered(
        self, key: CallKey, purpose: Purpose, call: LoggedCall, attempt: Attempt | None
    ) -> LoggedCall:
        standing = await super().answered(key, purpose, call, attempt)
        self._death.come("logged")
        return standing

    async def settled(self, key: CallKey, number: int) -> None:
        await super().settled(key, number)
        self._death.come("settled")


class DyingLedger(SqlLedger):
    """Dies after it granted or booked."""

    def __init__(self, database: Database, death: Death) -> None:
        super().__init__(database, lambda _: WIDE)
        self._death = death

    async def reserve(self, ask: Ask) -> Reservation:
        granted = await super().reserve(ask)
        self._death.come("reserved")
        return granted

    async def settle(self, reservation: Reservation, *, tokens: int, cost_micro: int) -> None:
        await super().settle(reservation, tokens=tokens, cost_micro=cost_micro)
        self._death.come("booked")


class HttpModel:
    """Asks the tests' own server; dies while the answer is on its way, or when it is here."""

    def __init__(self, client: httpx.AsyncClient, url: str, death: Death) -> None:
        self._client = client
        self._url = url
        self._death = death

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        body = {"part": request.messages[-1].text}
        async with self._client.stream("POST", self._url, json=body) as response:
            self._death.come("in_flight")
            said = json.loads(await response.aread())
        self._death.come("received")
        usage = Usage(input_tokens=10, output_tokens=5)
        return ModelAnswer({"text": said["text"]}, usage, said["id"], "fake")


def _client() -> httpx.AsyncClient:
    # The tests' server ends the connection with each answer.
    return httpx.AsyncClient(limits=httpx.Limits(max_keepalive_connections=0))


async def main() -> dict[str, object]:
    """Make all calls of the run."""
    chosen = parser.parse_args()
    death = Death(chosen.die, chosen.time)
    answers: dict[str, object] = {}
    async with await Database.open(chosen.database) as database, _client() as client:
        model = HttpModel(client, chosen.server, death)
        parts = GatewayParts(
            calls=DyingCalls(database, death),
            cache=CacheStore(database, Clock(), lambda: CACHE),
            ledger=DyingLedger(database, death),
            prices=FlatPrices(),
            bound=bound,
            chat_model=lambda _: model,
        )
        gateway: Gateway = ModelGateway(parts, lambda _: RolePlan((FIRST,), 0.7, 500, 60))
        for number in range(chosen.calls):
            part = f"topic-{number}"
            made_for = purpose(run_id=RUN, part=part)
            told = await gateway.call(made_for, (Message("user", part),), Verdict)
            answers[part] = told.answer["text"]
    return answers


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(main())))
