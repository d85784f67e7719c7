"""Rules of Peppol BIS Billing for sellers in Iceland: kinds of invoice, numbers, addresses, accounts, the last day."""

from __future__ import annotations

from collections.abc import Callable

from hub_peppol.judging.billing.values import (
    has_attribute,
    has_text,
    is_day,
    texts,
    written_customer_country,
    written_supplier_country,
)
from hub_peppol.judging.node import Node, Unreadable, normalized
from hub_peppol.judging.rule import Context, fatal, warning

_PATTERN = "iceland"
_ROOTS = ("cn:CreditNote", "ubl:Invoice")
_KENNITALA = "0196"
_LAST_DAY = "EINDAGI"  # the day from which interest is due, told as a supporting document
_SELLER = "cac:AccountingSupplierParty/cac:Party"
_NUMBER = "cac:PartyLegalEntity/cbc:CompanyID"


def _is_from_iceland(node: Node) -> bool:
    return written_supplier_country(node) == "IS"


def _is_within_iceland(node: Node) -> bool:
    return _is_from_iceland(node) and written_customer_country(node) == "IS"


def _is_invoice_or_credit(root: Node) -> bool:
    kinds = (root.value_of("cbc:InvoiceTypeCode"), root.value_of("cbc:CreditNoteTypeCode"))
    return "380" in kinds or "381" in kinds


def _has_kennitala(node: Node, party: str) -> bool:
    return has_attribute(node, f"{party}/{_NUMBER}", "schemeID", _KENNITALA)


def _has_address(node: Node, party: str) -> bool:
    address = f"{party}/cac:PostalAddress"
    return node.has(f"{address}/cbc:StreetName") and node.has(f"{address}/cbc:PostalZone")


def _has_account_with(code: str) -> Callable[[Node], bool]:
    def has_account(root: Node) -> bool:
        means = [one for one in root.each("cac:PaymentMeans") if has_text(one, "cbc:PaymentMeansCode", code)]
        accounts = [text for one in means for text in texts(one, "cac:PayeeFinancialAccount/cbc:ID")]
        if len(accounts) > 1:
            raise Unreadable("several accounts")
        return not means or (bool(accounts) and len(normalized(accounts[0])) == 12)

    return has_account


def _last_days(root: Node) -> list[str] | None:
    """Return the numbers of the documents that tell the last day; None when there is no such document."""
    references = root.each("cac:AdditionalDocumentReference")
    telling = [one for one in references if has_text(one, "cbc:DocumentDescription", _LAST_DAY)]
    return [text for one in telling for text in texts(one, "cbc:ID")] if telling else None


def _has_date_as_last_day(root: Node) -> bool:
    days = _last_days(root)
    if days is not None and len(days) > 1:
        raise Unreadable("several last days")
    return days is None or (bool(days) and len(days[0]) == 10 and is_day(days[0]))


def _is_due_by_last_day(root: Node) -> bool:
    days = _last_days(root)
    return days is None or any(due <= day for due in texts(root, "cbc:DueDate") for day in days)


DOCUMENT = Context(_PATTERN, *_ROOTS, when=_is_from_iceland)
BUYER = Context(_PATTERN, *(f"{root}/cac:AccountingCustomerParty" for root in _ROOTS), when=_is_within_iceland)

CONTEXTS = (DOCUMENT, BUYER)

RULES = (
    warning("IS-R-001", DOCUMENT, _is_invoice_or_credit, "Use the type code 380 or 381 for a seller in Iceland."),
    fatal(
        "IS-R-002",
        DOCUMENT,
        lambda root: _has_kennitala(root, _SELLER),
        "Give the Icelandic seller's kennitala in cac:PartyLegalEntity/cbc:CompanyID with schemeID 0196.",
    ),
    fatal(
        "IS-R-003",
        DOCUMENT,
        lambda root: _has_address(root, _SELLER),
        "Give the Icelandic seller's street and post code.",
    ),
    fatal(
        "IS-R-006", DOCUMENT, _has_account_with("9"), "Give an account of 12 digits with payment means 9 in Iceland."
    ),
    fatal(
        "IS-R-007", DOCUMENT, _has_account_with("42"), "Give an account of 12 digits with payment means 42 in Iceland."
    ),
    fatal("IS-R-008", DOCUMENT, _has_date_as_last_day, "Write the last day (EINDAGI) as YYYY-MM-DD in its cbc:ID."),
    fatal(
        "IS-R-009",
        DOCUMENT,
        lambda root: _last_days(root) is None or root.has("cbc:DueDate"),
        "Give the due date (cbc:DueDate) when there is a last day (EINDAGI).",
    ),
    fatal("IS-R-010", DOCUMENT, _is_due_by_last_day, "Let the last day (EINDAGI) be on or after the due date."),
    fatal(
        "IS-R-004",
        BUYER,
        lambda buyer: _has_kennitala(buyer, "cac:Party"),
        "Give the Icelandic buyer's kennitala in cac:PartyLegalEntity/cbc:CompanyID with schemeID 0196.",
    ),
    fatal(
        "IS-R-005",
        BUYER,
        lambda buyer: _has_address(buyer, "cac:Party"),
        "Give the Icelandic buyer's street and post code.",
    ),
)
