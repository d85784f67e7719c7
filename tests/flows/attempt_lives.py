"""Lives of a sender, by enumeration: what its calls come to, and where it and its followers die."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count, product
from typing import NamedTuple

from attempt_world import PATIENT_S, AttemptWorld, Killer, check
from sqlalchemy import Engine

from hub.contracts import Promise
from hub.errors import HubError, TransientError
from hub.loopback.counterparty import Counterparty
from hub.loopback.faults import Fault

STEP = timedelta(seconds=5)  # less than what a call needs to settle
JUMP = timedelta(hours=1)  # of the time of day, while no more than a step has passed
MOST_MOMENTS = 200
LOST = Fault.RESET_AFTER_ACCEPT
NO_CONNECTION = TransientError("connection refused")
TOLD_AT_THE_RESEND: tuple[Fault | HubError, ...] = (
    Fault.REFUSE,
    Fault.ERROR,
    Fault.BUSY,
    Fault.RESET_BEFORE_READING,
    LOST,
    NO_CONNECTION,
)

IN_A_ROW = {"letters": 7, "troubled": 5}  # an idempotent channel begins 0; 1; 2 and 3; 4, 5 and 6

_numbers = count(1)


class Plan(NamedTuple):
    """What happens to a sender of letters."""

    promise: Promise
    deaths: tuple[int, ...] = ()  # the moment of each life at which it ends
    told: tuple[Fault | HubError, ...] = (LOST,)  # what the first calls of the troubled letter come to
    letters: int = 2
    troubled: int = 1  # counted from 0


class Lived(NamedTuple):
    """What became of it."""

    plan: Plan
    killer: Killer
    world: AttemptWorld

    @property
    def problem(self) -> str:
        """What is wrong with it; blank when nothing is."""
        try:
            check(self.world, may_be_unknown=Fault.REFUSE in self.plan.told)
        except AssertionError as error:
            return f"{self.plan.promise}, {self.plan.told}, died {self.killer.died_at}: {error}"
        return ""


def live(engine: Engine, counterparty: Counterparty, plan: Plan, *, settled_after_s: int | None = None) -> Lived:
    """Send the letters to the end; with `settled_after_s` the channel lies about when it may be asked."""
    world = AttemptWorld(engine, counterparty, name=f"t{next(_numbers)}", timeout_s=PATIENT_S)
    world.plan(plan.promise, plan.letters)
    killer = Killer(*plan.deaths)
    world.arm(killer)
    channel = world.channels[plan.promise]
    channel.calls_come_to, channel.troubled = list(plan.told), plan.troubled
    channel.claimed_settled_after_s = settled_after_s
    world.work_to_the_end(STEP, jump=JUMP)
    return Lived(plan, killer, world)


def single_deaths(
    engine: Engine,
    counterparty: Counterparty,
    plan: Plan,
    *,
    every: int = 1,
    of_each_kind: bool = False,
    settled_after_s: int | None = None,
) -> Iterator[Lived]:
    """Yield a life for each death, or for one of so many and the first of each kind, up to the last moment there is."""
    firsts: set[int] = set()
    if of_each_kind:
        passed = live(engine, counterparty, plan, settled_after_s=settled_after_s).killer.passed
        firsts = {passed.index(kind) + 1 for kind in set(passed)}
    for at in range(1, MOST_MOMENTS):
        if (at - 1) % every and at not in firsts:
            continue
        lived = live(engine, counterparty, plan._replace(deaths=(at,)), settled_after_s=settled_after_s)
        if not lived.killer.is_done:
            return
        yield lived
    raise AssertionError("the messages never get through")


def pairs_of_deaths(engine: Engine, counterparty: Counterparty, plan: Plan, *, every: int = 1) -> Iterator[Lived]:
    """Yield a life for each death and each death of whoever follows, or for one of so many of both."""
    for first in range(1, MOST_MOMENTS, every):
        for second in range(1 + first % every, MOST_MOMENTS, every):
            lived = live(engine, counterparty, plan._replace(deaths=(first, second)))
            if not lived.killer.died_at:
                return
            if not lived.killer.is_done:
                break
            yield lived


def resends(promises: Sequence[Promise] = tuple(Promise)) -> Iterator[Plan]:
    """Yield every plan whose second letter loses its first answer and is then told something else."""
    for promise, told in product(promises, TOLD_AT_THE_RESEND):
        yield Plan(promise, told=(LOST, told))
