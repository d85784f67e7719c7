"""The document itself: what it must say about itself, and what it refers to."""

from __future__ import annotations

from hub_peppol.judging.en16931.contexts import DOCUMENT, PRECEDING_INVOICE, SUPPORTING_DOCUMENT
from hub_peppol.judging.node import Node
from hub_peppol.judging.predicates import has, says
from hub_peppol.judging.rule import Rule, fatal


def _has_vat_in_its_accounting_currency(document: Node) -> bool:
    stated = {amount.attributes.get("currencyID") for amount in _tax_amounts(document)}
    return all(currency.text in stated for currency in document.each("cbc:TaxCurrencyCode"))


def _tax_amounts(document: Node) -> list[Node]:
    return [amount for total in document.root.named("cac:TaxTotal") for amount in total.each("cbc:TaxAmount")]


def _dates_vat_once(document: Node) -> bool:
    return not (document.has("cbc:TaxPointDate") and document.has("cac:InvoicePeriod/cbc:DescriptionCode"))


RULES: tuple[Rule, ...] = (
    fatal(
        "BR-01",
        DOCUMENT,
        says("cbc:CustomizationID"),
        "Name the specification that the document follows in cbc:CustomizationID.",
    ),
    fatal("BR-02", DOCUMENT, says("cbc:ID"), "Give the document its number in cbc:ID."),
    fatal("BR-03", DOCUMENT, says("cbc:IssueDate"), "Give the date of issue in cbc:IssueDate."),
    fatal(
        "BR-04",
        DOCUMENT,
        says("cbc:InvoiceTypeCode", "cbc:CreditNoteTypeCode"),
        "Say what kind of invoice it is: give cbc:InvoiceTypeCode (380) or cbc:CreditNoteTypeCode (381).",
    ),
    fatal(
        "BR-05",
        DOCUMENT,
        says("cbc:DocumentCurrencyCode"),
        "Give the currency of the document in cbc:DocumentCurrencyCode.",
    ),
    fatal(
        "BR-16",
        DOCUMENT,
        has("cac:InvoiceLine", "cac:CreditNoteLine"),
        "Add at least one line: cac:InvoiceLine in an invoice, cac:CreditNoteLine in a credit note.",
    ),
    fatal(
        "BR-53",
        DOCUMENT,
        _has_vat_in_its_accounting_currency,
        "Since cbc:TaxCurrencyCode is given, add a cac:TaxTotal whose cbc:TaxAmount is in that currency.",
    ),
    fatal(
        "BR-CO-03",
        DOCUMENT,
        _dates_vat_once,
        "Keep either cbc:TaxPointDate or the period's cbc:DescriptionCode; both say when VAT is due.",
    ),
    fatal(
        "BR-CO-18",
        DOCUMENT,
        has("cac:TaxTotal/cac:TaxSubtotal"),
        "Add a VAT breakdown: one cac:TaxSubtotal in cac:TaxTotal for each VAT category and rate.",
    ),
    fatal("BR-52", SUPPORTING_DOCUMENT, says("cbc:ID"), "Give the supporting document a reference in cbc:ID."),
    fatal(
        "BR-55",
        PRECEDING_INVOICE,
        has("cac:InvoiceDocumentReference/cbc:ID"),
        "Give the number of the earlier invoice in cac:InvoiceDocumentReference/cbc:ID.",
    ),
)
