"""A round: looking after what no file brings, behind every run and on schedule.

New payee accounts of the settings, payments that waited for an account, clearing accounts, documents whose messages
have come to something, dunning steps whose letters have, instalment plans, orders to pay, cases at agencies, and those
who listen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from hub.contracts import DeliveryChannel
from hub.errors import TransientError
from hub.model.observer_cursor import ObserverCursor
from hub.model.runs import Run, RunState
from hub.model.tenant import Tenant
from hub.services.bank_connections.answering import tell_booked_orders
from hub.services.delivery import follow_messages
from hub.services.dunning.following import follow_letters
from hub.services.dunning.interrupting import interrupting
from hub.services.instalment_plans.following import follow_plans
from hub.services.instalment_plans.letters import follow_printed_plans
from hub.services.mandates.following import follow_files
from hub.services.orders_to_pay.following import follow_orders
from hub.services.payees import register_payees
from hub.services.payments.known_accounts import post_to_known_accounts
from hub.services.payments.known_statements import post_known_statements
from hub.services.payments.lone_sides import watch_clearing
from hub.services.ports import JsonObject, Store, UnitOfWork, Work
from hub.services.refunds import follow_refunds

RUN_KIND = "round"
OBSERVERS_FAILED = "observers failed"
WAITING_MONEY_POSTED = "waiting_money_posted"  # event: of payments and movements that an account was missing for
LONGEST_REST_S = 3600  # of an observer that fails; the first is a second, each one twice as long as the last


def enqueue_round(work: UnitOfWork, tenant_name: str, occasion: str, *, delay_s: float = 0) -> None:
    """Queue a round in this transaction, unless one is queued that has not begun, and will see what is written here."""
    if not work.runs.hold_queued(RUN_KIND):
        work.runs.enqueue_once(f"{RUN_KIND}:{tenant_name}:{occasion}", RUN_KIND, {}, delay_s=delay_s)


def waits_for_observers(run: Run) -> bool:
    """Say whether all that is left of a run is to tell observers again that failed."""
    return run.kind == RUN_KIND and run.state == RunState.QUEUED and run.problem.startswith(OBSERVERS_FAILED)


class RoundRun:
    """Makes one round of one tenant."""

    def __init__(
        self,
        store: Store,
        tenant: Tenant,
        tell_observers: Callable[[], Sequence[ObserverCursor]],
        channels: Mapping[str, DeliveryChannel],
        archives: Collection[str] = (),
        follow_cases: Callable[[UnitOfWork], bool] = lambda _work: False,
    ) -> None:
        """`tell_observers` tells them all what is new, and returns the cursors of those that failed.

        `channels` are those that documents go by, what is left over of archives included; `archives` are their formats.
        `follow_cases` keeps collection agencies in step, and says whether there is more of it.
        """
        self._follow_cases = follow_cases
        self._archives = archives
        self._channels = channels
        self._store = store
        self._tenant = tenant
        self._tell_observers = tell_observers

    def __call__(self, work: Work, _input: JsonObject) -> JsonObject:
        """Look after the books, sweep what broken uploads left, and tell the observers.

        Raises:
            TransientError: an observer failed; it is told again later, and the others have been told.
        """
        work.step("known_accounts", self._post_to_known_accounts, {})
        work.step("known_statements", self._post_known_statements, {})  # apart: each claims accounts in sorted order
        while work.step("follow_documents", self._follow_documents, {})["has_more"]:
            pass
        while work.step("follow_refunds", self._follow_refunds, {})["has_more"]:
            pass
        has_more = work.step("look_after", self._look_after, {})["has_more"]
        while has_more:  # of letters and plans: what became of their documents has been told by now
            has_more = work.step("follow_letters", self._follow_letters, {})["has_more"]
        while work.step("follow_cases", self._follow_agencies, {})["has_more"]:
            pass
        self._store.contents.sweep_orphans()
        failed = self._tell_observers()
        if failed and not self._another_comes(work.run_no):
            names = ", ".join(f"{cursor.observer} ({cursor.problem})" for cursor in failed)
            rest_s = min(LONGEST_REST_S, 1 << min(cursor.attempts - 1 for cursor in failed))
            raise TransientError(f"{OBSERVERS_FAILED}: {names}", retry_after_s=rest_s)
        return {}

    def _another_comes(self, run_no: int) -> bool:
        """Say whether another round is to tell the observers too: one that waits for them is enough."""
        with self._store.read() as work:
            return any(run.kind == RUN_KIND and run.run_no != run_no for run in work.runs.unfinished())

    def _post_to_known_accounts(self, work: UnitOfWork, _input: JsonObject) -> JsonObject:
        register_payees(work, self._tenant)
        return _told(work, payments=post_to_known_accounts(work, self._tenant))

    def _post_known_statements(self, work: UnitOfWork, _input: JsonObject) -> JsonObject:
        return _told(work, movements=post_known_statements(work, self._tenant))

    def _follow_documents(self, work: UnitOfWork, _input: JsonObject) -> JsonObject:
        return {"has_more": follow_messages(work, self._tenant, self._channels, self._archives)}

    def _follow_refunds(self, work: UnitOfWork, _input: JsonObject) -> JsonObject:
        has_more = follow_refunds(work, self._tenant)
        has_more = follow_files(work) or has_more
        return {"has_more": tell_booked_orders(work) or has_more}

    def _follow_letters(self, work: UnitOfWork, _input: JsonObject) -> JsonObject:
        has_more = follow_letters(work, self._tenant) or follow_printed_plans(work, self._tenant)
        has_more = has_more or follow_plans(work, self._tenant)
        return {"has_more": has_more or follow_orders(work, self._tenant, interrupting(self._tenant))}

    def _follow_agencies(self, work: UnitOfWork, _input: JsonObject) -> JsonObject:
        return {"has_more": self._follow_cases(work)}

    def _look_after(self, work: UnitOfWork, _input: JsonObject) -> JsonObject:
        """Look at clearing accounts, hear of letters, follow plans up: mostly there is nothing more of them."""
        watch_clearing(work, self._tenant)
        return self._follow_letters(work, {})


def _told(work: UnitOfWork, *, payments: int = 0, movements: int = 0) -> JsonObject:
    posted = {"payments": payments, "movements": movements}
    if any(posted.values()):
        work.events.record(WAITING_MONEY_POSTED, **posted)
    return posted
