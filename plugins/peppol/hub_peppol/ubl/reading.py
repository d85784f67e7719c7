"""E-invoices back into documents of the core."""

from __future__ import annotations

from typing import Any, NamedTuple

from lxml.etree import QName
from pydantic import ValidationError

from hub.errors import FormatError
from hub.model.documents import Document, DocumentKind
from hub_peppol.judging.reading import root_of
from hub_peppol.ubl.bis_layout import CREDIT_NOTE, TYPES
from hub_peppol.ubl.currencies import refuse_other_currencies
from hub_peppol.ubl.fitting import SHORT, Fitting, ore_of
from hub_peppol.ubl.layout import Values, by_tag, taken
from hub_peppol.ubl.reading_heads import attachments_of, head_of, period_of
from hub_peppol.ubl.reading_lines import lines_of
from hub_peppol.ubl.reading_parties import address_of, debtor_of, seller_of
from hub_peppol.ubl.reading_payments import payment_of
from hub_peppol.ubl.reading_sums import sums_of
from hub_peppol.ubl.seller import Seller

MOST_TOLD = 5


class ReadInvoice(NamedTuple):
    """What an e-invoice says; `left_out` names what of it the model does not hold, by path and without its value."""

    document: Document
    seller: Seller
    left_out: tuple[str, ...]


def read_e_invoice(content: bytes) -> ReadInvoice:
    """Read a UBL 2.1 invoice or credit note as the document that it was made of.

    What UBL cannot say is not there: the texts of deductions and of the kind stand in the notes, a replacement, copy or
    interest invoice is an invoice. An invoice below zero is a credit note. Nothing is judged: sums may not add up.

    Raises:
        FormatError: no XML, no such document, or a value that is none; the message repeats no value.
    """
    root = root_of(content)
    declared = TYPES.get(root.tag)
    if declared is None:
        message = "neither an invoice nor a credit note by UBL 2.1: look whether it is another format or message"
        raise FormatError(message, code="NOT_UBL_INVOICE", line=1)
    left_out: dict[str, None] = {}
    values = taken(root, by_tag(declared.parts), {}, left_out)
    _refuse_other_currencies(root, values)
    if values.get("type", declared.type_code) != declared.type_code:
        left_out[f"{declared.root}TypeCode"] = None
    return invoice_of(values, left_out, is_credit_note=declared is CREDIT_NOTE)


def invoice_of(values: Values, left_out: dict[str, None], *, is_credit_note: bool) -> ReadInvoice:
    """Make a document of values as the layout names them; what does not fit is added to `left_out`.

    Raises:
        FormatError: a value that is none; the message repeats no value.
    """
    fitting = Fitting(left_out)
    is_turned = not is_credit_note and ore_of(values.get("gross_total"), "TaxInclusiveAmount") < 0
    fields = _fields(values, fitting, is_turned=is_turned)
    if is_credit_note or is_turned:
        fields["kind"] = DocumentKind.CREDIT_NOTE
    return ReadInvoice(_document(fields), seller_of(values, fitting), tuple(left_out))


def _fields(values: Values, fitting: Fitting, *, is_turned: bool) -> dict[str, Any]:
    sign = -1 if is_turned else 1
    addresses = values.get("delivery_address", ())
    return {
        **head_of(values, fitting),
        "period": period_of(values, fitting),
        "debtor": debtor_of(values, fitting),
        "our_reference": fitting.line("seller contact", _first(values, "seller").get("contact", ""), SHORT),
        "delivery_address": address_of(addresses[0], fitting) if addresses else None,
        **payment_of(values, fitting),
        **sums_of(values, fitting, sign),
        "lines": lines_of(values, fitting, sign),
        "attachments": attachments_of(values, fitting),
    }


def _refuse_other_currencies(root: Any, values: Values) -> None:
    """Refuse amounts in another currency; VAT alone may stand a second time, in the currency of the books."""
    currency: str = values.get("currency", "")
    in_books: str = values.get("tax_currency", "")

    def allowed_in(element: Any) -> str:
        is_vat = (QName(element.getparent()).localname, QName(element).localname) == ("TaxTotal", "TaxAmount")
        return in_books if is_vat and in_books and element.get("currencyID") == in_books else currency

    refuse_other_currencies(root, "currencyID", allowed_in)


def _first(values: Values, name: str) -> Values:
    found: list[Values] = values.get(name, [{}])
    return found[0]


def _document(fields: dict[str, Any]) -> Document:
    try:
        return Document.model_validate(fields)
    except ValidationError as error:
        places = [".".join(map(str, one["loc"])) or "document" for one in error.errors(include_input=False)]
        told = ", ".join(dict.fromkeys(places[:MOST_TOLD]))
        message = f"values that no document of ours can have, in: {told}; ask its sender, or enter it by hand"
        raise FormatError(message, code="NOT_OUR_DOCUMENT") from None
