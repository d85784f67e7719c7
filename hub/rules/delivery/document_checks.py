"""What is wrong with a document, all of it at once: sums that do not add up, dates, and what its kind needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, localcontext

from hub.identifiers import electronic_address
from hub.model.command_dates import plausible_days
from hub.model.countries import COUNTRIES
from hub.model.documents import (
    INVOICES,
    WITHOUT_PAYMENT,
    Document,
    DocumentKind,
    DocumentLine,
    Period,
    VatCategory,
    VatRow,
)
from hub.model.import_rows import RowProblem
from hub.money import LARGEST_ORE, ORE_PER_KRONA
from hub.rules.delivery.payment_box import payment_asked
from hub.rules.delivery.totals import MOST_DIGITS, VatTotal, computed_vat, effective_rate, totals_of
from hub.rules.delivery.whole_pdf import fault_of_pdf
from hub.rules.interest.start import moved_to_weekday

LARGEST_BYTES = 1_000_000  # as JSON, without attachments: some hundreds of pages, which take 0.7 GB to set
LINE_BYTES = 100  # what a line feed counts as: a line on paper, however little stands in it
LARGEST_ATTACHED_BYTES = 24 * 1024 * 1024  # all of them together: what a file of 32 million characters can hold
LINE_TOLERANCE_ORE = 2  # as PEPPOL-EN16931-R120 has it
PDF = "application/pdf"
_VAT_NUMBER_NEEDED = frozenset({VatCategory.REVERSE_CHARGE, VatCategory.EU_GOODS})
_ABOUT_CLAIMS = frozenset(
    {
        DocumentKind.REMINDER,
        DocumentKind.DEMAND,
        DocumentKind.RESIDUAL_DEMAND,
        DocumentKind.WARNING,
        DocumentKind.STATEMENT_OF_ACCOUNT,
    }
)
_ABOUT_ANOTHER = frozenset({DocumentKind.CREDIT_NOTE, DocumentKind.REPLACEMENT_INVOICE})


def document_problems(document: Document) -> list[RowProblem]:
    """Return every problem of a document, with the field it stands in and what to do; no message repeats a value.

    Whether references must have check digits, and which accounts there are, is for the company's settings to say.
    """
    return [problem for check in _CHECKS for problem in check(document)]


def size_of(document: Document) -> int:
    """Return about how many bytes a document has, attachments included."""
    return len(_without_attachments(document)) + _attached_bytes(document)


def far_dates(document: Document, today: date) -> list[RowProblem]:
    """Return the days of a document that are too far from today to be meant."""
    earliest, farthest = plausible_days(today)
    days: list[tuple[str, str | None]] = [
        ("issue_date", document.issue_date),
        ("due_date", document.due_date),
        ("delivery_date", document.delivery_date),
        ("credits_date", document.credits_date),
    ]
    days += [(f"instalments[{number}].due_date", one.due_date) for number, one in enumerate(document.instalments, 1)]
    message = f"the day is more than ten years away: {earliest} to {farthest} are taken"
    return [
        RowProblem(field, "DATE_FAR", message)
        for field, day in days
        if day is not None and not earliest.isoformat() <= day <= farthest.isoformat()
    ]


def late_payment(document: Document, today: date) -> str:
    """Return what to say of a document that asks for a payment due before today; blank when it does not.

    What is due on a day off is paid in time on the next weekday.
    """
    asked = payment_asked(document)
    if asked is None or not asked.due_date or asked.due_date >= today.isoformat():
        return ""
    if moved_to_weekday(date.fromisoformat(asked.due_date)) >= today:
        return ""
    return (
        f"its payment was due {asked.due_date}, before today: the debtor sees it as late; if that is not meant, "
        "deliver a version with a later due_date"
    )


def _without_attachments(document: Document) -> bytes:
    return document.model_copy(update={"attachments": (), "pdf": b""}).as_json()


def _attached_bytes(document: Document) -> int:
    return len(document.pdf) + sum(len(attachment.content) for attachment in document.attachments)


def _size(document: Document) -> Iterator[RowProblem]:
    said = _without_attachments(document)
    if len(said) + LINE_BYTES * said.count(rb"\n") > LARGEST_BYTES:
        message = "without attachments it is more than 1 MB, some hundreds of pages: part it into several"
        yield RowProblem("document", "DOCUMENT_TOO_LARGE", message)
    if _attached_bytes(document) > LARGEST_ATTACHED_BYTES:
        message = "with a PDF of its own they are more than 24 MB: leave some out, or make them smaller"
        yield RowProblem("attachments", "ATTACHMENTS_TOO_LARGE", message)


def _parties(document: Document) -> Iterator[RowProblem]:
    debtor = document.debtor
    if not debtor.name.strip():
        yield RowProblem("debtor.name", "NAME_MISSING", "the debtor has no name: give the name that is to be addressed")
    if debtor.e_invoice_address and not electronic_address.is_valid(debtor.e_invoice_address):
        message = "no electronic address, or its check digit is wrong: write scheme and number, such as 0007:5567321707"
        yield RowProblem("debtor.e_invoice_address", "E_INVOICE_ADDRESS_WRONG", message)
    for place, address in (("debtor.address", debtor.address), ("delivery_address", document.delivery_address)):
        if address is not None and address.country not in COUNTRIES:
            message = "there is no such country in ISO 3166: write its two letters, such as SE"
            yield RowProblem(f"{place}.country", "COUNTRY_UNKNOWN", message)


def _dates(document: Document) -> Iterator[RowProblem]:
    if document.due_date is not None and document.due_date < document.issue_date:
        message = "it is due before it is issued: set the due date to the issue date or later"
        yield RowProblem("due_date", "DUE_BEFORE_ISSUE", message)
    if document.due_date is None and _is_to_be_paid(document) and document.kind is not DocumentKind.INSTALMENT_PLAN:
        yield RowProblem("due_date", "DUE_DATE_MISSING", "it is to be paid, so it needs a due date")
    for number, claim in enumerate(document.claims, 1):
        if claim.due_date is not None and claim.invoice_date is not None and claim.due_date < claim.invoice_date:
            message = "the claim is due before it was invoiced: mend one of the two dates"
            yield RowProblem(f"claims[{number}].due_date", "DUE_BEFORE_ISSUE", message)
    for number, instalment in enumerate(document.instalments, 1):
        if instalment.due_date < document.issue_date:
            message = "the instalment is due before the plan is issued: move it, or leave it out"
            yield RowProblem(f"instalments[{number}].due_date", "DUE_BEFORE_ISSUE", message)


def _periods(document: Document) -> Iterator[RowProblem]:
    places: list[tuple[str, Period | None]] = [("period", document.period)]
    places += [(f"lines[{number}].period", line.period) for number, line in enumerate(document.lines, 1)]
    for place, period in places:
        if period is not None and period.last_day < period.first_day:
            message = "the period ends before it begins: put its days in order"
            yield RowProblem(place, "PERIOD_TURNED", message)


def _kinds(document: Document) -> Iterator[RowProblem]:
    kind = document.kind
    needs_number = kind in _ABOUT_ANOTHER or (kind is DocumentKind.CANCELLATION_NOTICE and not document.claims)
    if needs_number and not document.credits_number:
        message = f"a document of kind {kind} must name the invoice that it is about"
        yield RowProblem("credits_number", "CREDITS_NUMBER_MISSING", message)
    if kind in _ABOUT_CLAIMS and not document.claims:
        yield RowProblem(
            "claims", "CLAIMS_MISSING", f"a document of kind {kind} must name what is owed, claim by claim"
        )
    if kind is DocumentKind.DIRECT_DEBIT_INVOICE and document.reference and not document.copy_no:
        message = "the money is drawn by autogiro: leave the reference out, or it is paid twice; a copy may have one"
        yield RowProblem("reference", "REFERENCE_OF_DIRECT_DEBIT", message)


def _line_amounts(document: Document) -> Iterator[RowProblem]:
    for number, line in enumerate(document.lines, 1):
        if line.price is not None and not _is_near(_worth(line, line.price), line.amount_ore):
            message = "quantity times price, with the line's allowances and charges, gives another amount: mend one"
            yield RowProblem(f"lines[{number}].amount", "LINE_AMOUNT", message)


def _is_near(worth_ore: Decimal, amount_ore: int) -> bool:
    with localcontext(prec=MOST_DIGITS):
        return abs(worth_ore - amount_ore) <= LINE_TOLERANCE_ORE


def _worth(line: DocumentLine, price: Decimal) -> Decimal:
    """Return what a line comes to in öre, not rounded: the rule compares it so."""
    with localcontext(prec=MOST_DIGITS):
        return line.quantity * price * ORE_PER_KRONA / line.price_quantity + sum(
            one.signed_ore for one in line.allowances
        )


def _sums(document: Document) -> Iterator[RowProblem]:
    totals = totals_of(document)
    if max(abs(ore) for ore in (totals.net_ore, totals.vat_ore, totals.total_ore, totals.to_pay_ore)) > LARGEST_ORE:
        message = "it comes to more than the hub can book: look for a decimal sign that was lost"
        yield RowProblem("lines", "SUM_TOO_LARGE", message)
    if document.to_pay_ore is not None and document.to_pay_ore != totals.to_pay_ore:
        message = "the sum to pay is not what lines, VAT, rounding, claims and deductions give: mend it or leave it out"
        yield RowProblem("to_pay", "TO_PAY_SUM", message)
    if document.rounding_ore and totals.total_ore % ORE_PER_KRONA:
        message = "with the rounding the total is no whole number of kronor: mend the rounding or leave it out"
        yield RowProblem("rounding", "ROUNDING", message)
    if totals.to_pay_ore < 0 and document.kind not in WITHOUT_PAYMENT:
        message = "nothing below zero can be asked for: send a credit note, or lower the deductions"
        yield RowProblem("to_pay", "TO_PAY_BELOW_ZERO", message)
    if totals.to_pay_ore < 0 and document.kind is DocumentKind.CREDIT_NOTE:
        message = "a credit note states what is credited without a minus: turn the signs of its lines"
        yield RowProblem("lines", "CREDIT_BELOW_ZERO", message)
    planned_ore = sum(one.amount_ore for one in document.instalments)
    if document.instalments and planned_ore != totals.to_pay_ore:
        message = "the instalments do not come to the sum to pay: mend one of them, or the claims"
        yield RowProblem("instalments", "INSTALMENTS_SUM", message)


def _vat(document: Document) -> Iterator[RowProblem]:
    """Compare the stated VAT with that of the lines, each category and rate."""
    if not document.vat:
        return
    stated = [(row.vat_category, effective_rate(row.vat_category, row.vat_rate_percent)) for row in document.vat]
    if len(set(stated)) < len(stated):
        yield RowProblem("vat", "VAT_TWICE", "a category and rate stands twice: add the two rows together")
        return
    computed = {(row.category, row.rate_percent): row for row in computed_vat(document)}
    if set(stated) != set(computed):
        message = "the rows are not those of the lines' categories and rates: state one for each, or leave them all out"
        yield RowProblem("vat", "VAT_ROWS", message)
        return
    # Who rounds on each line is at most half an öre off on each; no more than that is taken.
    tolerance_ore = max(1, len(document.lines) + len(document.allowances))
    for number, (key, row) in enumerate(zip(stated, document.vat, strict=True), 1):
        yield from _vat_row(f"vat[{number}]", row, computed[key], tolerance_ore)


def _vat_in_books(document: Document) -> Iterator[RowProblem]:
    vat_ore = sum(row.vat_ore for row in totals_of(document).vat)
    if document.vat_in_books_ore is not None and vat_ore * document.vat_in_books_ore < 0:
        message = "it has another sign than the VAT of the document: mend one of the two"
        yield RowProblem("vat_in_books", "VAT_IN_BOOKS", message)


def _vat_row(place: str, row: VatRow, computed: VatTotal, tolerance_ore: int) -> Iterator[RowProblem]:
    if row.base_ore != computed.base_ore:
        message = "the base is not the sum of the lines with that category and rate: mend it, or leave the VAT out"
        yield RowProblem(f"{place}.base", "VAT_BASE", message)
    elif abs(row.vat_ore - computed.vat_ore) > tolerance_ore:
        message = "the VAT is not the base times the rate: mend it, or leave the VAT out"
        yield RowProblem(f"{place}.vat", "VAT_AMOUNT", message)


def _attachments(document: Document) -> Iterator[RowProblem]:
    names = [one.name for one in document.attachments]
    for number, one in enumerate(document.attachments, 1):
        if not one.content:
            yield RowProblem(f"attachments[{number}].content", "ATTACHMENT_EMPTY", "the file is empty: leave it out")
        elif one.content_type == PDF and (fault := fault_of_pdf(one.content)):
            yield RowProblem(f"attachments[{number}].content", "ATTACHMENT_NO_PDF", f"the file {fault}")
        if names.index(one.name) < number - 1:
            message = "another file has the same name: name them apart"
            yield RowProblem(f"attachments[{number}].name", "ATTACHMENT_NAMED_TWICE", message)


def _printed(document: Document) -> Iterator[RowProblem]:
    if document.pdf and (fault := fault_of_pdf(document.pdf)):
        yield RowProblem("pdf", "PDF_WRONG", f"the file {fault}, or leave it out and the hub prints it")


def _vat_categories(document: Document) -> Iterator[RowProblem]:
    if document.kind not in INVOICES:
        return
    for number, line in enumerate(document.lines, 1):
        if line.vat_category is VatCategory.STANDARD and not line.vat_rate_percent:
            message = "the standard category has a rate above zero: state the rate, or another category such as Z or E"
            yield RowProblem(f"lines[{number}].vat_rate_percent", "VAT_RATE_MISSING", message)
    used = {line.vat_category for line in document.lines}
    if used & _VAT_NUMBER_NEEDED and not document.debtor.vat_number:
        message = "reverse charge and sales within the EU need the debtor's VAT number: give it"
        yield RowProblem("debtor.vat_number", "VAT_NUMBER_MISSING", message)


def _is_to_be_paid(document: Document) -> bool:
    return document.kind not in WITHOUT_PAYMENT and totals_of(document).to_pay_ore > 0


_CHECKS: tuple[Callable[[Document], Iterator[RowProblem]], ...] = (
    _size,
    _parties,
    _dates,
    _periods,
    _kinds,
    _line_amounts,
    _vat_categories,
    _vat,
    _vat_in_books,
    _sums,
    _attachments,
    _printed,
)
