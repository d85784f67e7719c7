"""What the template is given: every text of a document, written out, so that the template only places it."""

from __future__ import annotations

import re
from typing import Any

from hub.model.company import Company
from hub.model.documents import INVOICES, WITHOUT_PAYMENT, Document
from hub.rendering.head import copy_word_of, facts_of, foot_of, title_of
from hub.rendering.payment_part import asked_for_now, drawn_part, payment_part
from hub.rendering.sums import cancels_without_amount, sums_of
from hub.rendering.tables import (
    ageing_table,
    also_open_table,
    claims_table,
    earlier_letters,
    instalments_table,
    interest_table,
    lines_table,
    vat_reasons,
    vat_table,
)
from hub.rendering.words import Words, words_of
from hub.rules.delivery.address_lines import address_lines
from hub.rules.delivery.totals import totals_of

_LONG_WORD = re.compile(r"\S{30}(?=\S)")  # what is longer than a column is wide must break somewhere
_BREAK = "\u200b"


def page_data(document: Document, company: Company) -> dict[str, Any]:
    """Write a document out for the template; no member holds markup, and figures stand as text.

    Raises:
        ValueError: the document names an account that is none of the company's.
    """
    head = company.letterhead
    words = words_of(document.language)
    payment = payment_part(document, company, words)
    texts: dict[str, Any] = {"address": address_lines(document.debtor), "facts": facts_of(document, words)}
    texts |= {"foot": foot_of(document, company, words), **_body(document, company, words)}
    return {
        "language": words.language,
        "colour": head.colour,
        "window": head.window.model_dump(),
        "title": title_of(document, words),
        "copy": copy_word_of(document, words),
        "number": document.number,
        "issued": [int(part) for part in document.issue_date.split("-")],
        "page_word": words.plain("page").replace("{n}", "\n").replace("{m}", "\n").split("\n"),
        "sender": company.name,
        "logo_word": words.plain("logo_of").format(name=company.name),
        "payment": payment and {**payment, "payer": _with_breaks(payment["payer"])},
        "drawn": [] if payment else drawn_part(document, words),
        **_with_breaks({**texts, "after": [*asked_for_now(document, payment, words), *texts["after"]]}),
    }


def _body(document: Document, company: Company, words: Words) -> dict[str, Any]:
    head, totals = company.letterhead, totals_of(document)
    before, after = _running_text(document, words)
    return {
        "subject": document.refers_to,
        "before": before,
        "claims": claims_table(document, words),
        "claimed": [t for t in (interest_table(document, words), also_open_table(document, words)) if t is not None],
        "ageing": ageing_table(document, words),
        "earlier": earlier_letters(document, words),
        "lines": lines_table(document, words),
        "instalments": instalments_table(document, words),
        "vat": vat_table(document, company.currency, totals, words),
        "reasons": vat_reasons(totals, words) if document.lines else [],
        "sums": sums_of(document, totals, words),
        "after": after,
        "terms": [] if document.kind in WITHOUT_PAYMENT else _paragraphs(head.terms.get(words.language, "")),
        "greeting": _paragraphs(head.greeting.get(words.language, "")),
    }


def _running_text(document: Document, words: Words) -> tuple[list[str], list[str]]:
    """Return paragraphs before and after the tables: a letter begins with its text, an invoice ends with it."""
    notes = [paragraph for note in document.notes for paragraph in _paragraphs(note)]
    if document.kind in INVOICES:
        return [], notes
    lead = "cancelled_whole" if cancels_without_amount(document, totals_of(document)) else document.kind
    return notes or _paragraphs(words.get("leads", lead)), []


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n") if part.strip()]


def _with_breaks(value: Any) -> Any:
    """Return texts, however deep they lie, with places in long words where a line may end."""
    if isinstance(value, str):
        return _LONG_WORD.sub(lambda found: found[0] + _BREAK, value)
    if isinstance(value, dict):
        return {name: _with_breaks(one) for name, one in value.items()}
    return [_with_breaks(one) for one in value] if isinstance(value, list | tuple) else value
