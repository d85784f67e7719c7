"""`hub.payments`: the queue of money that waits, and what a person does with it."""

from __future__ import annotations

from collections.abc import Callable

from hub.errors import DataError
from hub.model.enquiries import PaymentStory
from hub.model.events import Event
from hub.model.payments import Deposit, Lump, QueuedPayment
from hub.runtime.tenant_work import TenantWork
from hub.services.payments.rematching import RUN_KIND as REMATCH
from hub.services.payments.suggesting import suggestions
from hub.services.ports import JsonObject

SIGNAL = "watched_receivable_paid"


class PaymentsDesk:
    """The queue of unallocated payments of one tenant."""

    def __init__(self, work: TenantWork, carry_out: Callable[[], bool]) -> None:
        self._work = work
        self._carry_out = carry_out

    def queue(self, *, state: str = "", group: str = "", after: int = 0, limit: int = 100) -> list[QueuedPayment]:
        """Return payments that wait for a person, oldest first: `suspended` or `held`."""
        with self._work.store.read() as work:
            return work.queue.waiting(state=state, group=group, after=after, limit=limit)

    def totals(self) -> list[tuple[str, str, int, int]]:
        """Return (state, currency, payments, remaining öre) of what waits."""
        with self._work.store.read() as work:
            return work.queue.totals()

    def show(self, payment_id: int) -> PaymentStory:
        """Return one payment and what became of it. Raises DataError when there is none."""
        found = self._work.enquiries.payment(payment_id)
        if found is None:
            raise DataError(f"there is no payment {payment_id}; see: hub payments list")
        return found

    def suggest(self, payment_id: int) -> list[JsonObject]:
        """Return what a suspended payment may be for, best first, each with its reason; empty when nothing fits.

        Raises:
            DataError: there is no such payment, or it does not wait in the suspense account.
        """
        self._refuse_unless_suspended(payment_id)
        with self._work.store.read() as work:
            return suggestions(work, self._work.tenant, payment_id)

    def signals(self, *, limit: int = 100) -> list[Event]:
        """Return payments on receivables under watch (*signallista*), newest first."""
        return self._work.enquiries.events(SIGNAL, limit=limit)

    def try_again(self, reason: str = "", *, key: str) -> int:
        """Match suspended payments again, of one reason or all; return how many are looked at. Once by its key.

        Whatever the rules now place leaves the suspense account; the rest waits on.
        """
        with self._work.store.write() as work:
            run_id = f"{REMATCH}:{self._work.tenant.id}:asked:{key}"
            marked = 0 if work.runs.get(run_id) is not None else work.queue.mark_by_reason(reason)
            if marked:
                work.runs.enqueue_once(run_id, REMATCH, {})
        self._carry_out()
        return marked

    def deposits(self) -> list[Deposit]:
        """Return the bank entries that specified payments sum to (*insättningar*), with the lump each has met."""
        with self._work.store.read() as work:
            numbers = sorted(set(work.accounts.bank_accounts().values()))
            return [deposit for number in numbers for deposit in work.lumps.deposits(number, unpaired_only=False)]

    def lumps(self, *, state: str = "alone") -> list[Lump]:
        """Return movements of the bank accounts by state: alone, paired, payment, duplicate; empty is all."""
        with self._work.store.read() as work:
            return work.lumps.lumps(state=state)

    def _refuse_unless_suspended(self, payment_id: int) -> None:
        fates = {fate.what for fate in self.show(payment_id).fates}
        if "suspended" in fates:
            return
        if "held" in fates:
            raise DataError(f"payment {payment_id} is held: decide it first, by hub payments close or release")
        raise DataError(f"payment {payment_id} is not suspended; what became of it: hub payments show {payment_id}")
