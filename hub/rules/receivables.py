"""Taking receivables in: whether a row fits together, what its version does, and what is posted for it.

Everything here is pure. Amounts are whole öre; the principal (*kapitalbelopp*) of a credit note is below zero.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from hub.model.books import Bucket, Contra, Posting, VoucherKey, VoucherLine
from hub.model.command_dates import plausible_days
from hub.model.import_rows import ImportRow, RowProblem
from hub.model.receivables import Receivable, ReceivableKind

_ASSIGNED_BY_US = frozenset(
    {"receivable_id", "chain_id", "group_no", "is_opening", "due_date"}  # the due date may be moved here later
)
_COMPARED = tuple((at, name) for at, name in enumerate(Receivable._fields) if name not in _ASSIGNED_BY_US)
_NAMES_IN_FILES = {"original_ore": "amount", "original_due_date": "due_date", "debtor_address": "address"}


class Cause(StrEnum):
    """Why an entry was made; also the kind of its event."""

    INVOICED = "invoiced"
    CREDIT_NOTE = "credit_note"
    OPENING_BALANCE = "opening_balance"
    CREDITED_BY_NEW_VERSION = "credited_by_new_version"
    MOVED_TO_NEW_VERSION = "moved_to_new_version"


_ORIGINAL_CAUSES = frozenset({Cause.INVOICED, Cause.CREDIT_NOTE, Cause.OPENING_BALANCE})


OWN_CONTRA = {ReceivableKind.INTEREST_INVOICE: Contra.INTEREST, ReceivableKind.FEE_INVOICE: Contra.REMINDER_FEE}
"""The other side of what has no coding of its own, where that is not revenue."""


class Step(StrEnum):
    """What a row does."""

    NEW = "new"
    UNCHANGED = "unchanged"
    NEW_VERSION = "new_version"
    REJECTED = "rejected"


class Decision(NamedTuple):
    """What a row does and, for a new version, what it replaces, or why it is rejected."""

    step: Step
    replaces: Receivable | None = None
    problem: RowProblem | None = None


def row_problems(row: ImportRow, *, is_opening: bool, today: str) -> list[RowProblem]:
    """Return how the fields of a row contradict each other, or the calendar; empty when they do not."""
    checks = (
        _wrong_dates(row),
        _too_far_ahead(row, today),
        _wrong_sign(row),
        _wrong_coding(row),
        _wrong_paid(row, is_opening),
        _wrong_names(row),
    )
    return [problem for problem in checks if problem is not None]


def row_warnings(row: ImportRow, *, is_opening: bool, today: str) -> list[RowProblem]:
    """Return what a person should look at in a row that may be kept."""
    earliest, _ = plausible_days(date.fromisoformat(today))
    if is_opening or row.invoice_date >= earliest.isoformat():
        return []
    text = f"before {earliest}, more than ten years ago; opening balances are imported with --opening"
    return [RowProblem("invoice_date", "DATE_LONG_AGO", text)]


def kind_of(row: ImportRow) -> ReceivableKind:
    """Return the kind of a row; one that names none is an invoice, or a credit note when it is below zero."""
    if row.kind is not None:
        return row.kind
    return ReceivableKind.CREDIT_NOTE if row.amount_ore < 0 else ReceivableKind.INVOICE


def principal_ore(row: ImportRow) -> int:
    """Return what the row adds to what is owed: a credit note lowers it, with whichever sign it is written."""
    return -abs(row.amount_ore) if row.credits else row.amount_ore


def still_owed_ore(row: ImportRow) -> int:
    """Return the principal less what an opening balance says is paid of it."""
    principal = principal_ore(row)
    return principal - abs(row.paid_ore) if principal >= 0 else principal + abs(row.paid_ore)


def kept_coding(row: ImportRow) -> str:
    """Return the coding lines as a receivable keeps them, with the sign of its principal; '' when it has none."""
    if not row.coding:
        return ""
    turned = -1 if row.credits and row.amount_ore > 0 else 1
    lines = [[line.account, turned * line.amount_ore, line.text] for line in row.coding]
    return json.dumps(lines, ensure_ascii=False, separators=(",", ":"))


def differing_fields(kept: Receivable, incoming: Receivable) -> tuple[str, ...]:
    """Return the names, as files have them, of fields in which two statements of one version differ."""
    return tuple(_NAMES_IN_FILES.get(name, name) for at, name in _COMPARED if kept[at] != incoming[at])


def decide(incoming: Receivable, known: Sequence[Receivable], *, also_differing: Sequence[str] = ()) -> Decision:
    """Decide what a row does, given every known version of it.

    `also_differing` names what differs from the same version beside the fields of a receivable.
    """
    if not known:
        return Decision(Step.NEW)
    same = same_version(incoming, known)
    if same is not None:
        return _repeated((*differing_fields(same, incoming), *also_differing))
    latest = max(known, key=lambda kept: kept.version)
    if incoming.version < latest.version:
        return _rejected("version", "OUT_OF_DATE", f"version {latest.version} is known already; send a higher one")
    if incoming.is_opening:
        return _rejected(
            "version", "OPENING_KNOWN", "an opening balance must be the first the hub hears of a receivable"
        )
    if incoming.currency != latest.currency:
        return _rejected("currency", "CURRENCY_CHANGED", "a new version keeps the currency; credit it and send another")
    return Decision(Step.NEW_VERSION, latest)


def same_version(incoming: Receivable, known: Iterable[Receivable]) -> Receivable | None:
    """Return the known receivable of the same version."""
    return next((kept for kept in known if kept.version == incoming.version), None)


class Occasion(NamedTuple):
    """What the postings of one chunk have in common."""

    exchange_no: int | None  # None: a run of ours makes the receivables
    booked_date: str


def new_postings(receivable: Receivable, owed_ore: int, occasion: Occasion) -> list[Posting]:
    """Debit a new receivable, or credit a credit note, with what is still owed."""
    return [
        _posting(receivable, Bucket.PRINCIPAL, owed_ore, _cause(receivable), contra_of(receivable, owed_ore), occasion)
    ]


class PastEntry(NamedTuple):
    """An entry on an earlier version."""

    cause: str
    bucket: str
    amount_ore: int
    transaction_date: str
    payment_id: int | None


def version_postings(
    old: Receivable, entries: Iterable[PastEntry], new: Receivable, occasion: Occasion
) -> list[Posting]:
    """Credit the old version, debit the new one, and let the new one take over what has happened to the old.

    What has happened keeps its transaction dates and payments: interest is counted to the day money came, and a payment
    that is taken back later finds what it paid.
    """
    credit_ore = -old.original_ore
    contra = contra_of(old._replace(is_opening=0), credit_ore)
    postings = [_posting(old, Bucket.PRINCIPAL, credit_ore, Cause.CREDITED_BY_NEW_VERSION, contra, occasion)]
    postings += new_postings(new, new.original_ore, occasion)
    for (bucket, day, payment_id), amount_ore in _happened(old, entries).items():
        for receivable, change_ore in ((old, -amount_ore), (new, amount_ore)):
            moved = _posting(receivable, bucket, change_ore, Cause.MOVED_TO_NEW_VERSION, Contra.TRANSFER, occasion)
            postings.append(moved._replace(transaction_date=day, payment_id=payment_id))
    return postings


def _happened(old: Receivable, entries: Iterable[PastEntry]) -> dict[tuple[str, str, int | None], int]:
    """Return what entries beyond the original amount add up to, by bucket, date and payment.

    An opening balance was posted with less than the original amount: the difference is what was paid before.
    """
    sums: Counter[tuple[str, str, int | None]] = Counter({("principal", old.invoice_date, None): -old.original_ore})
    for entry in entries:
        is_own = entry.cause in _ORIGINAL_CAUSES
        sums[entry.bucket, old.invoice_date if is_own else entry.transaction_date, entry.payment_id] += entry.amount_ore
    return {key: amount_ore for key, amount_ore in sums.items() if amount_ore}


def contra_of(receivable: Receivable, amount_ore: int) -> Contra:
    """Return the role of the account on the other side of a receivable's principal."""
    if receivable.is_opening or not amount_ore:
        return Contra.NONE
    if receivable.coding:
        return Contra.CODED
    return OWN_CONTRA.get(ReceivableKind(receivable.kind), Contra.REVENUE)


def coded_lines(
    receivable: Receivable, amount_ore: int, occasion: Occasion
) -> Iterator[tuple[VoucherKey, VoucherLine]]:
    """Yield the voucher lines of a receivable's own coding, the other side of a posting of `amount_ore`.

    The posting is the whole original amount, or all of it taken back.
    """
    key = VoucherKey(0, receivable.company, receivable.currency, occasion.booked_date)
    turned = -1 if amount_ore == receivable.original_ore else 1
    for account, line_ore, text in json.loads(receivable.coding):
        yield key, VoucherLine(account, turned * line_ore, text)


def _cause(receivable: Receivable) -> Cause:
    if receivable.is_opening:
        return Cause.OPENING_BALANCE
    return Cause.CREDIT_NOTE if receivable.kind == ReceivableKind.CREDIT_NOTE else Cause.INVOICED


def _posting(
    receivable: Receivable, bucket: str, amount_ore: int, cause: str, contra: str, occasion: Occasion
) -> Posting:
    return Posting(
        receivable_id=receivable.receivable_id,
        bucket=bucket,
        amount_ore=amount_ore,
        group_no=receivable.group_no,
        company=receivable.company,
        payment_id=None,
        exchange_no=occasion.exchange_no,
        section_no=0,
        account_no=0,
        currency=receivable.currency,
        transaction_date=receivable.invoice_date,
        booked_date=occasion.booked_date,
        cause=cause,
        contra=contra,
    )


def _repeated(differing: Sequence[str]) -> Decision:
    if not differing:
        return Decision(Step.UNCHANGED)
    message = f"this version is known with another {', '.join(differing)}; send changes as a higher version"
    return _rejected(differing[0], "VERSION_DIFFERS", message)


def _rejected(field: str, code: str, message: str) -> Decision:
    return Decision(Step.REJECTED, problem=RowProblem(field, code, message))


def _wrong_dates(row: ImportRow) -> RowProblem | None:
    if not row.due_date:
        missing = RowProblem("due_date", "MISSING", "the due date is missing; only a credit note may be without")
        return None if row.credits else missing
    if row.due_date < row.invoice_date:
        return RowProblem("due_date", "DUE_BEFORE_INVOICED", "the due date is before the invoice date")
    return None


def _too_far_ahead(row: ImportRow, today: str) -> RowProblem | None:
    _, latest = plausible_days(date.fromisoformat(today))
    for field in ("invoice_date", "due_date"):
        if getattr(row, field) > latest.isoformat():
            return RowProblem(field, "DATE_TOO_FAR", f"more than ten years from today: give a day up to {latest}")
    return None


def _wrong_sign(row: ImportRow) -> RowProblem | None:
    if row.amount_ore < 0 and not row.credits:
        return RowProblem("amount", "AMOUNT_SIGN", f"an amount below zero is a credit note, but kind says {row.kind}")
    return None


def _wrong_coding(row: ImportRow) -> RowProblem | None:
    if row.coding and sum(line.amount_ore for line in row.coding) != row.amount_ore:
        return RowProblem("coding", "CODING_SUM", "the coding lines do not add up to the amount, sign included")
    return None


def _wrong_paid(row: ImportRow, is_opening: bool) -> RowProblem | None:
    if row.paid_ore and not is_opening:
        return RowProblem(
            "paid_amount", "PAID_NOT_OPENING", "a paid amount belongs to opening balances; import it as one"
        )
    if row.paid_ore * row.amount_ore < 0 or abs(row.paid_ore) > abs(row.amount_ore):
        return RowProblem("paid_amount", "PAID_BEYOND_AMOUNT", "the paid amount is not between zero and the amount")
    return None


def _wrong_names(row: ImportRow) -> RowProblem | None:
    if row.second_debtor_identity and not row.second_debtor_name:
        return RowProblem("second_debtor_name", "MISSING", "the second debtor has a number and no name")
    if row.credits_number and not row.credits:
        return RowProblem("credits_number", "NOT_A_CREDIT_NOTE", "only a credit note names the invoice it credits")
    return None
