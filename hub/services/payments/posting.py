"""Posting a file chunk by chunk: what needs no decision as sets, the rules for the rest, then one set of postings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from hub.model.payee_account import account_digits
from hub.model.payments import AGENCY_PAYOUT, MatchProposal, UnmatchedPayment
from hub.model.tenant import Tenant
from hub.services.chart import chart_of
from hub.services.payees import Payees
from hub.services.payments.deciding import Decided, decide, mentions_of, postings_of, queued, watched
from hub.services.ports import JsonObject, UnitOfWork

VOUCHER_TYPE = "giro_payments"

Propose = Callable[[Sequence[UnmatchedPayment]], Mapping[int, MatchProposal]]


class ChunkPoster:
    """Posts chunks of one file under one tenant's settings."""

    def __init__(
        self,
        tenant: Tenant,
        propose: Propose | None = None,
        *,
        agency_accounts: Collection[str] = (),
        use_sets: bool = True,
    ) -> None:
        """`propose` asks the plugins that match payments; None when there are none.

        Money from one of `agency_accounts` is no debtor's, whatever it says: it waits for the agency's settlement.
        """
        self._tenant = tenant
        self._propose = propose
        self._agency_accounts = {account_digits(one) for one in agency_accounts} - {""}
        self._use_sets = use_sets  # a test holds both ways to the same answers

    def __call__(self, work: UnitOfWork, input: JsonObject) -> JsonObject:
        """Post one chunk, in one transaction. Input: run_no, exchange_no, chunk_no, first, last."""
        first, last = input["first"], input["last"]
        settled, unknown = self._post_sets(work, first, last) if self._use_sets else (0, 0)
        rest = work.matching.rest(first, last) if settled + unknown <= last - first else []
        decided = self.decide(work, rest)
        record_decisions(work, decided)
        work.books.apply(
            chart_of(work, self._tenant),
            voucher_type=VOUCHER_TYPE,
            run_no=input["run_no"],
            chunk_no=input["chunk_no"],
            exchange_no=input["exchange_no"],
        )
        work.matching.mark_posted(input["exchange_no"], input["chunk_no"])
        suspended = sum(1 for item in decided if item.allocation.rest_ore)
        return {"settled": settled, "by_rules": len(rest) - suspended, "suspended": suspended + unknown}

    def _post_sets(self, work: UnitOfWork, first: int, last: int) -> tuple[int, int]:
        """Leave to the database what needs no decision; return how many payments it settled and how many it suspended.

        Plugins that match payments are to see everything that the exact join left, so nothing more is taken from them.
        """
        theirs = self._of_agencies(work.matching.payer_accounts(first, last)) if self._agency_accounts else ()
        settled = work.matching.post_exact(first, last, but_for=theirs)
        if self._propose is not None or theirs or settled > last - first:
            return settled, 0
        return settled, work.matching.suspend_unknown(first, last, self._payees(work).by_number)

    def decide(self, work: UnitOfWork, payments: Sequence[UnmatchedPayment]) -> list[Decided]:
        """Let plugins propose and the rules decide."""
        if not payments:
            return []
        theirs = self._of_agencies((one.payment_id, one.payer_account) for one in payments)
        rest = [one for one in payments if one.payment_id not in theirs]
        proposals = self._propose(rest) if self._propose is not None and rest else {}
        told = {**proposals, **dict.fromkeys(theirs, AGENCY_PAYOUT)}
        return list(decide(payments, work.matching, self._payees(work), told))

    def _of_agencies(self, payers: Iterable[tuple[int, str]]) -> set[int]:
        """Return which payments, given with the account of the payer, come from an agency's own account."""
        own = self._agency_accounts
        return {number for number, account in payers if account_digits(account) in own} if own else set()

    def _payees(self, work: UnitOfWork) -> Payees:
        return Payees(self._tenant, work.accounts.numbers())


def record_decisions(work: UnitOfWork, decided: Sequence[Decided]) -> None:
    """Gather the postings of decisions, queue what they leave over, and signal watched receivables."""
    work.books.add([posting for item in decided for posting in postings_of(item)])
    left = [item for item in decided if item.allocation.rest_ore]
    work.queue.suspend([queued(item) for item in left], [mention for item in left for mention in mentions_of(item)])
    signal_watched(work, decided)


def signal_watched(work: UnitOfWork, decided: Sequence[Decided]) -> None:
    """Tell the signal list of payments on receivables under watch (*betalningsbevakning*)."""
    for item in decided:
        for candidate in watched(item):
            work.events.record(
                "watched_receivable_paid",
                receivable_id=candidate.receivable_id,
                number=candidate.number,
                company=candidate.company,
                payment_id=item.payment.payment_id,
                amount_ore=item.payment.amount_ore,
                currency=item.payment.currency,
            )
