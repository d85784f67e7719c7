"""Rules of Peppol BIS Billing for codes and dates: currencies, reasons, kinds of invoice, exemptions, addresses."""

from __future__ import annotations

from collections.abc import Callable

from hub_peppol.judging.billing.general import profile
from hub_peppol.judging.billing.values import are_both_german, has_text, is_day, text_of
from hub_peppol.judging.code_list import CodeList
from hub_peppol.judging.node import BLANKS, Node
from hub_peppol.judging.rule import Context, Rule, fatal

_PATTERN = "codes"
CURRENCIES = CodeList("peppol_currencies")
CHARGES = CodeList("peppol_charges")
ADDRESS_SCHEMES = CodeList("peppol_address_schemes")
ALLOWANCES = frozenset(map(str, (41, 42, 60, *range(62, 69), 70, 71, 88, 95, 100, *range(102, 106))))
PERIODS = frozenset({"3", "35", "432"})
INVOICES = frozenset(
    {
        *("71", "80", "82", "84", "102", "218", "219", "326", "331", "380", "382", "383", "384", "386", "388", "393"),
        *("395", "553", "575", "623", "780", "817", "870", "875", "876", "877"),
    }
)
CREDIT_NOTES = frozenset({"381", "396", "81", "83", "532"})
FILES = frozenset(
    {
        *("application/pdf", "image/png", "image/jpeg", "text/csv"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    }
)
EXEMPTIONS = (
    *(("P0104", "G", "G"), ("P0105", "O", "O"), ("P0106", "IC", "K"), ("P0107", "AE", "AE")),
    *(("P0108", "D", "E"), ("P0109", "F", "E"), ("P0110", "I", "E"), ("P0111", "J", "E")),
)
"""Rule, end of the exemption's code, and the category that goes with it."""

Codes = CodeList | frozenset[str]

_AMOUNTS = tuple(
    f"cbc:{name}"
    for name in (
        *("Amount", "BaseAmount", "PriceAmount", "TaxAmount", "TaxableAmount", "LineExtensionAmount"),
        *("TaxExclusiveAmount", "TaxInclusiveAmount", "AllowanceTotalAmount", "ChargeTotalAmount"),
        *("PrepaidAmount", "PayableRoundingAmount", "PayableAmount"),
    )
)
_DATES = tuple(f"cbc:{name}Date" for name in ("Issue", "Due", "TaxPoint", "Start", "End", "ActualDelivery"))


def _has_attribute_of(name: str, codes: Codes) -> Callable[[Node], bool]:
    def has_code(node: Node) -> bool:
        code = node.attributes.get(name, "")
        return code in codes and code == code.strip(BLANKS)

    return has_code


def _is_one_of(codes: Codes) -> Callable[[Node], bool]:
    return lambda node: node.value in codes


def _is_kind_of(codes: Codes) -> Callable[[Node], bool]:
    """Kinds are looked at only in Peppol's own processes."""
    return lambda code: not profile(code) or code.value in codes


def _is_reason_of(indicator: str) -> Callable[[Node], bool]:
    return lambda code: code.parent is not None and has_text(code.parent, "cbc:ChargeIndicator", indicator)


def _is_written_as_day(node: Node) -> bool:
    return len(node.text) == 10 and is_day(node.text)


def _exemption_code(category: Node) -> str:
    return text_of(category, "cbc:TaxExemptionReasonCode").upper()


def _exemption(code: str) -> Context:
    return Context(_PATTERN, "cac:TaxCategory", key=_exemption_code, value=f"VATEX-EU-{code}")


def _exemption_rule(number: str, context: Context, code: str, category: str) -> Rule:
    return fatal(
        f"PEPPOL-EN16931-{number}",
        context,
        lambda node: node.value_of("cbc:ID") == category,
        f"Use the category {category} with the exemption code VATEX-EU-{code}.",
    )


FILE = Context(_PATTERN, "cbc:EmbeddedDocumentBinaryObject", when=lambda embedded: "mimeCode" in embedded.attributes)
ALLOWANCE = Context(_PATTERN, "cac:AllowanceCharge/cbc:AllowanceChargeReasonCode", when=_is_reason_of("false"))
CHARGE = Context(_PATTERN, "cac:AllowanceCharge/cbc:AllowanceChargeReasonCode", when=_is_reason_of("true"))
PERIOD = Context(_PATTERN, "cac:InvoicePeriod/cbc:DescriptionCode")
AMOUNT = Context(_PATTERN, *_AMOUNTS)
INVOICE_KIND = Context(_PATTERN, "cbc:InvoiceTypeCode")
CREDIT_NOTE_KIND = Context(_PATTERN, "cbc:CreditNoteTypeCode")
DATE = Context(_PATTERN, *_DATES)
ADDRESS = Context(_PATTERN, "cbc:EndpointID", when=lambda address: "schemeID" in address.attributes)
_EXEMPTIONS = tuple(_exemption(code) for _, code, _ in EXEMPTIONS)

CONTEXTS = (
    *(FILE, ALLOWANCE, CHARGE, PERIOD, AMOUNT, INVOICE_KIND, CREDIT_NOTE_KIND, DATE, ADDRESS),
    *_EXEMPTIONS,
)

RULES = (
    fatal(
        "PEPPOL-EN16931-CL001",
        FILE,
        _has_attribute_of("mimeCode", FILES),
        "Attach PDF, PNG, JPEG, CSV, XLSX or ODS, and say so in mimeCode.",
    ),
    fatal("PEPPOL-EN16931-CL002", ALLOWANCE, _is_one_of(ALLOWANCES), "Give an allowance's reason by UNCL 5189."),
    fatal("PEPPOL-EN16931-CL003", CHARGE, _is_one_of(CHARGES), "Give a charge's reason by UNCL 7161."),
    fatal("PEPPOL-EN16931-CL006", PERIOD, _is_one_of(PERIODS), "Use 3, 35 or 432 as cbc:DescriptionCode."),
    fatal(
        "PEPPOL-EN16931-CL007",
        AMOUNT,
        _has_attribute_of("currencyID", CURRENCIES),
        "Give the currency by ISO 4217, such as SEK, in currencyID.",
    ),
    fatal(
        "PEPPOL-EN16931-P0100",
        INVOICE_KIND,
        _is_kind_of(INVOICES),
        "Use a type code that Peppol has for invoices, usually 380.",
    ),
    fatal(
        "PEPPOL-EN16931-P0112",
        INVOICE_KIND,
        lambda code: code.value not in ("326", "384") or are_both_german(code),
        "Use the type codes 326 and 384 only between German parties; correct by a credit note.",
    ),
    fatal(
        "PEPPOL-EN16931-P0101",
        CREDIT_NOTE_KIND,
        _is_kind_of(CREDIT_NOTES),
        "Use a type code that Peppol has for credit notes, usually 381.",
    ),
    fatal("PEPPOL-EN16931-F001", DATE, _is_written_as_day, "Write the date as YYYY-MM-DD, with no time zone."),
    fatal(
        "PEPPOL-EN16931-CL008",
        ADDRESS,
        _has_attribute_of("schemeID", ADDRESS_SCHEMES),
        "Use a scheme of the list of electronic addresses, such as 0007 or 0088.",
    ),
    *(
        _exemption_rule(number, context, code, category)
        for (number, code, category), context in zip(EXEMPTIONS, _EXEMPTIONS, strict=True)
    ),
)
