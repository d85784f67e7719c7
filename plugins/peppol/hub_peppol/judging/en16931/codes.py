"""BR-CL: codes are of their lists. The contexts of pattern `codes` are here; none of them meets another."""

from __future__ import annotations

from hub_peppol.judging.code_list import CodeList
from hub_peppol.judging.en16931.contexts import NOTE
from hub_peppol.judging.en16931.vat_code import is_allowance, is_charge
from hub_peppol.judging.node import Node, normalized
from hub_peppol.judging.rule import Context, Predicate, Rule, fatal

INVOICE_TYPES = CodeList("untdid1001-invoice")
CREDIT_NOTE_TYPES = CodeList("untdid1001-credit-note")
CURRENCIES = CodeList("iso4217")
COUNTRIES = CodeList("iso3166")
REFERENCES = CodeList("untdid1153")
SCHEMES = CodeList("iso6523")
ITEM_CLASSES = CodeList("untdid7143")
PAYMENT_MEANS = CodeList("untdid4461")
ALLOWANCES = CodeList("untdid5189")
CHARGES = CodeList("untdid7161")
EXEMPTIONS = CodeList("vatex")
UNITS = CodeList("rec20")
ADDRESSES = CodeList("eas")
NOTE_SUBJECTS = CodeList("untdid4451")
VAT_POINT_DATES = frozenset({"3", "35", "432"})
VAT_CATEGORIES = frozenset({"AE", "L", "M", "E", "S", "Z", "G", "O", "K", "B"})
FILE_TYPES = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    }
)

Codes = CodeList | frozenset[str]

_AMOUNTS = (
    "cbc:Amount",
    "cbc:BaseAmount",
    "cbc:PriceAmount",
    "cbc:TaxAmount",
    "cbc:TaxableAmount",
    "cbc:LineExtensionAmount",
    "cbc:TaxExclusiveAmount",
    "cbc:TaxInclusiveAmount",
    "cbc:AllowanceTotalAmount",
    "cbc:ChargeTotalAmount",
    "cbc:PrepaidAmount",
    "cbc:PayableRoundingAmount",
    "cbc:PayableAmount",
)


def _text_in(codes: Codes) -> Predicate:
    return lambda node: normalized(node.text) in codes


def _attribute_in(codes: Codes, attribute: str) -> Predicate:
    return lambda node: normalized(node.attributes.get(attribute, "")) in codes


def _has(attribute: str) -> Predicate:
    return lambda node: attribute in node.attributes


def _parent(test: Predicate) -> Predicate:
    return lambda node: node.parent is not None and test(node.parent)


def _code(number: int, codes: Codes, *paths: str, told: str, when: Predicate | None = None) -> Rule:
    """A code is the text of an element."""
    return fatal(f"BR-CL-{number:02}", Context("codes", *paths, when=when), _text_in(codes), told)


def _scheme(number: int, codes: Codes, attribute: str, *paths: str, told: str) -> Rule:
    """A code is an attribute, which need not be there."""
    context = Context("codes", *paths, when=_has(attribute))
    return fatal(f"BR-CL-{number:02}", context, _attribute_in(codes, attribute), told)


def _is_document_type(code: Node) -> bool:
    types = INVOICE_TYPES if code.name == "cbc:InvoiceTypeCode" else CREDIT_NOTE_TYPES
    return normalized(code.text) in types


def _is_number_of_the_object(number: Node) -> bool:
    reference = number.parent
    if reference is None or "schemeID" not in number.attributes:
        return False
    return "130" in (code.text for code in reference.each("cbc:DocumentTypeCode"))


def _is_party_scheme(number: Node) -> bool:
    scheme = normalized(number.attributes["schemeID"])
    return scheme in SCHEMES or (scheme == "SEPA" and _is_of_the_paid(number))


def _is_of_the_paid(node: Node) -> bool:
    above = node.parent
    while above is not None and above.name not in ("cac:AccountingSupplierParty", "cac:PayeeParty"):
        above = above.parent
    return above is not None


def _is_exemption(code: Node) -> bool:
    return normalized(code.text.upper()) in EXEMPTIONS


def _has_known_subject(note: Node) -> bool:
    """Read a note such as `#AAI#General`; three letters between the first two signs are its subject."""
    _, _, after = note.text.partition("#")
    subject, sign, _ = after.partition("#")
    return not sign or len(subject) != 3 or subject in NOTE_SUBJECTS


_UNIT_HOLDERS = ("cbc:InvoicedQuantity", "cbc:BaseQuantity", "cbc:CreditedQuantity")
_REASON = "cac:AllowanceCharge/cbc:AllowanceChargeReasonCode"

RULES: tuple[Rule, ...] = (
    fatal(
        "BR-CL-01",
        Context("codes", "cbc:InvoiceTypeCode", "cbc:CreditNoteTypeCode"),
        _is_document_type,
        "Give a type of UNTDID 1001, such as 380 for an invoice and 381 for a credit note.",
    ),
    fatal(
        "BR-CL-03",
        Context("codes", *_AMOUNTS),
        _attribute_in(CURRENCIES, "currencyID"),
        "Give the amount's currencyID as ISO 4217 has it, such as SEK.",
    ),
    _code(4, CURRENCIES, "cbc:DocumentCurrencyCode", told="Give a currency of ISO 4217, such as SEK."),
    _code(5, CURRENCIES, "cbc:TaxCurrencyCode", told="Give a currency of ISO 4217, such as SEK."),
    _code(
        6,
        VAT_POINT_DATES,
        "cac:InvoicePeriod/cbc:DescriptionCode",
        told="Say when VAT is due: 3 (invoice date), 35 (delivery) or 432 (payment).",
    ),
    fatal(
        "BR-CL-07",
        Context(
            "codes",
            "cac:AdditionalDocumentReference/cbc:ID",
            "cac:DocumentReference/cbc:ID",
            when=_is_number_of_the_object,
        ),
        _attribute_in(REFERENCES, "schemeID"),
        "Give the invoiced object's schemeID as UNTDID 1153 has it, such as ABT, or leave it out.",
    ),
    fatal("BR-CL-08", NOTE, _has_known_subject, "Begin the note with a subject of UNTDID 4451, or with no #."),
    fatal(
        "BR-CL-10",
        Context("codes", "cac:PartyIdentification/cbc:ID", when=_has("schemeID")),
        _is_party_scheme,
        "Give the party's schemeID as ISO 6523 has it, such as 0007; SEPA is for who is paid.",
    ),
    _scheme(
        11,
        SCHEMES,
        "schemeID",
        "cac:PartyLegalEntity/cbc:CompanyID",
        told="Give the organisation number's schemeID as ISO 6523 has it: 0007 for a Swedish one.",
    ),
    _scheme(
        13,
        ITEM_CLASSES,
        "listID",
        "cac:CommodityClassification/cbc:ItemClassificationCode",
        told="Give the item class's listID as UNTDID 7143 has it, such as STI or MP.",
    ),
    _code(
        14,
        COUNTRIES,
        "cac:Country/cbc:IdentificationCode",
        told="Give a country of ISO 3166, such as SE.",
    ),
    _code(
        15,
        COUNTRIES,
        "cac:OriginCountry/cbc:IdentificationCode",
        told="Give a country of ISO 3166, such as SE.",
    ),
    _code(
        16,
        PAYMENT_MEANS,
        "cac:PaymentMeans/cbc:PaymentMeansCode",
        told="Give payment means of UNTDID 4461, such as 30 for a credit transfer.",
    ),
    _code(17, VAT_CATEGORIES, "cac:TaxCategory/cbc:ID", told="Give a VAT category, such as S, Z, E or AE."),
    _code(18, VAT_CATEGORIES, "cac:ClassifiedTaxCategory/cbc:ID", told="Give a VAT category, such as S, Z, E or AE."),
    _code(
        19, ALLOWANCES, _REASON, told="Give a reason of UNTDID 5189, such as 95, or text.", when=_parent(is_allowance)
    ),
    _code(20, CHARGES, _REASON, told="Give a reason of UNTDID 7161, such as FC, or text.", when=_parent(is_charge)),
    _scheme(
        21,
        SCHEMES,
        "schemeID",
        "cac:StandardItemIdentification/cbc:ID",
        told="Give the item number's schemeID as ISO 6523 has it, such as 0160 for a GTIN.",
    ),
    fatal(
        "BR-CL-22",
        Context("codes", "cbc:TaxExemptionReasonCode"),
        _is_exemption,
        "Give an exemption of the list VATEX, such as VATEX-EU-AE, or its reason in text.",
    ),
    _scheme(23, UNITS, "unitCode", *_UNIT_HOLDERS, told="Give a unit of UN/ECE Rec 20 or 21, such as C62 or HUR."),
    fatal(
        "BR-CL-24",
        Context("codes", "cbc:EmbeddedDocumentBinaryObject", when=_has("mimeCode")),
        lambda file: file.attributes["mimeCode"] in FILE_TYPES,
        "Attach PDF, PNG, JPEG, CSV, XLSX or ODS, and name that in mimeCode.",
    ),
    _scheme(
        25,
        ADDRESSES,
        "schemeID",
        "cbc:EndpointID",
        told="Give the electronic address's schemeID as the list EAS has it, such as 0007 or 0088.",
    ),
    _scheme(
        26,
        SCHEMES,
        "schemeID",
        "cac:DeliveryLocation/cbc:ID",
        told="Give the delivery place's schemeID as ISO 6523 has it, such as 0088 for a GLN.",
    ),
)

CONTEXTS: tuple[Context, ...] = tuple(rule.context for rule in RULES if rule.context.pattern == "codes")
