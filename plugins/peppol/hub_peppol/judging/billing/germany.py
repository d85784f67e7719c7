"""Rules of Peppol BIS Billing between parties in Germany: contacts, addresses, payment, cash discount, attachments."""

from __future__ import annotations

import re
from collections.abc import Callable

from hub_peppol.judging.billing.check_digits import is_iban
from hub_peppol.judging.billing.values import (
    SUPPLIER,
    are_both_german,
    has_attribute,
    has_some_text,
    has_text,
    text_of,
)
from hub_peppol.judging.node import Node, Unreadable, normalized
from hub_peppol.judging.rule import Context, Rule, fatal, warning

_PATTERN = "germany"
_ROOTS = ("/ubl:Invoice", "/cn:CreditNote")
_TAXED = ("S", "Z", "E", "AE", "K", "G", "L", "M")
_KINDS = ("326", "380", "384", "389", "381", "875", "876", "877")
_DISCOUNT = re.compile(r"#SKONTO#TAGE=[0-9]+#PROZENT=[0-9]+\.[0-9]{2}(#BASISBETRAG=-?[0-9]+\.[0-9]{2})?#")
_ENTRY = re.compile(r"#[^\r\n]+#")
_LINE_END = re.compile(r"\r?\n")
_BREAK = re.compile(r"[ \t\r\n]*\n")
_BLANK = re.compile(r"[ \t\r\n]")
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:")
_MAIL = re.compile(r"[^@ \t\r\n]+@([^@. \t\r\n]+\.)+[^@. \t\r\n]+")
_DIGIT = re.compile("[0-9]")
_FILE = "cac:Attachment/cbc:EmbeddedDocumentBinaryObject"


def has_taxed_category(root: Node) -> bool:
    charges = [one for one in root.each("cac:AllowanceCharge") if has_text(one, "cbc:ChargeIndicator", "true", "false")]
    lines = [*root.each("cac:InvoiceLine"), *root.each("cac:CreditNoteLine")]
    return any(has_text(one, "cac:TaxCategory/cbc:ID", *_TAXED) for one in charges) or any(
        has_text(one, "cac:Item/cac:ClassifiedTaxCategory/cbc:ID", *_TAXED) for one in lines
    )


def _has_taxed_party(root: Node) -> bool:
    is_known = root.has("cac:TaxRepresentativeParty") or has_some_text(
        root, f"{SUPPLIER}/cac:PartyTaxScheme/cbc:CompanyID"
    )
    return is_known or not has_taxed_category(root)


def _is_usual_kind(root: Node) -> bool:
    return root.value_of("cbc:InvoiceTypeCode") in _KINDS or root.value_of("cbc:CreditNoteTypeCode") in _KINDS


def _has_right_discounts(root: Node) -> bool:
    terms = [one.each("cbc:Note")[0].text for one in root.each("cac:PaymentTerms") if one.has("cbc:Note")]
    lines = [line for note in terms for line in _LINE_END.split(note)]
    told = [line for line in (normalized(line) for line in lines) if line.startswith("#")]
    return all(_DISCOUNT.fullmatch(line) and _ends_with_break(terms) for line in told)


def _ends_with_break(terms: list[str]) -> bool:
    """Say whether what comes after the last discount begins with a line break; Unreadable for several notes."""
    rests = [_ENTRY.split(note)[-1] for note in terms if note]
    if len(rests) > 1:
        raise Unreadable("several notes on payment")
    return bool(rests) and _BREAK.match(rests[0]) is not None


def _has_unlike_file_names(root: Node) -> bool:
    names: set[str] = set()
    for reference in root.each("cac:AdditionalDocumentReference"):
        mine = {one.attributes["filename"] for one in reference.each(_FILE) if "filename" in one.attributes}
        if mine & names:
            return False
        names |= mine
    return True


def _names_corrected_invoice(root: Node) -> bool:
    is_correction = "384" in (root.value_of("cbc:InvoiceTypeCode"), root.value_of("cbc:CreditNoteTypeCode"))
    return not is_correction or root.has("cac:BillingReference/cac:InvoiceDocumentReference")


def _names_creditor(root: Node) -> bool:
    if not root.has("cac:PaymentMeans/cac:PaymentMandate"):
        return True
    parties = (SUPPLIER, "cac:PayeeParty")
    return any(has_attribute(root, f"{party}/cac:PartyIdentification/cbc:ID", "schemeID", "SEPA") for party in parties)


def _names_debtor_account(root: Node) -> bool:
    mandate = "cac:PaymentMeans/cac:PaymentMandate"
    return not root.has(mandate) or root.has(f"{mandate}/cac:PayerFinancialAccount/cbc:ID")


def _has_iban(code: str, path: str) -> Callable[[Node], bool]:
    def has_iban(means: Node) -> bool:
        if means.value_of("cbc:PaymentMeansCode") != code:
            return True
        return is_iban(_BLANK.sub("", text_of(means, path)))

    return has_iban


def _is_paid_by(*codes: str) -> Callable[[Node], bool]:
    return lambda means: means.value_of("cbc:PaymentMeansCode") in codes and are_both_german(means)


def _without(*groups: str) -> Callable[[Node], bool]:
    return lambda means: not any(means.has(group) for group in groups)


def _context(path: str, when: Callable[[Node], bool] = are_both_german) -> Context:
    return Context(_PATTERN, *(f"{root}{path}" for root in _ROOTS), when=when)


def _filled(rule: str, context: Context, path: str, what: str) -> Rule:
    return fatal(rule, context, lambda node: has_some_text(node, path), f"Give {what} between German parties: {path}.")


def _there(rule: str, context: Context, path: str, what: str) -> Rule:
    return fatal(rule, context, lambda node: node.has(path), f"Give {what} between German parties: {path}.")


_ACCOUNT, _CARD, _MANDATE = "cac:PayeeFinancialAccount", "cac:CardAccount", "cac:PaymentMandate"
DOCUMENT = _context("")
LINK = _context("/cac:AdditionalDocumentReference/cac:Attachment/cac:ExternalReference")
SELLER = _context("/cac:AccountingSupplierParty")
SELLER_ADDRESS = _context("/cac:AccountingSupplierParty/cac:Party/cac:PostalAddress")
SELLER_CONTACT = _context("/cac:AccountingSupplierParty/cac:Party/cac:Contact")
BUYER_ADDRESS = _context("/cac:AccountingCustomerParty/cac:Party/cac:PostalAddress")
DELIVERY_ADDRESS = _context("/cac:Delivery/cac:DeliveryLocation/cac:Address")
TRANSFER = _context("/cac:PaymentMeans", _is_paid_by("30", "58"))
CARD = _context("/cac:PaymentMeans", _is_paid_by("48", "54", "55"))
DIRECT_DEBIT = _context("/cac:PaymentMeans", _is_paid_by("59"))
SUBTOTAL = _context("/cac:TaxTotal/cac:TaxSubtotal")

CONTEXTS = (
    *(DOCUMENT, LINK, SELLER, SELLER_ADDRESS, SELLER_CONTACT, BUYER_ADDRESS, DELIVERY_ADDRESS),
    *(TRANSFER, CARD, DIRECT_DEBIT, SUBTOTAL),
)


def _has_url(link: Node) -> bool:
    return _URL.match(text_of(link, "cbc:URI")) is not None


def _has_three_digits(contact: Node) -> bool:
    return len(_DIGIT.findall(contact.value_of("cbc:Telephone"))) >= 3


def _has_mail_address(contact: Node) -> bool:
    return _MAIL.fullmatch(contact.value_of("cbc:ElectronicMail")) is not None


RULES = (
    _there("DE-R-001", DOCUMENT, "cac:PaymentMeans", "payment instructions"),
    _filled("DE-R-015", DOCUMENT, "cbc:BuyerReference", "the buyer's reference"),
    fatal(
        "DE-R-016",
        DOCUMENT,
        _has_taxed_party,
        "Give the German seller's VAT number, tax number or tax representative.",
    ),
    warning("DE-R-017", DOCUMENT, _is_usual_kind, f"Use one of the type codes {', '.join(_KINDS)} within Germany."),
    fatal(
        "DE-R-018",
        DOCUMENT,
        _has_right_discounts,
        "Write a cash discount as #SKONTO#TAGE=14#PROZENT=2.00# on a line of its own in cac:PaymentTerms/cbc:Note, "
        "with a line break after the last.",
    ),
    fatal("DE-R-022", DOCUMENT, _has_unlike_file_names, "Give each attachment a file name of its own."),
    warning(
        "DE-R-026",
        DOCUMENT,
        _names_corrected_invoice,
        "Name the invoice that is corrected: cac:BillingReference/cac:InvoiceDocumentReference.",
    ),
    fatal(
        "DE-R-030",
        DOCUMENT,
        _names_creditor,
        "Give the creditor's identifier with scheme SEPA as number of the seller or payee when there is a mandate.",
    ),
    fatal(
        "DE-R-031",
        DOCUMENT,
        _names_debtor_account,
        "Give the account to be debited: cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID.",
    ),
    _there("DE-R-002", SELLER, "cac:Party/cac:Contact", "the seller's contact"),
    _filled("DE-R-003", SELLER_ADDRESS, "cbc:CityName", "the seller's city"),
    _filled("DE-R-004", SELLER_ADDRESS, "cbc:PostalZone", "the seller's post code"),
    _filled("DE-R-005", SELLER_CONTACT, "cbc:Name", "the name of the seller's contact"),
    _filled("DE-R-006", SELLER_CONTACT, "cbc:Telephone", "the telephone number of the seller's contact"),
    _filled("DE-R-007", SELLER_CONTACT, "cbc:ElectronicMail", "the mail address of the seller's contact"),
    warning("DE-R-027", SELLER_CONTACT, _has_three_digits, "Give a telephone number with at least three digits."),
    warning("DE-R-028", SELLER_CONTACT, _has_mail_address, "Give one mail address: a name, @ and a domain with a dot."),
    _filled("DE-R-008", BUYER_ADDRESS, "cbc:CityName", "the buyer's city"),
    _filled("DE-R-009", BUYER_ADDRESS, "cbc:PostalZone", "the buyer's post code"),
    _filled("DE-R-010", DELIVERY_ADDRESS, "cbc:CityName", "the city of delivery"),
    _filled("DE-R-011", DELIVERY_ADDRESS, "cbc:PostalZone", "the post code of delivery"),
    warning("DE-R-019", TRANSFER, _has_iban("58", f"{_ACCOUNT}/cbc:ID"), "Give a valid IBAN with payment means 58."),
    _there("DE-R-023-1", TRANSFER, _ACCOUNT, "the account to pay to"),
    fatal("DE-R-023-2", TRANSFER, _without(_CARD, _MANDATE), "Leave card and mandate out of a credit transfer."),
    _there("DE-R-024-1", CARD, _CARD, "the card"),
    fatal("DE-R-024-2", CARD, _without(_ACCOUNT, _MANDATE), "Leave account and mandate out of a payment by card."),
    warning(
        "DE-R-020",
        DIRECT_DEBIT,
        _has_iban("59", f"{_MANDATE}/cac:PayerFinancialAccount/cbc:ID"),
        "Give a valid IBAN of the payer with payment means 59.",
    ),
    _there("DE-R-025-1", DIRECT_DEBIT, _MANDATE, "the mandate"),
    fatal("DE-R-025-2", DIRECT_DEBIT, _without(_ACCOUNT, _CARD), "Leave account and card out of a direct debit."),
    _filled("DE-R-014", SUBTOTAL, "cac:TaxCategory/cbc:Percent", "the VAT rate"),
    warning("DE-R-T02", LINK, _has_url, "Write the document's place as a whole URL, with https: or another scheme."),
)
