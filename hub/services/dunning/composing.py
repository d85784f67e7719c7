"""Letters of a chunk are written: what the books know of their receivables becomes documents, read for all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from hub.errors import DataError, RuleViolation
from hub.model.books import Bucket
from hub.model.company import Company
from hub.model.delivery_commands import Balance, DeliverDocument
from hub.model.dunning import DunningStep, Stopped
from hub.model.letter_facts import Lowered
from hub.model.parties import Debtor
from hub.model.payee_account import PayeeAccount
from hub.model.receivables import ReceivableKind
from hub.model.tenant import Tenant
from hub.rules.debtors import debtor_fields, language_of
from hub.rules.dunning.holds import codes_that_let
from hub.rules.dunning.letters import Letter, LetterClaim, Received, SentBefore, letter_document
from hub.rules.dunning.policies import StepRule, policy_for
from hub.rules.dunning.received import received_since
from hub.rules.dunning.step_terms import last_day_to_leave
from hub.rules.interest.calculation import Segment
from hub.services.books.own_references import OwnReferences
from hub.services.ports import UnitOfWork

USER = "dunning"  # who hands letters over


class AskedItem(Protocol):
    """One receivable of a letter; `step` is empty for one that is only listed."""

    @property
    def receivable_id(self) -> int: ...
    @property
    def step(self) -> str: ...
    @property
    def is_fee(self) -> bool: ...


class AskedLetter(Protocol):
    """A letter as a run asks for it; its steps are taken and charged already."""

    @property
    def key(self) -> str: ...
    @property
    def plan_no(self) -> int: ...
    @property
    def letter_no(self) -> int: ...
    @property
    def step(self) -> str: ...
    @property
    def dated_on(self) -> str: ...
    @property
    def answer_by(self) -> str: ...
    @property
    def items(self) -> Sequence[AskedItem]: ...


Before = Callable[[UnitOfWork, Sequence[int]], Mapping[int, Sequence[SentBefore]]]
"""The steps of receivables that were taken and not undone, by receivable, the first one first."""

Counted = Callable[[UnitOfWork, Tenant, Sequence[int], date], Mapping[int, Sequence[Segment]]]
"""How the interest of receivables was counted up to and with a day; what has none may be left out."""


class Unwritten(NamedTuple):
    """A letter that cannot be written, and why."""

    key: str
    why: str


class Composer:
    """Writes the letters of one chunk; all of them are dated the same day."""

    def __init__(
        self, work: UnitOfWork, tenant: Tenant, letters: Sequence[AskedLetter], before: Before, counted: Counted
    ) -> None:
        self._tenant = tenant
        ids = sorted({item.receivable_id for letter in letters for item in letter.items})
        dated_on = letters[0].dated_on if letters else ""
        self._facts = work.letter_facts.of(ids, dated_on)
        self._before = before(work, ids)
        self._lowered = _by_receivable(self._read_lowered(work, letters))
        self._counted = self._count(work, letters, counted)
        self._references = OwnReferences(work, ids)

    def compose(self, letter: AskedLetter) -> DeliverDocument | Unwritten:
        """Return the command that hands a letter over, or why it cannot be written or may not leave."""
        try:
            document = letter_document(self._letter(letter), self._rule(letter))
        except (DataError, RuleViolation) as error:
            return Unwritten(letter.key, str(error))
        facts = [self._facts[item.receivable_id] for item in self._asked(letter)]
        balances = tuple(Balance(receivable_id=f.receivable.receivable_id, open_ore=f.open_ore) for f in facts)
        return DeliverDocument(
            key=letter.key,
            user=USER,
            document=document,
            balances=balances,
            leaves_by=last_day_to_leave(DunningStep(letter.step), date.fromisoformat(letter.answer_by)),
            despite_holds=codes_that_let(self._company(letter).dunning.hold_codes, Stopped(letter.step)),
        )

    def _asked(self, letter: AskedLetter) -> list[AskedItem]:
        """Return what a letter asks for: what its step is taken on, fee invoices, and credit notes, deducted."""
        return [
            item for item in letter.items if item.step or item.is_fee or self._facts[item.receivable_id].open_ore < 0
        ]

    def _letter(self, letter: AskedLetter) -> Letter:
        company, first = self._company(letter), self._facts[letter.items[0].receivable_id].receivable
        asked = self._asked(letter)
        account = self._account(company, asked)
        ids = [item.receivable_id for item in asked]
        return Letter(
            number=f"{letter.plan_no}-{letter.letter_no}",
            company=company.number,
            creditor=company.name,
            debtor=Debtor.model_validate(debtor_fields(first)),
            dated_on=date.fromisoformat(letter.dated_on),
            answer_by=date.fromisoformat(letter.answer_by),
            claims=[self._claim(number, account, letter) for number in ids],
            language=language_of(first, company.letterhead.language),
            currency=first.currency,
            before=_in_order(one for number in ids for one in self._earlier(number, letter)),
            received=_received(self._paid(ids, letter)),
            also_open=[self._claim(i.receivable_id, account, letter) for i in letter.items if i not in asked],
            payee_account="" if account is None else ":".join(account.key),
            interest_rate=company.dunning.interest.rate,
        )

    def _rule(self, letter: AskedLetter) -> StepRule:
        receivable = self._facts[letter.items[0].receivable_id].receivable
        company = self._company(letter)
        policy = policy_for(company.dunning, receivable.routine, date.fromisoformat(letter.dated_on))
        rule = policy.step(DunningStep(letter.step)) if policy is not None else None
        if rule is None:
            raise DataError(f"no policy of routine {receivable.routine} says how a {letter.step} is taken")
        return rule

    def _company(self, letter: AskedLetter) -> Company:
        number = self._facts[letter.items[0].receivable_id].receivable.company
        company = self._tenant.company(number)
        if company is None:
            raise DataError(f"there is no company {number} in the settings")
        return company

    def _claim(self, receivable_id: int, account: PayeeAccount | None, letter: AskedLetter) -> LetterClaim:
        facts = self._facts[receivable_id]
        row = facts.receivable
        paid = self._paid([receivable_id], letter)
        is_fee = row.kind == ReceivableKind.FEE_INVOICE
        principal_ore = facts.principal_ore + _sum(paid, Bucket.PRINCIPAL)
        fee_ore = facts.fee_ore + facts.printed_fee_ore + _sum(paid, Bucket.FEE)
        return LetterClaim(
            number=row.number,
            text=row.refers_to or _name_of_routine(row.routine, self._company(letter)),
            invoice_date=row.invoice_date,
            due_date=row.due_date,
            original_ore=row.original_ore,
            principal_ore=0 if is_fee else principal_ore,
            fee_ore=fee_ore + (principal_ore if is_fee else 0),
            interest_ore=self._asked_interest_ore(receivable_id, letter),
            interest=self._counted.get(receivable_id, ()),
            reference=self._references.at(receivable_id, self._company(letter), account) if account else "",
            fees=[cost for one in self._before.get(receivable_id, ()) for cost in one.costs],
        )

    def _account(self, company: Company, items: Sequence[AskedItem]) -> PayeeAccount | None:
        """Return the first account of the company's at which each of the receivables has a reference, else its first.

        What a debtor pays there by any of them is found.
        """
        known = [
            account
            for account in company.payee_accounts
            if all(self._references.at(item.receivable_id, company, account) for item in items)
        ]
        return next(iter([*known, *company.payee_accounts]), None)

    def _earlier(self, receivable_id: int, letter: AskedLetter) -> list[SentBefore]:
        own = (letter.step, letter.dated_on)
        return [one for one in self._before.get(receivable_id, ()) if (one.step, one.dated_on.isoformat()) != own]

    def _read_lowered(self, work: UnitOfWork, letters: Iterable[AskedLetter]) -> list[Lowered]:
        ids = [i.receivable_id for one in letters if one.step == DunningStep.RESIDUAL_DEMAND for i in one.items]
        demanded = [day for number in ids if (day := self._demanded_on(number))]
        return work.letter_facts.lowered(ids, min(demanded)) if demanded else []

    def _count(
        self, work: UnitOfWork, letters: Iterable[AskedLetter], counted: Counted
    ) -> dict[int, Sequence[Segment]]:
        """Return how interest was counted, up to the day that each letter's is counted to."""
        bearing: dict[str, list[int]] = {}
        for letter in letters:
            for number in (item.receivable_id for item in letter.items):
                if self._asked_interest_ore(number, letter):
                    bearing.setdefault(self._counted_to(number, letter), []).append(number)
        return {
            number: segments
            for until, numbers in sorted(bearing.items())
            for number, segments in counted(work, self._tenant, numbers, date.fromisoformat(until)).items()
        }

    def _counted_to(self, receivable_id: int, letter: AskedLetter) -> str:
        """Return the day up to which a letter's interest was counted: the demand's, if it says that interest again.

        A warning says what the demand debited, unless its policy prints what has come since.
        """
        is_printed = self._facts[receivable_id].printed_interest_ore > 0
        is_repeated = letter.step == DunningStep.RESIDUAL_DEMAND or (
            letter.step == DunningStep.WARNING and not is_printed
        )
        return (self._demanded_on(receivable_id) if is_repeated else "") or letter.dated_on

    def _asked_interest_ore(self, receivable_id: int, letter: AskedLetter) -> int:
        """Return the interest that a letter says; a residual demand also says what was paid since the demand."""
        facts = self._facts[receivable_id]
        paid = self._paid([receivable_id], letter)
        return facts.interest_ore + facts.printed_interest_ore + _sum(paid, Bucket.INTEREST)

    def _demanded_on(self, receivable_id: int) -> str:
        days = [b.dated_on.isoformat() for b in self._before.get(receivable_id, ()) if b.step == DunningStep.DEMAND]
        return max(days, default="")

    def _paid(self, receivable_ids: Sequence[int], letter: AskedLetter) -> list[Lowered]:
        """Return what a residual demand deducts: the money that came since the demand that it repeats."""
        if letter.step != DunningStep.RESIDUAL_DEMAND:
            return []
        return [one for number in receivable_ids for one in received_since(self._since_demand(number))]

    def _since_demand(self, number: int) -> Iterator[Lowered]:
        demanded_on = self._demanded_on(number)
        return (
            one for one in self._lowered.get(number, ()) if max(one.transaction_date, one.booked_date) > demanded_on
        )


def _by_receivable(rows: Iterable[Lowered]) -> dict[int, list[Lowered]]:
    """Return rows by the receivable that they are of, in their order."""
    found: dict[int, list[Lowered]] = {}
    for row in rows:
        found.setdefault(row.receivable_id, []).append(row)
    return found


def _name_of_routine(number: str, company: Company) -> str:
    """Return what people call a routine, or the one whose interest invoices it holds; empty when nobody knows it."""
    named = [one.name for one in company.routines if number in (one.number, one.interest_routine)]
    return next(iter(named), "")


def _sum(lowered: Iterable[Lowered], bucket: str) -> int:
    return sum(one.amount_ore for one in lowered if one.bucket == bucket)


def _received(lowered: Iterable[Lowered]) -> list[Received]:
    """Return payments by day: what one payment paid of several buckets or receivables stands in one line."""
    by_day: dict[str, int] = {}
    for one in lowered:
        by_day[one.transaction_date] = by_day.get(one.transaction_date, 0) + one.amount_ore
    return [Received(date.fromisoformat(day), amount_ore) for day, amount_ore in sorted(by_day.items())]


def _in_order(letters: Iterable[SentBefore]) -> list[SentBefore]:
    """Return earlier letters, each once: one about several receivables is one letter."""
    return sorted(
        {one._replace(fee_ore=0, compensation_ore=0) for one in letters},
        key=lambda one: (one.dated_on, list(DunningStep).index(one.step)),
    )
