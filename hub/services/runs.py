"""What a person may do with a run: try one again that ended, or cancel one that has not gone too far."""

from __future__ import annotations

from hub.errors import DataError, RuleViolation
from hub.model.exchanges import ExchangeState
from hub.model.runs import Run, RunState
from hub.services.payments.receiving import RUN_KIND as INGEST
from hub.services.ports import UnitOfWork

_ENDED_OPEN = (RunState.FAILED, RunState.CANCELLED)
_BEFORE_JUDGING = (ExchangeState.RECEIVED, ExchangeState.READ)
FAILED_RUN = "failed_run"  # the task that asks a person to look at a run


def run_of(work: UnitOfWork, run_id: str) -> Run:
    """Return a run. Raises DataError when there is none."""
    run = work.runs.get(run_id)
    if run is None:
        raise DataError(f"there is no run {run_id}; see: hub runs")
    return run


def retry(work: UnitOfWork, run_id: str) -> None:
    """Queue a run again that failed or was cancelled, or let one that waits go on now; finished steps stay finished.

    Raises:
        DataError: no such run, or it is done or under way.
    """
    run = run_of(work, run_id)
    is_waiting = run.state == RunState.QUEUED and bool(run.problem)
    if run.state not in _ENDED_OPEN and not is_waiting:
        raise DataError(f"the run is {run.state}: there is nothing to try again")
    work.runs.queue_again(run.run_no)


def cancel(work: UnitOfWork, run_id: str) -> None:
    """Stop a run for good, after the step it is in; what its finished steps wrote stays.

    Raises:
        DataError: no such run, or it has ended.
        RuleViolation: it posts a payment file, and from there it only goes forward.
    """
    run = run_of(work, run_id)
    if run.state not in (RunState.QUEUED, RunState.RUNNING):
        raise DataError(f"the run is {run.state}: there is nothing to cancel")
    work.runs.change(run.run_no, state=RunState.CANCELLED, problem="cancelled by a person")
    if run.kind == INGEST:  # looked at after the run is ours: its step has ended by now
        exchange = work.exchanges.get(run.input["exchange_no"])
        if exchange.state not in _BEFORE_JUDGING:
            raise RuleViolation(
                f"exchange {exchange.number} is {exchange.state}: a file only goes forward from there; let it end, "
                f"then: hub exchanges undo {exchange.number}"
            )
    work.accounts.release(run.run_no)
