"""Carrying out a run: its body takes steps, each finished step's answer is kept with what the step wrote.

The database is the truth: a run is a row, and a finished step is a row written in the step's own transaction. A process
that dies in the middle leaves both, and the next one goes on from there. Whoever begins a run again fences the earlier
one off: a carrier that was only slow cannot write any more.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from logging import ERROR, INFO, WARNING
from threading import Event
from typing import NamedTuple

from hub.errors import HubError, LedgerError, TransientError
from hub.model.runs import Run
from hub.runtime.logs import about, logger
from hub.runtime.telemetry import run_ended, run_span, step_span
from hub.services.ports import JsonObject, NotOursError, Step, Store, UnitOfWork, Work
from hub.services.runs import ASKS_ANEW, FAILED_RUN, UNUSABLE_SETTINGS

Body = Callable[[Work, JsonObject], JsonObject]
Progress = Callable[[Run, int, int], None]
"""(run, how much is done, of how much): the total is 0 while it is not known, as of a run that waits."""

FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 60.0  # each wait of a run is twice as long as the last
LONGEST_ASKED_WAIT_S = 3600  # a body may know better; it is looked at every hour all the same
RARE_COLLECTIONS = (50_000, 20, 100)


class Ending(StrEnum):
    """How one carrying-out of a run ended."""

    DONE = "done"
    FAILED = "failed"
    WAITS = "waits"  # for another run, or for the database: again later
    LEFT = "left"  # ended before, cancelled, taken over by another node, or this process shuts down


_IDS_OF_INPUT = ("exchange_no", "channel")
_LEVELS = {Ending.FAILED: ERROR, Ending.WAITS: WARNING}
_log = logger("runs")


class Carried(NamedTuple):
    """What came of carrying out a run: what its body answered, or why it stopped."""

    ending: Ending
    answer: JsonObject
    why: str = ""
    code: str = ""  # of the error that it failed by


class _Begun(NamedTuple):
    """A run that has begun, and the number of the latest event before it."""

    run: Run
    events_before: int


class _CarriedWork:
    """One run, as its body sees it: steps are numbered in the order they are called."""

    def __init__(self, carrier: Carrier, run: Run, progress: Progress | None) -> None:
        self._carrier = carrier
        self._run = run
        self._progress = progress
        self._step_no = 0
        self._is_progress_kept = True

    @property
    def run(self) -> Run:
        """The run, with how far it has come."""
        return self._run

    @property
    def run_no(self) -> int:
        return self._run.run_no

    @property
    def execution(self) -> int:
        return self._run.executions

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """Open a transaction that a later execution may repeat; refused when one has begun."""
        if self._carrier.stopping.is_set():
            raise NotOursError("this process is shutting down")
        with self._carrier.store.write() as work:
            if not work.runs.is_carried_by(self.run_no, self.execution):
                raise NotOursError("the run was cancelled or taken over")
            yield work
            if not self._is_progress_kept:
                _keep_progress(work, self._run)
        self._is_progress_kept = True

    def step(self, name: str, function: Step, input: JsonObject) -> JsonObject:
        """Carry out a step once: a step that has finished answers what it answered then."""
        self._step_no += 1
        with step_span(self._run.kind, name), self.write() as work:
            earlier = work.runs.step_output(self.run_no, self._step_no)
            if earlier is not None:
                return earlier
            output = function(work, input)
            work.runs.record_step(self.run_no, self._step_no, name, output)
            return output

    def progress(self, done: int, total: int) -> None:
        """Show how far the run has come, and keep it with what is written next: a commit of its own costs too much."""
        self._run = self._run._replace(done=done, total=total)
        self._is_progress_kept = False
        if self._progress is not None:
            self._progress(self._run, done, total)


def _keep_progress(work: UnitOfWork, run: Run) -> None:
    work.runs.change(run.run_no, done=run.done, total=run.total)


class Carrier:
    """Carries out runs of one tenant, one at a time, on one node."""

    def __init__(
        self,
        store: Store,
        bodies: Mapping[str, Body],
        *,
        node: str = "",
        fingerprint: str = "",
        stopping: Event | None = None,
        behind: Callable[[UnitOfWork, Run], None] = lambda _work, _run: None,
    ) -> None:
        """`fingerprint` is of the settings and plugins that the bodies are made of.

        `behind` is called in the transaction that closes a run, to queue what comes behind it; and in that which lets
        it wait, or gives it up, when there are events that somebody may listen to.
        """
        self.store = store
        self.stopping = stopping or Event()
        self._bodies = bodies
        self._node = node
        self._fingerprint = fingerprint
        self._behind = behind

    def carry_out(self, run_id: str, progress: Progress | None = None, *, turn: int | None = None) -> Carried:
        """Begin a run, or go on with it where an earlier execution stopped.

        `turn` is what the engine was asked for; one that is not the run's latest does nothing.
        """
        begun = self._begin(run_id, turn)
        if begun is None:
            return Carried(Ending.LEFT, {})
        run, ids = begun.run, self._ids(begun.run)
        with about(**ids), run_span(run.kind, ids):
            _log.info("run begun", execution=run.executions)
            carried = self._carry_out(begun, progress)
            because = {"why": carried.why} if carried.why else {}
            _log.log(_LEVELS.get(carried.ending, INFO), "run ended", ending=carried.ending.value, **because)
            run_ended(run.kind, carried.ending, carried.code)
        return carried

    def _ids(self, run: Run) -> JsonObject:
        """Return what every line and every span about a run carries."""
        ids = {"tenant": self.store.tenant_name, "run_id": run.run_id, "node": self._node}
        return {**ids, **{name: run.input[name] for name in _IDS_OF_INPUT if name in run.input}}

    def _carry_out(self, begun: _Begun, progress: Progress | None) -> Carried:
        work = _CarriedWork(self, begun.run, progress)
        try:
            answer = self._bodies[begun.run.kind](work, begun.run.input)
            self._close(work.run)
        except NotOursError as reason:
            self._lay_down(begun)
            return Carried(Ending.LEFT, {}, str(reason))
        except TransientError as error:
            self._let_wait(begun._replace(run=work.run), error)
            return Carried(Ending.WAITS, {}, str(error))
        except HubError as error:
            return self._failed(begun._replace(run=work.run), error.code, str(error))
        except Exception as error:  # noqa: BLE001 - a defect stops its own run and no other; its text may hold data
            return self._failed(begun._replace(run=work.run), LedgerError.code, type(error).__name__)
        return Carried(Ending.DONE, answer)

    def _failed(self, begun: _Begun, code: str, reason: str) -> Carried:
        problem = f"{code}: {reason}"
        self._give_up(begun, problem)
        return Carried(Ending.FAILED, {}, problem, code)

    def put_off(self, run_id: str, reason: TransientError, *, turn: int | None = None, ask: str = "") -> None:
        """Let a run wait that cannot be carried out here and now.

        `ask` is what a person is to do about the tenant's settings: one task, however many of its runs wait.
        """
        begun = self._begin(run_id, turn)
        if begun is not None:
            self._let_wait(begun, reason, ask)

    def _begin(self, run_id: str, turn: int | None) -> _Begun | None:
        with self.store.write() as work:
            run = work.runs.get(run_id)
            begun = run and work.runs.begin(run.run_no, self._node, turn=turn, fingerprint=self._fingerprint)
            if run is None or begun is None:
                return None
            if self._bodies:  # made of the settings: they can be used
                work.commands.close_task(UNUSABLE_SETTINGS, self.store.tenant_name)
            events_before = work.events.latest()
        if begun.settings_before != run.settings_before:
            _log.info("settings have changed", run_id=run_id, execution=begun.executions)
        return _Begun(begun, events_before)

    def _close(self, run: Run) -> None:
        with self.store.write() as work:
            if not work.runs.is_carried_by(run.run_no, run.executions):
                raise NotOursError("the run was cancelled or taken over")
            _keep_progress(work, run)
            work.runs.change(run.run_no, state="done", problem="")
            work.accounts.release(run.run_no)  # claimed again by an execution whose last step had ended before
            work.commands.close_task(FAILED_RUN, run.run_id)
            if run.kind in ASKS_ANEW:
                work.commands.close_tasks_of_earlier(FAILED_RUN, run.run_no)
            self._behind(work, run)

    def _let_wait(self, begun: _Begun, error: TransientError, ask: str = "") -> None:
        """Queue the next turn after what the error says, else after twice the last wait."""
        run = begun.run
        delay_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * (1 << min(run.executions - 1, 10)))
        if error.retry_after_s is not None:
            delay_s = min(LONGEST_ASKED_WAIT_S, max(FIRST_WAIT_S, error.retry_after_s))
        with self.store.write() as work:
            if work.runs.is_carried_by(run.run_no, run.executions):
                _keep_progress(work, run)
                work.runs.queue_again(run.run_no, reason=str(error), delay_s=delay_s)
                self._tell_behind(work, begun)
                if ask:  # after the round is held: who begins one has it before it closes this task
                    work.commands.open_task(UNUSABLE_SETTINGS, self.store.tenant_name, ask)

    def _lay_down(self, begun: _Begun) -> None:
        """Show a run that this process leaves unfinished as queued; its turn is handed on by the engine."""
        if self.stopping.is_set():
            with self.store.write() as work:
                if work.runs.is_carried_by(begun.run.run_no, begun.run.executions):
                    work.runs.change(begun.run.run_no, state="queued")
                    self._tell_behind(work, begun)

    def _tell_behind(self, work: UnitOfWork, begun: _Begun) -> None:
        """Let observers hear what a turn has recorded that does not end its run; another's events do no harm."""
        if work.events.latest() > begun.events_before:
            self._behind(work, begun.run)

    def _give_up(self, begun: _Begun, problem: str) -> None:
        """Stop a run that a person has to look at; the accounts it holds are free for others meanwhile."""
        run = begun.run
        with self.store.write() as work:
            if not work.runs.is_carried_by(run.run_no, run.executions):
                return
            _keep_progress(work, run)
            work.runs.change(run.run_no, state="failed", problem=problem)
            work.accounts.release(run.run_no)
            what_to_do = f"mend the cause, then: hub runs retry {run.run_id}"
            work.commands.open_task(FAILED_RUN, run.run_id, f"run {run.run_id} failed: {problem}; {what_to_do}")
            self._tell_behind(work, begun)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Let the garbage collector look rarely: a chunk is tens of thousands of tuples, none of them in a circle.

    At the usual threshold it takes a quarter of the time that posting takes.
    """
    before = gc.get_threshold()
    gc.set_threshold(*RARE_COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
