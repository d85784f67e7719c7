"""One database on which processes die, point by point; what each has left is ended by the next one."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from crash_life import Life

from hub.contracts import Promise
from hub.demo.folder import TENANT, lay_out
from hub.loopback.acceptance_log import Accepted
from hub.model.attempts import AttemptState
from hub.testing.killing.nursery import Nursery

FLOWS = ("payments", "receivables", *Promise)
LIVE = "crash_life:live"
WARM = (
    "hub_bankgiro.plugin",
    "hub_autopay.plugin",
    "lxml.etree",
    "requests",
    "dbos._sys_db_sqlite",
    "dbos._sys_db_postgres",
    "_strptime",
)
SWEPT = "commit of installation"  # that an hourly sweep is over, beside the flow, in the first life alone
LOOK_S = 0.005
HUB_TOML = '[database]\nurl = "file:database.url"\n[engine]\npoll_ms = 25\nheartbeat_s = 20\n'
CHANNELS = '\n[plugins.demonstration_channels]\naddress = "{address}"\ntimeout_s = 1.0\nmargin_s = 0\n'

Choose = Callable[[Sequence[str]], Sequence[str]]
"""From the points of a flow, in order, to those at which a process is to die."""


class Lived(NamedTuple):
    """A flow carried out undisturbed, and after a death at each point."""

    points: list[str]
    undisturbed: dict[str, Any]
    after_death_at: dict[str, dict[str, Any]]
    never_came: list[str]


class Lane:
    """One home on one database, where one process lives at a time."""

    def __init__(self, folder: Path, database_url: str, address: str, nursery: Nursery) -> None:
        demo = lay_out(folder / "home")
        self._home = demo.home
        self._settings = demo.home / "tenants" / f"{TENANT}.toml"
        self._text = self._settings.read_text(encoding="utf-8") + CHANNELS.format(address=address)
        self._answers = folder / "answers"
        self._answers.mkdir()
        self._nursery = nursery
        (self._home / "database.url").write_text(database_url, encoding="utf-8")
        (self._home / "hub.toml").write_text(HUB_TOML, encoding="utf-8")

    def enumerate(self, flow: str, choose: Choose) -> Lived:
        """Carry a flow out once undisturbed, then with a death at each chosen point."""
        first = self._tenant(flow, 0)
        assert not self._dies(flow, tenant=first)
        whole = self._answer(first)
        points = [point for passed in whole["points"] if SWEPT not in passed for point in _sides(passed)]
        died_at: dict[str, str] = {}  # by tenant
        never_came, left = [], ""
        for number, point in enumerate(choose(points), 1):
            tenant = self._tenant(flow, number)
            if self._dies(flow, resume=left, tenant=tenant, point=point):
                died_at[tenant], left = point, tenant
            else:
                never_came.append(point)
                left = ""
        if left:
            assert not self._dies(flow, resume=left)
        after = {point: self._answer(tenant)["outcome"] for tenant, point in died_at.items()}
        return Lived(points, whole["outcome"], after, never_came)

    def _tenant(self, flow: str, number: int) -> str:
        name = f"{flow}{number}"
        self._settings.with_name(f"{name}.toml").write_text(
            self._text.replace(f'id = "{TENANT}"', f'id = "{name}"'), encoding="utf-8"
        )
        return name

    def _dies(self, flow: str, **life: str) -> bool:
        """Let one process live; say whether it was killed."""
        process = self._nursery.start(LIVE, Life(str(self._home), flow, str(self._answers), **life)._asdict())
        while (status := self._nursery.ended(process)) is None:
            time.sleep(LOOK_S)
        assert status in (0, -signal.SIGKILL), f"a process ended with {status}: {life}"
        return bool(status)

    def _answer(self, tenant: str) -> dict[str, Any]:
        return dict(json.loads((self._answers / f"{tenant}.json").read_text(encoding="utf-8")))


def _sides(passed: str) -> tuple[str, ...]:
    """A commit has two sides, a call is a point by itself."""
    return (f"before {passed}", f"after {passed}") if passed.startswith("commit") else (passed,)


def problems(lived: Lived, log: Sequence[Accepted]) -> Iterator[str]:
    """Yield what a death has changed that it should not have."""
    yield from (f"nobody died {point}: it never came" for point in lived.never_came)
    for point, outcome in lived.after_death_at.items():
        for name, value in lived.undisturbed.items():
            if name not in ("attempts", "asked") and outcome[name] != value:
                yield f"after a death {point}: {name} is {outcome[name]} instead of {value}"
        yield from (f"after a death {point}: {problem}" for problem in _messages(outcome, log))


def _messages(outcome: dict[str, Any], log: Sequence[Accepted]) -> Iterator[str]:
    """Each message is in the counterparty's own log at most once; each that is unknown waits for a person."""
    asked = {subject.partition(":")[0] for subject in outcome["asked"]}
    for attempt in outcome["attempts"]:
        name, state = attempt["message"], attempt["state"]
        taken = [line for line in log if line.key == attempt["key"] and not line.is_repeat]
        if len(taken) > 1:
            yield f"{name} was sent {len(taken)} times"
        if state == AttemptState.UNKNOWN:
            if attempt["promise"] != Promise.NEITHER or str(attempt["attempt_no"]) not in asked:
                yield f"{name} is unknown and nobody is asked"
        elif state != AttemptState.DELIVERED or [line.external_id for line in taken] != [attempt["external_id"]]:
            yield f"{name} is {state}, and the other side took it {len(taken)} times"
