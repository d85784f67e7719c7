"""UBL-CR: what UBL has and the European invoice has no use for. Elements stand in a table, `not_used.txt`.

A line of the table is the number of a rule, a parent below the root (`/` for the root itself, `cac:*Line` for the lines
of an invoice or a credit note) and its children without use; each child is a rule, numbered on from the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from hub_peppol.judging.en16931.syntax import DOCUMENT
from hub_peppol.judging.node import Node
from hub_peppol.judging.rule import Predicate, Rule, Unused, UnusedAttribute, fatal, warning

_TABLE = Path(__file__).with_name("not_used.txt")
_LINES = ("cac:InvoiceLine", "cac:CreditNoteLine")


def _unused(number: int, *paths: str) -> Unused:
    told = paths[0].removeprefix("/*/")
    return Unused(f"UBL-CR-{number:03}", paths, f"Leave out {told}: the European invoice has no such information.")


def _paths(parent: str, child: str) -> tuple[str, ...]:
    if parent == "/":
        return (f"/*/{child}",)
    if parent.startswith("cac:*Line"):
        return tuple(f"/*/{line}{parent.removeprefix('cac:*Line')}/{child}" for line in _LINES)
    return (f"/*/{parent}/{child}",)


def _declared() -> Iterator[Unused]:
    number, parent = 0, ""
    for word in _TABLE.read_text("ascii").split():
        if word.isdigit():
            number = int(word)
        elif word.endswith(":"):
            parent = word[:-1]
        else:
            yield _unused(number, *_paths(parent, word))
            number += 1


UNUSED: tuple[Unused, ...] = (
    *_declared(),
    _unused(412, "/ubl:Invoice/cac:PaymentMeans/cbc:PaymentDueDate"),  # a credit note has no other place for it
    _unused(664, "cac:FinancialInstitution"),
    _unused(669, "cac:Price/cac:AllowanceCharge/cbc:AllowanceChargeReasonCode"),
    _unused(670, "cac:Price/cac:AllowanceCharge/cbc:AllowanceChargeReason"),
    _unused(671, "cac:Price/cac:AllowanceCharge/cbc:MultiplierFactorNumeric"),
    _unused(680, "cac:PaymentMeans/cac:PayerFinancialAccount"),
)

UNUSED_ATTRIBUTES: tuple[UnusedAttribute, ...] = (
    UnusedAttribute("UBL-CR-663", "unitCodeListID", "Leave out the attribute unitCodeListID: units are from one list."),
)


def _without(find: Callable[[Node], list[Node]], element: str, attribute: str) -> Predicate:
    """Make the test that no element found has an attribute; most documents answer it by not having it anywhere."""

    def holds(root: Node) -> bool:
        if (element, attribute) not in root.root.attribute_uses:
            return True
        return all(attribute not in node.attributes for node in find(root))

    return holds


def _bare(number: int, path: str, attribute: str) -> Rule:
    """An attribute without use, on the element at a path; one that begins with `//` stands anywhere."""
    element = path.rpartition("/")[2]
    message = f"Leave out the attribute {attribute} of {path.removeprefix('//')}."
    return warning(f"UBL-CR-{number:03}", DOCUMENT, _without(_finder(path), element, attribute), message)


def _finder(path: str) -> Callable[[Node], list[Node]]:
    if not path.startswith("//"):
        return lambda root: root.each(path)
    anchor, _, below = path[2:].partition("/")
    if not below:
        return lambda root: root.root.named(anchor)
    return lambda root: [node for parent in root.root.named(anchor) for node in parent.each(below)]


def _names_the_object(reference: Node) -> bool:
    """Say whether a reference is the invoiced object (type 130), which is an identifier and no document."""
    return "130" in (code.text for code in reference.each("cbc:DocumentTypeCode"))


def _has_another_type(reference: Node) -> bool:
    codes = reference.each("cbc:DocumentTypeCode")
    return not codes or any(code.text != "130" for code in codes)


def _no_document_has_scheme(root: Node) -> bool:
    references = filter(_has_another_type, root.root.named("cac:AdditionalDocumentReference"))
    return all("schemeID" not in number.attributes for one in references for number in one.each("cbc:ID"))


def _no_object_has(path: str) -> Predicate:
    return lambda root: (
        not any(
            reference.has(path)
            for reference in root.root.named("cac:AdditionalDocumentReference")
            if _names_the_object(reference)
        )
    )


def _is_version_2_1(root: Node) -> bool:
    versions = root.each("cbc:UBLVersionID")
    return not versions or any(version.text == "2.1" for version in versions)


RULES: tuple[Rule, ...] = (
    warning("UBL-CR-002", DOCUMENT, _is_version_2_1, "Leave out cbc:UBLVersionID or let it be 2.1."),
    _bare(648, "cbc:CustomizationID", "schemeID"),
    _bare(649, "cbc:ProfileID", "schemeID"),
    _bare(650, "cbc:ID", "schemeID"),
    _bare(651, "cbc:SalesOrderID", "schemeID"),
    _bare(652, "//cac:PartyTaxScheme/cbc:CompanyID", "schemeID"),
    _bare(653, "cac:PaymentMeans/cbc:PaymentID", "schemeID"),
    _bare(654, "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID", "schemeID"),
    _bare(655, "cac:PaymentMeans/cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cbc:ID", "schemeID"),
    _bare(656, "cbc:InvoiceTypeCode", "listID"),
    _bare(657, "cbc:DocumentCurrencyCode", "listID"),
    _bare(658, "cbc:TaxCurrencyCode", "listID"),
    _bare(659, "cac:AdditionalDocumentReference/cbc:DocumentTypeCode", "listID"),
    _bare(660, "//cac:Country/cbc:IdentificationCode", "listID"),
    _bare(661, "cac:PaymentMeans/cbc:PaymentMeansCode", "listID"),
    _bare(662, "//cbc:AllowanceChargeReasonCode", "listID"),
    warning(
        "UBL-CR-665",
        DOCUMENT,
        _no_document_has_scheme,
        "Leave out the attribute schemeID of a supporting document's cbc:ID unless its cbc:DocumentTypeCode is 130.",
    ),
    fatal(
        "UBL-CR-666",
        DOCUMENT,
        _no_object_has("cac:Attachment"),
        "Attach the file to another cac:AdditionalDocumentReference: type 130 names the invoiced object only.",
    ),
    _bare(667, "//cac:BuyersItemIdentification/cbc:ID", "schemeID"),
    _bare(668, "//cac:SellersItemIdentification/cbc:ID", "schemeID"),
    _bare(672, "cbc:CreditNoteTypeCode", "listID"),
    fatal(
        "UBL-CR-673",
        DOCUMENT,
        _no_object_has("cbc:DocumentDescription"),
        "Describe another cac:AdditionalDocumentReference: type 130 names the invoiced object only.",
    ),
    _bare(674, "//cbc:PrimaryAccountNumberID", "schemeID"),
    _bare(675, "//cac:CardAccount/cbc:NetworkID", "schemeID"),
    _bare(676, "//cac:PaymentMandate/cbc:ID", "schemeID"),
    _bare(677, "//cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID", "schemeID"),
    _bare(678, "//cac:TaxCategory/cbc:ID", "schemeID"),
    _bare(679, "//cac:ClassifiedTaxCategory/cbc:ID", "schemeID"),
)
