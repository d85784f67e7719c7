"""Letters ask for the open fee invoices of the receivables that they are about, this step's and earlier ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hub.model.dunning import DunningStep
from hub.model.dunning_plans import Letter, LetterItem
from hub.model.fee_invoices import StandingFee
from hub.services.dunning.deciding import Decider
from hub.services.ports import UnitOfWork


def with_fees(work: UnitOfWork, decider: Decider, letters: Sequence[Letter]) -> list[Letter]:
    """Return letters with what is open of their receivables' fee invoices, without what a hold keeps from the step."""
    standing = work.fee_invoices.standing(_dunned(letters))
    fees = [fee for fee in standing if fee.open_ore > 0]
    if not fees:
        return list(letters)
    page = work.dunning.of([fee.invoice_id for fee in fees], work.today)
    debts = {debt.receivable_id: debt for debt in page.debts}

    def is_told(fee: StandingFee, letter: Letter) -> bool:
        return decider.is_told(debts[fee.invoice_id], page, [DunningStep(letter.step)])

    by_receivable = _by_receivable(fees)
    return [
        letter._replace(
            items=(*letter.items, *_items(fee for fee in _of(letter, by_receivable) if is_told(fee, letter)))
        )
        for letter in letters
    ]


def _dunned(letters: Iterable[Letter]) -> set[int]:
    return {item.receivable_id for letter in letters for item in letter.items if item.step}


def _by_receivable(fees: Iterable[StandingFee]) -> dict[int, list[StandingFee]]:
    found: dict[int, list[StandingFee]] = {}
    for fee in fees:
        found.setdefault(fee.receivable_id, []).append(fee)
    return found


def _of(letter: Letter, fees: Mapping[int, Sequence[StandingFee]]) -> Iterator[StandingFee]:
    for item in letter.items:
        if item.step:
            yield from fees.get(item.receivable_id, ())


def _items(fees: Iterable[StandingFee]) -> Iterator[LetterItem]:
    for fee in fees:
        yield LetterItem(fee.invoice_id, "", fee.open_ore, is_fee=True)
