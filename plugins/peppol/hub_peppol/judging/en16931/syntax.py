"""UBL-SR: what stands at most once in the European invoice although UBL lets it stand more often.

The contexts of pattern `syntax` are here, in the order in which they take the nodes.
"""

from __future__ import annotations

from hub_peppol.judging.en16931 import datatypes
from hub_peppol.judging.en16931.vat_code import is_allowance, is_charge
from hub_peppol.judging.node import Node, Root, once_per_document
from hub_peppol.judging.rule import Context, Predicate, Rule, fatal

ADDRESS = Context("syntax", "cac:PostalAddress", "cac:Address")
SELLER = Context("syntax", "cac:AccountingSupplierParty/cac:Party")
SUPPORTING_DOCUMENT = Context("syntax", "cac:AdditionalDocumentReference")
DELIVERY = Context("syntax", "cac:Delivery")
ALLOWANCE = Context("syntax", "cac:AllowanceCharge", when=is_allowance)
CHARGE = Context("syntax", "cac:AllowanceCharge", when=is_charge)
TAX_REGISTRATION = Context("syntax", "cac:PartyTaxScheme")
DOCUMENT = Context("syntax", "/ubl:Invoice", "/cn:CreditNote")
LINE = Context("syntax", "cac:InvoiceLine", "cac:CreditNoteLine")
PAYEE = Context("syntax", "cac:PayeeParty")
PAYMENT_MEANS = Context("syntax", "cac:PaymentMeans")
PRECEDING_INVOICE = Context("syntax", "cac:BillingReference")
TAX_REPRESENTATIVE = Context("syntax", "cac:TaxRepresentativeParty")
VAT_BREAKDOWN = Context("syntax", "cac:TaxSubtotal")

CONTEXTS: tuple[Context, ...] = (
    ADDRESS,
    SELLER,
    SUPPORTING_DOCUMENT,
    *datatypes.CONTEXTS,
    DELIVERY,
    ALLOWANCE,
    CHARGE,
    TAX_REGISTRATION,
    DOCUMENT,
    LINE,
    PAYEE,
    PAYMENT_MEANS,
    PRECEDING_INVOICE,
    TAX_REPRESENTATIVE,
    VAT_BREAKDOWN,
)

_SELLER = "cac:AccountingSupplierParty/cac:Party"
_BUYER = "cac:AccountingCustomerParty/cac:Party"


def at_most(most: int, path: str) -> Predicate:
    """Make the test that a path leads to no more elements than so many."""
    return lambda node: len(node.each(path)) <= most


def _once(rule: str, context: Context, path: str, what: str) -> Rule:
    return fatal(rule, context, at_most(1, path), f"Give {what} once: keep one {path}.")


def _schemes(registration: Node) -> list[str]:
    """Return what a registration with a tax authority is for, in capitals; without an ID it is for nothing known."""
    return [_id_of(scheme) for scheme in registration.each("cac:TaxScheme")]


def _id_of(scheme: Node) -> str:
    number = scheme.only("cbc:ID")
    return "" if number is None else number.text.upper()


def _one_vat_number(party: str) -> Predicate:
    def holds(root: Node) -> bool:
        registrations = [one for one in root.each(f"{party}/cac:PartyTaxScheme") if "VAT" in _schemes(one)]
        return sum(len(one.each("cbc:CompanyID")) for one in registrations) <= 1

    return holds


def _one_other_tax_number(root: Node) -> bool:
    registrations = root.each(f"{_SELLER}/cac:PartyTaxScheme")
    others = [one for one in registrations if any(scheme != "VAT" for scheme in _schemes(one))]
    return sum(len(one.each("cbc:CompanyID")) for one in others) <= 1


def _is_document_or_object(reference: Node) -> bool:
    codes = [code.text for code in reference.each("cbc:DocumentTypeCode")]
    if "130" in codes or ("50" in codes and reference.root.name == "cn:CreditNote"):
        return True
    return not codes and not any("schemeID" in number.attributes for number in reference.each("cbc:ID"))


def _one_object(root: Node) -> bool:
    references = root.each("cac:AdditionalDocumentReference")
    objects = [one for one in references if "130" in (code.text for code in one.each("cbc:DocumentTypeCode"))]
    return sum(len(one.each("cbc:ID")) for one in objects) <= 1


def _one_creditor_number(root: Node) -> bool:
    numbers = (number for one in root.root.named("cac:PartyIdentification") for number in one.each("cbc:ID"))
    return sum(number.attributes.get("schemeID", "").upper() == "SEPA" for number in numbers) <= 1


def _one_value(name: str) -> Predicate:
    return lambda root: len({node.text for node in root.root.named(name)}) <= 1


def _one_name_of_the_means(root: Node) -> bool:
    return sum("name" in code.attributes for code in root.each("cac:PaymentMeans/cbc:PaymentMeansCode")) <= 1


def _has_scheme_and_number(registration: Node) -> bool:
    return registration.has("cac:TaxScheme/cbc:ID") and registration.has("cbc:CompanyID")


@once_per_document
def _seller_names(root: Root) -> frozenset[str]:
    return frozenset(name.text for name in root.each(f"{_SELLER}/cac:PartyLegalEntity/cbc:RegistrationName"))


def _is_someone_else(payee: Node) -> bool:
    """Say whether the payee's name is not the seller's; a payee without a name is nobody else."""
    if payee.parent is not payee.root:
        return False  # no seller stands beside it
    sellers = _seller_names(payee)
    return any(name.text != seller for name in payee.each("cac:PartyName/cbc:Name") for seller in sellers)


def _other_payee_with_one(path: str) -> Predicate:
    return lambda payee: len(payee.each(path)) <= 1 and _is_someone_else(payee)


def _other_payee_with_one_number(payee: Node) -> bool:
    numbers = payee.each("cac:PartyIdentification/cbc:ID")
    others = [one for one in numbers if one.attributes.get("schemeID", "").upper() != "SEPA"]
    return len(others) <= 1 and _is_someone_else(payee)


_IF_OTHER = "and leave cac:PayeeParty out when the seller is paid."

RULES: tuple[Rule, ...] = (
    _once("UBL-SR-51", ADDRESS, "cac:AddressLine", "the third line of an address"),
    fatal(
        "UBL-SR-42",
        SELLER,
        at_most(2, "cac:PartyTaxScheme"),
        "Give the seller's VAT number and one other registration: keep two cac:PartyTaxScheme.",
    ),
    _once("UBL-SR-33", SUPPORTING_DOCUMENT, "cbc:DocumentDescription", "the description of a supporting document"),
    fatal(
        "UBL-SR-43",
        SUPPORTING_DOCUMENT,
        _is_document_or_object,
        "Give cbc:DocumentTypeCode 130 with the invoiced object, or neither that code nor a schemeID.",
    ),
    _once("UBL-SR-25", DELIVERY, "cac:DeliveryParty/cac:PartyName/cbc:Name", "the name of who gets the delivery"),
    _once("UBL-SR-30", ALLOWANCE, "cbc:AllowanceChargeReason", "the reason of an allowance"),
    _once("UBL-SR-31", CHARGE, "cbc:AllowanceChargeReason", "the reason of a charge"),
    fatal(
        "UBL-SR-53",
        TAX_REGISTRATION,
        _has_scheme_and_number,
        "Give both cbc:CompanyID and cac:TaxScheme/cbc:ID of the registration.",
    ),
    _once("UBL-SR-01", DOCUMENT, "cac:ContractDocumentReference/cbc:ID", "the contract"),
    _once("UBL-SR-02", DOCUMENT, "cac:ReceiptDocumentReference/cbc:ID", "the receiving advice"),
    _once("UBL-SR-03", DOCUMENT, "cac:DespatchDocumentReference/cbc:ID", "the despatch advice"),
    fatal(
        "UBL-SR-04",
        DOCUMENT,
        _one_object,
        "Name one invoiced object: keep one cac:AdditionalDocumentReference of type 130.",
    ),
    _once("UBL-SR-05", DOCUMENT, "cac:PaymentTerms/cbc:Note", "the payment terms"),
    _once("UBL-SR-08", DOCUMENT, "cac:InvoicePeriod", "the invoicing period"),
    _once("UBL-SR-09", DOCUMENT, f"{_SELLER}/cac:PartyLegalEntity/cbc:RegistrationName", "the seller's name"),
    _once("UBL-SR-10", DOCUMENT, f"{_SELLER}/cac:PartyName/cbc:Name", "the seller's trading name"),
    _once("UBL-SR-11", DOCUMENT, f"{_SELLER}/cac:PartyLegalEntity/cbc:CompanyID", "the seller's organisation number"),
    fatal(
        "UBL-SR-12",
        DOCUMENT,
        _one_vat_number(_SELLER),
        "Give the seller's VAT number once: keep one cac:PartyTaxScheme with scheme VAT.",
    ),
    fatal(
        "UBL-SR-13",
        DOCUMENT,
        _one_other_tax_number,
        "Give one registration of the seller besides VAT: keep one cac:PartyTaxScheme with another scheme.",
    ),
    _once("UBL-SR-14", DOCUMENT, f"{_SELLER}/cac:PartyLegalEntity/cbc:CompanyLegalForm", "the seller's legal facts"),
    _once("UBL-SR-15", DOCUMENT, f"{_BUYER}/cac:PartyLegalEntity/cbc:RegistrationName", "the buyer's name"),
    _once("UBL-SR-16", DOCUMENT, f"{_BUYER}/cac:PartyIdentification/cbc:ID", "the buyer's identifier"),
    _once("UBL-SR-17", DOCUMENT, f"{_BUYER}/cac:PartyLegalEntity/cbc:CompanyID", "the buyer's organisation number"),
    fatal(
        "UBL-SR-18",
        DOCUMENT,
        _one_vat_number(_BUYER),
        "Give the buyer's VAT number once: keep one cac:PartyTaxScheme with scheme VAT.",
    ),
    _once("UBL-SR-24", DOCUMENT, "cac:Delivery", "the delivery"),
    fatal(
        "UBL-SR-29",
        DOCUMENT,
        _one_creditor_number,
        "Give the creditor identifier of direct debit once: keep one cac:PartyIdentification/cbc:ID of scheme SEPA.",
    ),
    _once("UBL-SR-39", DOCUMENT, "cac:ProjectReference/cbc:ID", "the project"),
    _once("UBL-SR-40", DOCUMENT, f"{_BUYER}/cac:PartyName/cbc:Name", "the buyer's trading name"),
    fatal(
        "UBL-SR-44",
        DOCUMENT,
        _one_value("cbc:PaymentID"),
        "Give one payment reference: let every cbc:PaymentID be the same.",
    ),
    _once("UBL-SR-45", DOCUMENT, "cac:PaymentMeans/cbc:PaymentDueDate", "the due date"),
    fatal(
        "UBL-SR-46",
        DOCUMENT,
        _one_name_of_the_means,
        "Describe the payment means once: keep one attribute name of cbc:PaymentMeansCode.",
    ),
    fatal(
        "UBL-SR-47",
        DOCUMENT,
        _one_value("cbc:PaymentMeansCode"),
        "Ask for one way to pay: let every cbc:PaymentMeansCode be the same.",
    ),
    _once("UBL-SR-49", DOCUMENT, "cac:InvoicePeriod/cbc:DescriptionCode", "the code of the VAT point date"),
    _once("UBL-SR-54", DOCUMENT, "cac:PaymentMeans/cac:CardAccount", "the card that paid"),
    _once("UBL-SR-55", DOCUMENT, "cac:PaymentMeans/cac:PaymentMandate", "the mandate of direct debit"),
    _once("UBL-SR-56", DOCUMENT, "cac:OriginatorDocumentReference/cbc:ID", "the tender or lot"),
    _once("UBL-SR-34", LINE, "cbc:Note", "the note of a line"),
    _once("UBL-SR-35", LINE, "cac:OrderLineReference/cbc:LineID", "the order line of a line"),
    _once("UBL-SR-36", LINE, "cac:InvoicePeriod", "the period of a line"),
    _once("UBL-SR-37", LINE, "cac:Price/cac:AllowanceCharge/cbc:Amount", "the discount of a price"),
    fatal(
        "UBL-SR-48",
        LINE,
        lambda line: len(line.each("cac:Item/cac:ClassifiedTaxCategory")) == 1,
        "Give each line one VAT category: one cac:Item/cac:ClassifiedTaxCategory.",
    ),
    _once("UBL-SR-50", LINE, "cac:Item/cbc:Description", "the description of an item"),
    _once("UBL-SR-52", LINE, "cac:DocumentReference", "the invoiced object of a line"),
    fatal(
        "UBL-SR-19",
        PAYEE,
        _other_payee_with_one("cac:PartyName/cbc:Name"),
        f"Name the payee once, in cac:PartyName, {_IF_OTHER}",
    ),
    fatal("UBL-SR-20", PAYEE, _other_payee_with_one_number, f"Give the payee at most one identifier, {_IF_OTHER}"),
    fatal(
        "UBL-SR-21",
        PAYEE,
        _other_payee_with_one("cac:PartyLegalEntity/cbc:CompanyID"),
        f"Give the payee at most one organisation number, {_IF_OTHER}",
    ),
    _once("UBL-SR-26", PAYMENT_MEANS, "cbc:PaymentID", "the payment reference"),
    _once("UBL-SR-27", PAYMENT_MEANS, "cbc:PaymentMeansCode", "the code of the payment means"),
    _once("UBL-SR-28", PAYMENT_MEANS, "cac:PaymentMandate/cbc:ID", "the reference of the mandate"),
    _once("UBL-SR-06", PRECEDING_INVOICE, "cac:InvoiceDocumentReference", "the preceding invoice of a reference"),
    fatal(
        "UBL-SR-07",
        PRECEDING_INVOICE,
        lambda reference: reference.has("cac:InvoiceDocumentReference/cbc:ID"),
        "Give the number of the preceding invoice: cac:InvoiceDocumentReference/cbc:ID.",
    ),
    _once("UBL-SR-22", TAX_REPRESENTATIVE, "cac:PartyName/cbc:Name", "the name of the tax representative"),
    _once("UBL-SR-23", TAX_REPRESENTATIVE, "cac:PartyTaxScheme/cbc:CompanyID", "the tax representative's VAT number"),
    _once("UBL-SR-32", VAT_BREAKDOWN, "cac:TaxCategory/cbc:TaxExemptionReason", "the reason of an exemption"),
)
