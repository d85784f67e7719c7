"""The tables of a document as columns and rows of text: lines, VAT, claims and their interest, instalments.

A column that no row fills is left out, so that a short invoice stays calm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from hub.model.documents import Document, DocumentLine, VatCategory
from hub.model.letter_parts import AgedAmount, Claim, EarlierLetter
from hub.rendering.words import Words, days_of
from hub.rules.delivery.totals import Totals, VatTotal, computed_vat, effective_rate

Table = dict[str, Any]
"""`columns` with label, whether figures stand in it and whether it takes the room that is left; `rows` of cells."""


class _Column(NamedTuple):
    label: str
    cells: list[str]
    has_figures: bool = True
    is_wide: bool = False


def lines_table(document: Document, words: Words) -> Table | None:
    """Return the lines; None when there are none."""
    if not document.lines:
        return None
    lines = document.lines
    columns = [
        _Column(words["columns", "article"], [line.article_number for line in lines], has_figures=False),
        _Column(words["columns", "text"], [line.text for line in lines], has_figures=False, is_wide=True),
        _Column(words["columns", "quantity"], [words.number(line.quantity) for line in lines]),
        _Column(words["columns", "unit"], [_unit(line, words) for line in lines], has_figures=False),
        _Column(words["columns", "price"], [_price(line, words) for line in lines]),
        _Column(words["columns", "vat_rate"], _rates(document, words)),
        _Column(words["columns", "amount"], [words.amount(line.amount_ore) for line in lines]),
    ]
    return _table(columns, [list(_below(line, words)) for line in lines])


def claims_table(document: Document, words: Words) -> Table | None:
    """Return what a letter is about; None when it names nothing."""
    claims = document.claims
    if not claims:
        return None
    has_parts = any(claim.interest_ore or claim.fee_ore for claim in claims)
    columns = [
        _Column(words["columns", "claim"], [claim.number for claim in claims], has_figures=False),
        _Column(words["columns", "claim_text"], [claim.text for claim in claims], has_figures=False, is_wide=True),
        _Column(words["columns", "claim_date"], [claim.invoice_date or "" for claim in claims]),
        _Column(words["columns", "claim_due"], [claim.due_date or "" for claim in claims]),
        _Column(words["columns", "original"], [_original(claim, words) for claim in claims]),
        _Column(
            words["columns", "principal" if has_parts else "open"], [words.amount(claim.open_ore) for claim in claims]
        ),
        _Column(words["columns", "interest"], _amounts([claim.interest_ore for claim in claims], words)),
        _Column(words["columns", "fee"], _amounts([claim.fee_ore for claim in claims], words)),
        _Column(words["columns", "claim_total"], [words.amount(one.total_ore) if has_parts else "" for one in claims]),
    ]
    return _table(columns, [list(_below_claim(claim, words)) for claim in claims])


def interest_table(document: Document, words: Words) -> Table | None:
    """Return how interest was counted, as inkassolagen (1974:182) 5 § wants it said; None when none was."""
    periods = [(claim.number, period) for claim in document.claims for period in claim.interest_periods]
    if not periods:
        return None
    columns = [
        _Column(words["columns", "interest_of"], [number for number, _ in periods], has_figures=False),
        _Column(
            words["columns", "days_from_to"], [days_of(one) for _, one in periods], has_figures=False, is_wide=True
        ),
        _Column(words["columns", "days"], [str(one.days) for _, one in periods]),
        _Column(words["columns", "interest_rate"], [words.percent(one.rate_percent) for _, one in periods]),
        _Column(words["columns", "counted_on"], [words.amount(one.counted_on_ore) for _, one in periods]),
    ]
    return _table(columns, [[] for _ in periods])


def also_open_table(document: Document, words: Words) -> Table | None:
    """Return what is told and not asked for yet; None when there is nothing."""
    claims = document.also_open
    if not claims:
        return None
    columns = [
        _Column(words["columns", "also_open"], [claim.number for claim in claims], has_figures=False),
        _Column(words["columns", "claim_text"], [claim.text for claim in claims], has_figures=False, is_wide=True),
        _Column(words["columns", "claim_due"], [claim.due_date or "" for claim in claims]),
        _Column(words["columns", "open"], [words.amount(claim.open_ore) for claim in claims]),
    ]
    return _table(columns, [[] for _ in claims])


def ageing_table(document: Document, words: Words) -> Table | None:
    """Return what is open by how late it is; None when a document does not say."""
    aged = document.ageing
    if not aged:
        return None
    columns = [
        _Column(words["columns", "age"], [_age(one, words) for one in aged], has_figures=False, is_wide=True),
        _Column(words["columns", "amount"], [words.amount(one.amount_ore) for one in aged]),
    ]
    return _table(columns, [[] for _ in aged])


def earlier_letters(document: Document, words: Words) -> list[str]:
    """Return what was sent before, each in a line; empty when nothing was."""
    lines = [_earlier(one, words) for one in document.earlier]
    return [words["letters", "earlier"], *lines] if lines else []


def instalments_table(document: Document, words: Words) -> Table | None:
    """Return the payments of a plan; None when there are none."""
    parts = document.instalments
    if not parts:
        return None
    columns = [
        _Column(
            words["columns", "instalment"], [str(number) for number in range(1, len(parts) + 1)], has_figures=False
        ),
        _Column(words["columns", "due"], [one.due_date for one in parts], has_figures=False, is_wide=True),
        _Column(words["columns", "reference"], [one.reference for one in parts]),
        _Column(words["columns", "amount"], [words.amount(one.amount_ore) for one in parts]),
    ]
    return _table(columns, [list(one.details) for one in parts])


def vat_table(document: Document, books_currency: str, totals: Totals, words: Words) -> Table | None:
    """Return base and VAT by category and rate, and last all VAT in the currency of the books where that is stated.

    None when nothing is within the scope of VAT. Source of the last: ML 17 kap. 29 §, directive 2006/112/EC art. 230.
    """
    if not has_vat(totals):
        return None
    rows = [(_rate_name(row, words), words.amount(row.base_ore), words.amount(row.vat_ore)) for row in totals.vat]
    if document.vat_in_books_ore is not None and document.currency != books_currency:
        label = words["sums", "vat_in_books"].format(currency=books_currency)
        rows.append((label, "", words.amount(document.vat_in_books_ore)))
    names, bases, amounts = (list(cells) for cells in zip(*rows, strict=True))
    columns = [
        _Column(words["columns", "rate"], names, has_figures=False, is_wide=True),
        _Column(words["columns", "base"], bases),
        _Column(words["columns", "vat"], amounts),
    ]
    return _table(columns, [[] for _ in rows])


def vat_reasons(totals: Totals, words: Words) -> list[str]:
    """Return why VAT is not charged, each reason once."""
    reasons = (row.exemption_reason or words.get("reasons", row.category) for row in totals.vat)
    return list(dict.fromkeys(reason for reason in reasons if reason))


def has_vat(totals: Totals) -> bool:
    """Say whether anything is within the scope of VAT."""
    return any(row.category is not VatCategory.OUTSIDE for row in totals.vat)


def _table(columns: Sequence[_Column], below: list[list[str]]) -> Table:
    kept = [column for column in columns if column.is_wide or any(column.cells)]
    return {
        "columns": [{"label": one.label, "figures": one.has_figures, "wide": one.is_wide} for one in kept],
        "rows": [
            {"cells": list(cells), "below": under}
            for cells, under in zip(zip(*(column.cells for column in kept), strict=True), below, strict=True)
        ],
    }


def _unit(line: DocumentLine, words: Words) -> str:
    return line.unit_text or words.get("units", line.unit) or line.unit


def _price(line: DocumentLine, words: Words) -> str:
    return "" if line.price is None else words.number(line.price, least_decimals=2)


def _rates(document: Document, words: Words) -> list[str]:
    """Return the rate of each line; blank all of them where the document has no VAT."""
    if all(row.category is VatCategory.OUTSIDE for row in computed_vat(document)):
        return ["" for _ in document.lines]
    return [_rate(line, words) for line in document.lines]


def _rate(line: DocumentLine, words: Words) -> str:
    category = line.vat_category
    if category in (VatCategory.STANDARD, VatCategory.ZERO):
        return words.percent(effective_rate(category, line.vat_rate_percent))
    named = {VatCategory.REVERSE_CHARGE: "reverse", VatCategory.OUTSIDE: "none"}
    return words["line", named.get(category, "exempt")]


def _rate_name(row: VatTotal, words: Words) -> str:
    return words.get("vat", row.category) or words.percent(row.rate_percent)


def _below(line: DocumentLine, words: Words) -> Iterator[str]:
    """Yield what stands in small print under a line."""
    yield from (paragraph for paragraph in line.note.split("\n") if paragraph.strip())
    if line.period is not None:
        yield days_of(line.period)
    if line.order_line:
        yield words["line", "order_line"].format(value=line.order_line)
    for one in line.allowances:
        name = words["sums", "charge" if one.is_charge else "allowance"]
        said = f"{name}: {one.text}" if one.text else name
        yield f"{said} ({words.amount(one.signed_ore)})"


def _below_claim(claim: Claim, words: Words) -> Iterator[str]:
    if claim.creditor:
        yield claim.creditor
    if claim.reference:
        yield words["letters", "reference"].format(value=claim.reference)


def _age(aged: AgedAmount, words: Words) -> str:
    if aged.from_days is None:
        return words["letters", "not_due"]
    name = "days_late" if aged.until_days is not None else "more_days_late"
    return words["letters", name].format(first=aged.from_days, last=aged.until_days)


def _earlier(letter: EarlierLetter, words: Words) -> str:
    name = "letter_by" if letter.answer_by else "letter"
    said = {"step": words["steps", letter.step], "dated": letter.dated, "answer_by": letter.answer_by}
    return words["letters", name].format(**said)


def _original(claim: Claim, words: Words) -> str:
    return "" if claim.original_ore is None else words.amount(claim.original_ore)


def _amounts(amounts_ore: Sequence[int], words: Words) -> list[str]:
    """Return the amounts; blank all of them when there are none."""
    return [words.amount(one) for one in amounts_ore] if any(amounts_ore) else ["" for _ in amounts_ore]
