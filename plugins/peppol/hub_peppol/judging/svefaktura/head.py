"""Rules on the head: type, currencies, dates, references and payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from hub_peppol.judging.node import Node
from hub_peppol.judging.rule import Predicate
from hub_peppol.judging.svefaktura.wording import ROOT, Ruled, day_of, has, never, number_at, root_has, texts

HEAD = Ruled("head")

_SCHEMA_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
_AGENCY, _SCHEME = "identificationSchemeAgencyName", "identificationSchemeID"
_KNOWN = ("CT", "ACD", "DQ", "ATS")
_REFERENCE = f"{ROOT}/sfti:AdditionalDocumentReference/sac:ID"
_TO_AGREE = "Agree with the buyer on what this reference means."
_RATE = "sac:ExchangeRate/sbc:CalculationRate"


def _has_no_schema_location(root: Node) -> bool:
    return all(attribute != _SCHEMA_LOCATION for _, attribute in root.root.attribute_uses)


def _issued(node: Node) -> date:
    return day_of(node.root.value_of("sbc:IssueDate"))


def _is_in_currency(node: Node) -> bool:
    return node.attributes["amountCurrencyID"] in texts(node.root, "sfti:InvoiceCurrencyCode")


def _has_invoice_currency(node: Node) -> bool:
    if "amountCurrencyID" not in node.attributes:  # as of most elements, all of which are asked
        return False
    is_other = node.name != "sac:TaxCurrencyTaxAmount" and node.root.name == "sfti:Invoice"
    return is_other and node.root.has("sfti:InvoiceCurrencyCode")


def _differ(one: Sequence[str], other: Sequence[str]) -> bool:
    return any(text != another for text in one for another in other)


def _names_what_it_credits(node: Node) -> bool:
    has_period = any(
        one.has("sbc:StartDateTime") and one.has("sbc:EndDateTime") for one in node.root.each("sfti:InvoicingPeriod")
    )
    return has_period or node.root.has("sfti:InitialInvoiceDocumentReference/sac:ID")


def _moment(period: Node, path: str) -> datetime:
    return datetime.fromisoformat(period.value_of(path))


def _is_of(agency: str | None, is_known: bool | None) -> Predicate:
    """Make a test of a reference: its agency (`*` for any, None for none) and whether its scheme is one of SFTI's.

    `is_known` is None where no scheme may be there.
    """

    def holds(node: Node) -> bool:
        said = node.attributes.get(_AGENCY)
        is_right_agency = said is not None if agency == "*" else said == agency
        return is_right_agency and (_SCHEME in node.attributes) is (is_known is not None)

    return holds


def _is_known(node: Node) -> bool:
    return node.attributes.get(_SCHEME, "") in _KNOWN


def _is_by_sfti(node: Node) -> bool:
    return node.attributes.get(_AGENCY) == "SFTI"


HEAD.at(
    "*",
    when=_has_invoice_currency,
    R_100=(_is_in_currency, "State the amount in the invoice's currency, or correct InvoiceCurrencyCode."),
)
HEAD.at(
    ROOT,
    R_1=(has("sfti:LineItemCountNumeric"), "Give the number of lines in LineItemCountNumeric."),
    R_17=(lambda root: len(root.each("sac:TaxTotal")) < 2, "Give one TaxTotal, with a TaxSubTotal for each rate."),
    R_21=(_has_no_schema_location, "Leave xsi:schemaLocation out."),
)
HEAD.at(
    f"{ROOT}/sac:Delivery/sbc:ActualDeliveryDateTime",
    R_47=(lambda node: _issued(node) >= day_of(node.text), "Date the invoice no earlier than its delivery."),
)
HEAD.at(
    f"{ROOT}/sac:ExchangeRate/sac:SourceCurrencyCode",
    R_63=(root_has("sfti:InvoiceCurrencyCode"), "Give InvoiceCurrencyCode where there is an exchange rate."),
    R_64=(root_has("sfti:TaxCurrencyCode"), "Give TaxCurrencyCode where there is an exchange rate."),
    R_65=(root_has(_RATE), "Give the rate itself in CalculationRate."),
)
HEAD.at(f"{ROOT}/{_RATE}", R_66=(lambda rate: rate.decimal() > 0, "Give an exchange rate above zero."))
HEAD.at(
    f"{ROOT}/sac:PaymentMeans/sac:PaymentMeansTypeCode",
    R_48=(lambda code: code.text == "1", "Use 1 as PaymentMeansTypeCode."),
)
HEAD.at(
    f"{ROOT}/sac:PaymentMeans/sbc:DuePaymentDate",
    R_49=(lambda due: day_of(due.text) >= _issued(due), "Let the invoice fall due no earlier than its date."),
)
HEAD.at(
    f"{ROOT}/sac:PaymentTerms/sbc:PenaltySurchargePercent",
    R_54=(
        lambda node: number_at(node.root, "sac:PaymentTerms/sbc:PenaltySurchargePercent") >= 0,
        "Give a rate of interest that is not below zero.",
    ),
)
HEAD.at(
    f"{ROOT}/sfti:InvoiceTypeCode",
    R_22=(lambda code: code.decimal() in (380, 381), "Use 380 (invoice) or 381 (credit note) as InvoiceTypeCode."),
)
HEAD.at(
    f"{ROOT}/sfti:InvoiceTypeCode",
    when=lambda code: code.text == "381",
    R_2=(_names_what_it_credits, "Name the invoice that is credited in InitialInvoiceDocumentReference."),
)
HEAD.at(
    f"{ROOT}/sfti:InvoicingPeriod",
    R_80=(
        lambda period: period.has("sbc:StartDateTime") and period.has("sbc:EndDateTime"),
        "Give both the first and the last day of the period.",
    ),
    R_81=(
        lambda period: _moment(period, "sbc:EndDateTime") >= _moment(period, "sbc:StartDateTime"),
        "Let the period end no earlier than it starts.",
    ),
    R_82=(
        lambda period: day_of(period.value_of("sbc:EndDateTime")) <= _issued(period),
        "Date the invoice no earlier than the end of its period.",
    ),
)
HEAD.at(
    f"{ROOT}/sfti:LineItemCountNumeric",
    R_27=(
        lambda count: count.decimal() == len(count.root.each("sac:InvoiceLine")),
        "Give the number of lines that there are.",
    ),
    R_29=(lambda count: count.decimal() > 0, "Give a number of lines above zero."),
)
HEAD.at(
    f"{ROOT}/sfti:RequisitionistDocumentReference/sac:ID",
    R_79=(lambda node: bool(node.text.replace(" ", "")), "Fill in what the buyer wants the invoice to be found by."),
)
HEAD.at(
    f"{ROOT}/sfti:TaxCurrencyCode",
    R_23=(root_has("sac:ExchangeRate"), "Give the exchange rate: the tax is stated in another currency."),
    R_24=(root_has("sac:TaxTotal/sac:TaxSubTotal"), "Give a TaxSubTotal with the tax in the other currency."),
    R_25=(
        root_has("sac:TaxTotal/sac:TaxSubTotal/sac:TaxCurrencyTaxAmount"),
        "Give the tax in the other currency in TaxCurrencyTaxAmount.",
    ),
    R_26=(root_has("sfti:InvoiceCurrencyCode"), "Give InvoiceCurrencyCode too."),
)
HEAD.at(
    ROOT,
    when=lambda root: root.has("sfti:InvoiceCurrencyCode") and root.has("sfti:TaxCurrencyCode"),
    R_5=(
        lambda root: _differ(texts(root, "sfti:InvoiceCurrencyCode"), texts(root, "sfti:TaxCurrencyCode")),
        "Leave TaxCurrencyCode out: it is the invoice's own currency.",
    ),
)
HEAD.at(
    _REFERENCE,
    when=_is_of("*", is_known=True),
    R_84=(lambda node: _is_by_sfti(node) or _is_known(node), _TO_AGREE),
)
HEAD.at(
    _REFERENCE,
    when=lambda node: _AGENCY in node.attributes and _is_known(node),
    R_31=(_is_by_sfti, "Give SFTI as the agency of CT, ACD, DQ and ATS."),
)
HEAD.at(_REFERENCE, when=_is_of("*", None), R_85=(_is_by_sfti, _TO_AGREE))
HEAD.at(
    _REFERENCE,
    when=_is_of("SFTI", is_known=True),
    R_29=(_is_known, f"Use one of SFTI's schemes: {', '.join(_KNOWN)}."),
)
HEAD.at(
    _REFERENCE,
    when=_is_of("SFTI", None),
    R_30=(never, f"Give one of SFTI's schemes: {', '.join(_KNOWN)}."),
)
HEAD.at(
    _REFERENCE,
    when=_is_of(None, is_known=True),
    R_86=(lambda node: not _is_known(node), "Give SFTI as the agency of CT, ACD, DQ and ATS."),
    R_87=(_is_known, _TO_AGREE),
)
