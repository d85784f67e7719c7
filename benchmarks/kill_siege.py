"""Killing workers at random moments, each restarted at once, until the work is done and enough of them have died."""

from __future__ import annotations

import math
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kill_files import Round
from kill_world import KillWorld

from hub.testing.killing.marks import Aim, read_marks
from hub.testing.killing.moments import EVERY_MOMENT, START
from hub.testing.killing.nursery import Nursery
from hub.testing.killing.worker import Life

WARM = (
    "hub.cli.main",
    "hub.cli.serve_commands",
    "hub.runtime.node",
    "hub.runtime.serving",
    "hub.runtime.engine",
    "hub.runtime.webhooks",
    "hub.api.listening",
    "hub_bankgiro.plugin",
    "hub_demonstration_channels.plugin",
    "psycopg",
    "dbos._sys_db_sqlite",
    "dbos._sys_db_postgres",
    "waitress",
)
LIVE = "hub.testing.killing.worker:live"
LOOK_S = 0.02
ASK_S = 0.1
SHORTEST_LIFE_S = 0.1
MAY_WAIT = {"send"}  # messages in doubt wait for their time; the next round need not
NOWHERE = "between two runs"


@dataclass(frozen=True)
class Plan:
    """How a siege is laid."""

    workers: Sequence[tuple[str, ...]]  # the words of each command
    rounds: Iterator[Round]
    kills: int  # inside work, at least
    seed: int = 1
    longest_life_s: float = 12.0
    longest_small_life_s: float = 4.0  # from the second round on
    aimed_share: float = 0.5
    time_limit_s: float = 600.0  # of killing; the work may take as long again to end
    moments: Sequence[str] = EVERY_MOMENT
    constants: dict[str, int] = field(default_factory=dict)
    row_after_call: bool = False


@dataclass
class Tally:
    """How many kills fell where. One kill falls in as many moments as its process had threads at work."""

    blind: Counter[str] = field(default_factory=Counter)
    aimed: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)  # blind and aimed inside work, and outside

    def add(self, moments: Sequence[str], *, is_aimed: bool) -> None:
        """Count one kill."""
        inside = [moment for moment in moments if moment != START]
        how = "aimed" if is_aimed else "blind"
        self.kills[how if inside else "outside work"] += 1
        for moment in set(inside) or {START if START in moments else NOWHERE}:
            getattr(self, how)[moment] += 1

    @property
    def inside(self) -> int:
        """Kills of a worker that carried something out."""
        return self.kills["blind"] + self.kills["aimed"]

    def missed(self, moments: Sequence[str]) -> list[str]:
        """Return the moments in which nobody was killed."""
        return [moment for moment in moments if not self.blind[moment] + self.aimed[moment]]

    def rarest(self, moments: Sequence[str]) -> list[str]:
        """Return the moments in which nobody was killed, else the half in which the fewest were."""
        by_count = sorted(moments, key=lambda moment: self.blind[moment] + self.aimed[moment])
        return self.missed(moments) or by_count[: (len(by_count) + 1) // 2]


class _Worker:
    """One worker's place: one process after the other."""

    def __init__(self, words: tuple[str, ...], marks: Path) -> None:
        self.words = words
        self.marks = marks
        self.process = 0
        self.dies_at_s = 0.0


class Siege:
    """One siege of one world."""

    def __init__(self, world: KillWorld, nursery: Nursery, plan: Plan, folder: Path) -> None:
        self.tally = Tally()
        self.took_s = 0.0
        self._began_s = 0.0
        self._world = world
        self._nursery = nursery
        self.plan = plan
        self._random = random.Random(plan.seed)
        self._workers = [_Worker(words, folder / f"marks-{n}") for n, words in enumerate(plan.workers)]

    def lay(self) -> None:
        """Feed, kill and restart until everything is done; then stop the workers.

        Raises:
            TimeoutError: it is not done within twice the time limit.
        """
        self._began_s = began_s = time.monotonic()
        self._world.feed(next(self.plan.rounds))
        for worker in self._workers:
            self._start(worker)
        try:
            while self._goes_on():
                if time.monotonic() - began_s > 2 * self.plan.time_limit_s:
                    raise TimeoutError(f"not done within {2 * self.plan.time_limit_s} s")
        finally:
            for worker in self._workers:
                os.kill(worker.process, signal.SIGKILL)
                self._nursery.ended(worker.process, wait=True)
            self.took_s = time.monotonic() - began_s

    def _goes_on(self) -> bool:
        """Kill for a while, then say whether there is work left; feed the next round when too few have died."""
        until_s = time.monotonic() + ASK_S
        while time.monotonic() < until_s:
            for worker in self._workers:
                self._look_at(worker)
            time.sleep(LOOK_S)
        unfinished = self._world.unfinished()
        if self._wants_more() and unfinished <= MAY_WAIT and (work := next(self.plan.rounds, None)) is not None:
            self._world.feed(work)
            return True
        return bool(unfinished)

    def _wants_more(self) -> bool:
        """Say whether too few have died, or none in some moment, and there is time; those that start later may live."""
        if time.monotonic() - self._began_s > self.plan.time_limit_s:
            return False
        return self.tally.inside < self.plan.kills or bool(self.tally.missed(self.plan.moments))

    def _look_at(self, worker: _Worker) -> None:
        status = self._nursery.ended(worker.process)
        if status is None and time.monotonic() >= worker.dies_at_s:
            os.kill(worker.process, signal.SIGKILL)
            status = self._nursery.ended(worker.process, wait=True)
        if status is None:
            return
        if status != -signal.SIGKILL:
            raise RuntimeError(f"a worker ended by itself with {status}; see its log")
        left = read_marks(worker.marks)
        self.tally.add(left.moments, is_aimed=bool(left.killed_itself_in))
        self._start(worker)

    def _start(self, worker: _Worker) -> None:
        longest_s = self.plan.longest_life_s if len(self._world.fed) < 2 else self.plan.longest_small_life_s
        life_s = SHORTEST_LIFE_S * (longest_s / SHORTEST_LIFE_S) ** self._random.random()
        aim = Aim()
        if not self._wants_more():
            life_s = math.inf
        elif self._random.random() < self.plan.aimed_share:
            aim, life_s = Aim(self.tally.rarest(self.plan.moments), self._random.randrange(2**32)), longest_s
        worker.dies_at_s = time.monotonic() + life_s
        life = Life(
            words=(*worker.words, "--home", str(self._world.home)),
            marks=str(worker.marks),
            aim=aim,
            constants=self.plan.constants,
            row_after_call=self.plan.row_after_call,
        )
        worker.marks.write_bytes(b"")  # what the one before was at is no mark of this one
        worker.process = self._nursery.start(LIVE, life._asdict())


def figures(siege: Siege) -> dict[str, Any]:
    """Return what a siege came to, for a report."""
    tally = siege.tally
    moments = sorted({*EVERY_MOMENT, *tally.blind, *tally.aimed})
    return {
        "took_s": round(siege.took_s, 1),
        "kills": {"inside work": tally.inside, **tally.kills},
        "moments": {moment: {"blind": tally.blind[moment], "aimed": tally.aimed[moment]} for moment in moments},
        "never": tally.missed(EVERY_MOMENT),
    }
