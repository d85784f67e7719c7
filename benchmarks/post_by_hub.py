"""The hub's side of the posting benchmark: `python post_by_hub.py URL FILE` prints the seconds of each stage."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from posting_world import CLOCK, TENANT

from hub.model.payment_file import FileEvent
from hub.services.payments.ingesting import PaymentFileRun
from hub.services.payments.posting import ChunkPoster
from hub.services.payments.receiving import receive
from hub.services.ports import JsonObject, UnitOfWork
from hub.store.database import open_database
from hub.store.unit_of_work import SqlStore
from hub.testing.carrying import drain
from hub_bankgiro.reader import BgMaxReader


class Stages:
    """When each stage was done, as wall and processor seconds; the stages follow one another."""

    def __init__(self) -> None:
        self._last = (time.perf_counter(), time.process_time())
        self.seconds: dict[str, list[float]] = {}

    def done(self, name: str) -> None:
        """End a stage, unless it has ended before."""
        if name not in self.seconds:
            now = (time.perf_counter(), time.process_time())
            self.seconds[name] = [round(b - a, 2) for a, b in zip(self._last, now, strict=True)]
            self._last = now


class TimedReader(BgMaxReader):
    """Says when the last event was taken; costs nothing for each event."""

    def __init__(self, stages: Stages) -> None:
        super().__init__()
        self._stages = stages

    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        self._stages.done("recognise and compare content")
        return chain(super().read(stream), self._end())

    def _end(self) -> Iterator[FileEvent]:
        self._stages.done("read and load")
        yield from ()


def main() -> None:
    url, file = sys.argv[1], Path(sys.argv[2])
    stages = Stages()
    engine = open_database(url)
    store = SqlStore(engine, TENANT.id, CLOCK)
    poster = ChunkPoster(TENANT)

    def post_chunk(work: UnitOfWork, input: JsonObject) -> JsonObject:
        stages.done("judge")
        return poster(work, input)

    stages.done("open")
    run = PaymentFileRun(store, TENANT, [("bankgiro", TimedReader(stages))], post_chunk)  # type: ignore[arg-type]
    with file.open("rb") as stream:
        exchange, run_id = receive(store, stream, name=file.name)
    stages.done("keep")
    answers = drain(store, {"ingest": run})
    stages.done("match and post")
    if answers.get(run_id, {}).get("outcome") != "posted":
        raise SystemExit(f"exchange {exchange.number} was not posted: {answers}")
    print(json.dumps(stages.seconds))


if __name__ == "__main__":
    main()
