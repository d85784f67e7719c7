"""Rules of Peppol BIS Billing for sellers in Denmark, most of them only for buyers in Denmark too."""

from __future__ import annotations

import re

from hub_peppol.judging.billing.values import (
    attribute_of,
    filled_text,
    filled_value,
    has_attribute,
    has_text,
    is_number,
    number_of,
    text_of,
    written_customer_country,
    written_supplier_country,
)
from hub_peppol.judging.node import Node
from hub_peppol.judging.rule import Context, fatal

_PATTERN = "denmark"
_MEANS = " 1 10 31 42 48 49 50 58 59 93 97 "
_CLASSIFICATIONS = ("19.05.01", "19.0501", "26.08.01", "26.0801")
_GIRO = re.compile("[0-9]{7,8}")
_CVR = "0184"
_ROOTS = ("cn:CreditNote", "ubl:Invoice")
_NUMBER = "cac:PartyLegalEntity/cbc:CompanyID"
_SELLER_NUMBER = f"cac:AccountingSupplierParty/cac:Party/{_NUMBER}"


def is_from_denmark(node: Node) -> bool:
    return written_supplier_country(node) == "DK"


def is_within_denmark(node: Node) -> bool:
    return is_from_denmark(node) and written_customer_country(node) == "DK"


def _has_cvr_scheme(node: Node, path: str) -> bool:
    return not node.has(path) or attribute_of(node, path, "schemeID") == _CVR


def _is_credit(root: Node) -> bool:
    if root.name != "cn:CreditNote":
        return True
    payable = filled_text(root, "cac:LegalMonetaryTotal/cbc:PayableAmount")
    is_negative = is_number(payable) and number_of(payable) < 0
    return not (is_negative and written_customer_country(root) == "DK")


def _has_scheme_of_number(identification: Node) -> bool:
    return not identification.has("cbc:ID") or attribute_of(identification, "cbc:ID", "schemeID") != ""


def _has_known_means(means: Node) -> bool:
    return f" {text_of(means, 'cbc:PaymentMeansCode')} " in _MEANS


def _is(means: Node, *codes: str) -> bool:
    return has_text(means, "cbc:PaymentMeansCode", *codes)


def _has_account_and_registration(means: Node) -> bool:
    account = "cac:PayeeFinancialAccount"
    return not _is(means, "31", "42") or bool(
        filled_value(means, f"{account}/cbc:ID")
        and filled_value(means, f"{account}/cac:FinancialInstitutionBranch/cbc:ID")
    )


def _has_mandate_and_payer(means: Node) -> bool:
    return not _is(means, "49") or bool(
        filled_value(means, "cac:PaymentMandate/cbc:ID")
        and filled_value(means, "cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID")
    )


def _card_kind(means: Node) -> str:
    return text_of(means, "cbc:PaymentID")[:3]


_ACCOUNT = "cac:PayeeFinancialAccount/cbc:ID"


def _has_giro(means: Node) -> bool:
    if not _is(means, "50"):
        return True
    return _card_kind(means) in ("01#", "04#", "15#") and _GIRO.fullmatch(text_of(means, _ACCOUNT)) is not None


def _has_giro_instruction(means: Node) -> bool:
    if not _is(means, "50") or _card_kind(means) not in ("04#", "15#"):
        return True
    return len(text_of(means, "cbc:PaymentID")) == 19


def _has_fik(means: Node) -> bool:
    return not _is(means, "93") or (
        _card_kind(means) in ("71#", "73#", "75#") and len(filled_text(means, _ACCOUNT)) == 8
    )


def _has_fik_instruction(means: Node) -> bool:
    if not _is(means, "93") or _card_kind(means) not in ("71#", "75#"):
        return True
    return len(text_of(means, "cbc:PaymentID")) in (18, 19)


def _has_known_classification(line: Node) -> bool:
    code = "cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode"
    return not has_attribute(line, code, "listID", "TST") or has_attribute(
        line, code, "listVersionID", *_CLASSIFICATIONS
    )


def _has_tax_as_reason(charge: Node) -> bool:
    if not has_text(charge, "cbc:AllowanceChargeReasonCode", "ZZZ"):
        return True
    reason = text_of(charge, "cbc:AllowanceChargeReason")
    if (
        len(filled_value(charge, "cbc:AllowanceChargeReason")) == 4
        and is_number(reason)
        and 0 <= number_of(reason) <= 9999
    ):
        return True
    return "#" in reason and not reason.startswith("#") and not reason.endswith("#")


_ROLES = ("cac:AccountingSupplierParty", "cac:AccountingCustomerParty")
DOCUMENT = Context(_PATTERN, *_ROOTS, when=is_from_denmark)
IDENTIFICATION = Context(
    _PATTERN,
    *(f"{root}/{role}/cac:Party/cac:PartyIdentification" for root in _ROOTS for role in _ROLES),
    when=is_within_denmark,
)
PAYMENT = Context(_PATTERN, "ubl:Invoice/cac:PaymentMeans", when=is_within_denmark)
BUYER = Context(_PATTERN, *(f"{root}/cac:AccountingCustomerParty/cac:Party" for root in _ROOTS), when=is_within_denmark)
LINE = Context(_PATTERN, "cn:CreditNote/cac:CreditNoteLine", "ubl:Invoice/cac:InvoiceLine", when=is_within_denmark)
CHARGE = Context(_PATTERN, "cac:AllowanceCharge", when=is_within_denmark)

CONTEXTS = (DOCUMENT, IDENTIFICATION, PAYMENT, BUYER, LINE, CHARGE)


RULES = (
    fatal(
        "DK-R-002",
        DOCUMENT,
        lambda root: filled_value(root, _SELLER_NUMBER) != "",
        "Give the Danish seller's CVR number in cac:PartyLegalEntity/cbc:CompanyID.",
    ),
    fatal(
        "DK-R-014",
        DOCUMENT,
        lambda root: _has_cvr_scheme(root, _SELLER_NUMBER),
        "Set schemeID of the Danish seller's legal number to 0184.",
    ),
    fatal("DK-R-016", DOCUMENT, _is_credit, "A Danish credit note cannot have a negative amount to pay."),
    fatal(
        "DK-R-013",
        IDENTIFICATION,
        _has_scheme_of_number,
        "Give the scheme of a Danish party's number: schemeID of cac:PartyIdentification/cbc:ID.",
    ),
    fatal("DK-R-005", PAYMENT, _has_known_means, f"Use a payment means that is used in Denmark:{_MEANS}."),
    fatal(
        "DK-R-006",
        PAYMENT,
        _has_account_and_registration,
        "Give account and registration number (the branch's cbc:ID) with payment means 31 and 42.",
    ),
    fatal("DK-R-007", PAYMENT, _has_mandate_and_payer, "Give mandate and payer's account with payment means 49."),
    fatal(
        "DK-R-008",
        PAYMENT,
        _has_giro,
        "With payment means 50 begin cbc:PaymentID with 01#, 04# or 15# and give a giro account of 7 or 8 digits.",
    ),
    fatal(
        "DK-R-009",
        PAYMENT,
        _has_giro_instruction,
        "Give 16 digits after 04# or 15# in cbc:PaymentID with payment means 50.",
    ),
    fatal(
        "DK-R-010",
        PAYMENT,
        _has_fik,
        "With payment means 93 begin cbc:PaymentID with 71#, 73# or 75# and give an account of 8 characters.",
    ),
    fatal(
        "DK-R-011",
        PAYMENT,
        _has_fik_instruction,
        "Give 15 or 16 digits after 71# or 75# in cbc:PaymentID with payment means 93.",
    ),
    fatal(
        "DK-R-017",
        BUYER,
        lambda party: _has_cvr_scheme(party, _NUMBER),
        "Set schemeID of the Danish buyer's legal number to 0184.",
    ),
    fatal(
        "DK-R-004",
        CHARGE,
        _has_tax_as_reason,
        "With reason code ZZZ write the tax as reason: its four digits, or a text with a # inside.",
    ),
    fatal(
        "DK-R-003",
        LINE,
        _has_known_classification,
        "Classify items in Denmark by UNSPSC 19.05.01 or 26.08.01: set listVersionID so.",
    ),
)
