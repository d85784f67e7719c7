"""What a person may do with a run: try one again that ended, or cancel one that has not gone too far."""

from __future__ import annotations

from hub.errors import DataError, RuleViolation
from hub.model.runs import Run
from hub.services.attempts import CLAIM, cancel_messages, go_on_with_messages
from hub.services.attempts import RUN_KIND as SEND
from hub.services.delivery.anew import find_rest_anew
from hub.services.delivery.receipts import RUN_KIND as FOLLOW
from hub.services.delivery.routing import RUN_KIND as DELIVER
from hub.services.payments.receiving import BEFORE_JUDGING
from hub.services.payments.receiving import RUN_KIND as INGEST
from hub.services.ports import UnitOfWork

FAILED_RUN = "failed_run"  # the task that asks a person to look at a run
ASKS_ANEW = frozenset({FOLLOW})  # what one of these has done, earlier ones that failed need not do any more
ASKS_CHANNELS = frozenset({DELIVER, FOLLOW})  # which channels is known only when one of these is at it
UNUSABLE_SETTINGS = "unusable_settings"  # the task that asks for settings that all runs of a tenant wait for


def run_of(work: UnitOfWork, run_id: str) -> Run:
    """Return a run. Raises DataError when there is none."""
    run = work.runs.get(run_id)
    if run is None:
        raise DataError(f"there is no run {run_id}; see: hub runs")
    return run


def retry(work: UnitOfWork, run_id: str) -> None:
    """Queue a run again that failed or was cancelled, or let one that waits go on now; finished steps stay finished.

    What it carries is due at once, whatever it waited for: messages, or documents whose channels could not say whom
    they reach; channels that it asks are asked, though they had asked to be left in peace. Messages that were cancelled
    with it are sent after all, unless another channel has taken them, a person has let one of their documents go
    another way or closed it, or the register of recipients says something else of a debtor since: then what is left of
    that message finds its way anew.

    Raises:
        DataError: no such run, or it is done or under way.
    """
    run = run_of(work, run_id)
    if not work.runs.try_again(run.run_no):  # changed before it is looked at: whoever carries it out may end it now
        raise DataError(f"the run is {run_of(work, run_id).state}: there is nothing to try again")
    if run.kind == SEND:
        find_rest_anew(work, go_on_with_messages(work, run))
    if run.kind == DELIVER:
        work.commands.claim(CLAIM)
        work.documents.make_due()
    if run.kind in ASKS_CHANNELS:
        work.attempts.end_asked_rests()


def cancel(work: UnitOfWork, run_id: str) -> None:
    """Stop a run for good, after the step it is in; what its finished steps wrote stays.

    Messages that it has not sent are cancelled, and those that may have arrived are for a person to find out about.

    Raises:
        DataError: no such run, or it has ended.
        RuleViolation: it posts a payment file, and from there it only goes forward; or it finds the ways of documents.
    """
    run = run_of(work, run_id)
    if run.kind == DELIVER:
        raise RuleViolation(
            "the run finds the ways of documents, which would wait for ever: close those that are not to go by "
            "hub documents close NO, or turn their channel off in the settings"
        )
    if not work.runs.cancel(run.run_no, "cancelled by a person"):
        raise DataError(f"the run is {run_of(work, run_id).state}: there is nothing to cancel")
    if run.kind == INGEST:  # looked at after the run is ours: its step has ended by now
        exchange = work.exchanges.get(run.input["exchange_no"])
        if exchange.state not in BEFORE_JUDGING:
            raise RuleViolation(
                f"exchange {exchange.number} is {exchange.state}: a file only goes forward from there; let it end, "
                f"then: hub exchanges undo {exchange.number}"
            )
    if run.kind == SEND:
        cancel_messages(work, run)
    work.accounts.release(run.run_no)
    work.commands.close_task(FAILED_RUN, run.run_id)
