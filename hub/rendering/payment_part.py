"""The payment box and the giro slip as text, and the square code as a path of its dark modules."""

from __future__ import annotations

from typing import Any

import segno

from hub.model.company import Company
from hub.model.documents import Document, DocumentKind
from hub.rendering.words import Words
from hub.rules.delivery.address_lines import address_lines
from hub.rules.delivery.optical_line import optical_line
from hub.rules.delivery.payment_box import PaymentBox, is_paid_from_abroad, payment_box
from hub.rules.delivery.payment_code import payment_code
from hub.rules.delivery.totals import totals_of

QUIET_MODULES = 4  # of light around the code, by its standard
# Any mask can be read. Finding the one with the most even picture takes segno four fifths of its time (ADR 0021).
MASK = 2


def payment_part(document: Document, company: Company, words: Words) -> dict[str, Any] | None:
    """Return what the payer needs: fields by label, the optical line or blank, the code or blank.

    None when nothing is to be paid.

    Raises:
        ValueError: the document names an account that is none of the company's.
    """
    box = payment_box(document, company)
    if box is None:
        return None
    line = _line(document, company, box)
    return {
        "heading": words["payment", "slip" if line else "heading"],
        "to_pay": [words["payment", "to_pay"], words.money(box.amount_ore, box.currency)],
        "pay_by": [words["payment", "pay_by"], box.due_date] if box.due_date else None,
        "account": [words["payment", box.scheme], box.written_number],
        "bic": [words["payment", "bic"], box.bic] if box.bic else None,
        "reference": [_reference_word(box, words), box.reference or document.number],
        "payee": [words["payment", "payee"], company.name],
        "payer": [words["payment", "payer"], *address_lines(document.debtor)],
        "optical_line": line,
        "code": _code(document, company, box),
        "code_word": words["payment", "code"],
    }


def drawn_part(document: Document, words: Words) -> list[str]:
    """Return heading and words of a direct debit; empty where nothing is drawn."""
    if document.kind is not DocumentKind.DIRECT_DEBIT_INVOICE or totals_of(document).to_pay_ore <= 0:
        return []
    day = document.due_date
    told = words["payment", "drawn_on"].format(date=day) if day else words["payment", "drawn_some_day"]
    return [words["payment", "drawn"], told]


def asked_for_now(document: Document, part: dict[str, Any] | None, words: Words) -> list[str]:
    """Return the words that tell which of several payments a slip or box is for; empty where there is one payment."""
    if part is None or document.kind is not DocumentKind.INSTALMENT_PLAN:
        return []
    return [words["payment", "first_instalment" if part["optical_line"] else "first_instalment_box"]]


def code_svg(text: str) -> str:
    """Draw a square code as one path: each run of dark modules in a row is a rectangle."""
    matrix = segno.make(text, error="m", micro=False, mask=MASK).matrix
    size = len(matrix) + 2 * QUIET_MODULES
    path = "".join(_runs(bytes(row), y) for y, row in enumerate(matrix, QUIET_MODULES))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{path}"/></svg>'


def _runs(row: bytes, y: int) -> str:
    parts, at = [], row.find(1)
    while at >= 0:
        end = row.find(0, at)
        end = len(row) if end < 0 else end
        parts.append(f"M{at + QUIET_MODULES} {y}h{end - at}v1h{at - end}z")
        at = row.find(1, end)
    return "".join(parts)


def _line(document: Document, company: Company, box: PaymentBox) -> str:
    if not company.letterhead.has_giro_slip or is_paid_from_abroad(document):
        return ""
    return optical_line(box.reference, box.amount_ore, box.scheme, box.number) or ""


def _code(document: Document, company: Company, box: PaymentBox) -> str:
    return code_svg(payment_code(document, company, box)) if company.letterhead.has_payment_code else ""


def _reference_word(box: PaymentBox, words: Words) -> str:
    is_ocr = box.reference.isdigit() and box.scheme in ("bankgiro", "plusgiro")
    return words["payment", "ocr" if is_ocr else "reference"]
