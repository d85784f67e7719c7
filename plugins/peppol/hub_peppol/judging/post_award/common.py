"""Rules that Peppol's documents after the award have in common: no empty element, dates, and the numbers of parties."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

from hub_peppol.judging import identifier_checks as numbers
from hub_peppol.judging.node import Node
from hub_peppol.judging.rule import Context, Predicate, Rule, fatal, warning

_ID = "PEPPOL-COMMON-"
_PATTERN = "common"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLACES = ("cbc:EndpointID", "cac:PartyIdentification/cbc:ID", "cbc:CompanyID")


def has_schema_location(node: Node) -> bool:
    """Say whether an element tells where its schema is."""
    return any(name.rpartition("}")[2] == "schemaLocation" for name in node.attributes)


def is_date(text: str) -> bool:
    """Say whether a text is a day as YYYY-MM-DD with nothing around it."""
    try:
        return bool(_DATE.fullmatch(text) and datetime.date.fromisoformat(text))
    except ValueError:
        return False


def _numbered(scheme: str, *places: str) -> Context:
    return Context(_PATTERN, *(places or _PLACES), when=lambda node: node.attributes.get("schemeID") == scheme)


def _of_value(check: Callable[[str], bool]) -> Predicate:
    return lambda node: check(node.value)


def _of_text(check: Callable[[str], bool]) -> Predicate:
    return lambda node: check(node.text)


def _digits(length: int) -> Predicate:
    return lambda node: numbers.is_digits(node.value, length)


def _is_dutch_vat_number(node: Node) -> bool:
    scheme = node.parent.value_of("cac:TaxScheme/cbc:ID") if node.parent else ""
    return scheme == "VAT" and node.value.startswith("NL")


EMPTY = Context("empty", "*", when=lambda node: not node.kids and not node.value)
ROOT = Context(_PATTERN, "/*")
DATES = Context(
    _PATTERN,
    *("cbc:IssueDate", "cbc:DueDate", "cbc:TaxPointDate", "cbc:StartDate", "cbc:EndDate", "cbc:ActualDeliveryDate"),
)
GLN = _numbered("0088")
NORWEGIAN = _numbered("0192")
DANISH = _numbered("0184")
DANISH_P = _numbered("0096")
DANISH_SE = _numbered("0198")
BELGIAN = _numbered("0208")
ITALIAN_OFFICE = _numbered("0201")
ITALIAN_TAX = _numbered("0210")
ITALIAN_TAX_9907 = _numbered("9907", "cbc:EndpointID")
ITALIAN_VAT = _numbered("0211")
SWEDISH = _numbered("0007")
AUSTRALIAN = _numbered("0151")
DUTCH_KVK = _numbered("0106")
DUTCH_OIN = _numbered("0190")
DUTCH_VAT = _numbered("9944")
DUTCH_VAT_OF_PARTY = Context(_PATTERN, "cac:PartyTaxScheme/cbc:CompanyID", when=_is_dutch_vat_number)
DUTCH_PLACE = _numbered("0217")

CONTEXTS = (
    *(EMPTY, ROOT, DATES, GLN, NORWEGIAN, DANISH, DANISH_P, DANISH_SE, BELGIAN, ITALIAN_OFFICE, ITALIAN_TAX),
    *(ITALIAN_TAX_9907, ITALIAN_VAT, SWEDISH, AUSTRALIAN, DUTCH_KVK, DUTCH_OIN, DUTCH_VAT, DUTCH_VAT_OF_PARTY),
    DUTCH_PLACE,
)

_TAX_CODE = "Give the Italian tax code with its sixteen characters, or the company's eleven digits."
_DUTCH_VAT = "Give the Dutch VAT number as NL, nine digits, B and two digits."

RULES: tuple[Rule, ...] = (
    fatal(_ID + "R001", EMPTY, lambda _node: False, "Take this empty element out, or give it a value."),
    warning(_ID + "R003", ROOT, lambda node: not has_schema_location(node), "Leave the attribute schemaLocation out."),
    fatal(_ID + "R030", DATES, _of_text(is_date), "Write the date as YYYY-MM-DD, with nothing before or after it."),
    fatal(_ID + "R040", GLN, _of_value(numbers.is_gln), "Correct the GLN (0088): digits, the last a check digit."),
    fatal(
        _ID + "R041",
        NORWEGIAN,
        _of_value(numbers.is_norwegian_organisation),
        "Correct the Norwegian organisation number (0192): nine digits, the last a check digit.",
    ),
    fatal(
        _ID + "R042",
        DANISH,
        _of_text(numbers.is_danish_company),
        "Correct the Danish CVR number (0184): eight digits, or DK and eight digits, without blanks.",
    ),
    fatal(
        _ID + "R052",
        DANISH_P,
        lambda node: numbers.is_digits(node.text, 10),
        "Correct the Danish P number (0096): ten digits, without blanks.",
    ),
    fatal(
        _ID + "R053",
        DANISH_SE,
        _of_text(numbers.is_danish_se),
        "Correct the Danish SE number (0198): DK and eight digits, without blanks.",
    ),
    fatal(
        _ID + "R043",
        BELGIAN,
        _of_value(numbers.is_belgian_enterprise),
        "Correct the Belgian enterprise number (0208): ten digits, the last two check digits.",
    ),
    warning(
        _ID + "R044",
        ITALIAN_OFFICE,
        _of_value(numbers.is_italian_office),
        "Correct the Italian IPA code (0201): six letters or digits.",
    ),
    warning(_ID + "R045", ITALIAN_TAX, _of_value(numbers.is_italian_tax_code), _TAX_CODE),
    warning(_ID + "R046", ITALIAN_TAX_9907, _of_value(numbers.is_italian_tax_code), _TAX_CODE),
    warning(
        _ID + "R047",
        ITALIAN_VAT,
        _of_value(numbers.is_italian_vat),
        "Correct the Italian VAT number (0211): IT and eleven digits, the last a check digit.",
    ),
    fatal(
        _ID + "R049",
        SWEDISH,
        _of_value(numbers.is_swedish_organisation),
        "Correct the Swedish organisation number (0007): ten digits without a hyphen, the last a check digit.",
    ),
    fatal(
        _ID + "R050",
        AUSTRALIAN,
        _of_value(numbers.is_australian_business),
        "Correct the Australian Business Number (0151): eleven digits with their check digits.",
    ),
    warning(_ID + "R054", DUTCH_KVK, _digits(8), "Give the Dutch KVK number (0106) as eight digits."),
    warning(_ID + "R055", DUTCH_OIN, _digits(20), "Give the Dutch OIN (0190) as twenty digits."),
    warning(_ID + "R056-1", DUTCH_VAT, _of_value(numbers.is_dutch_vat), _DUTCH_VAT),
    warning(_ID + "R056-2", DUTCH_VAT_OF_PARTY, _of_value(numbers.is_dutch_vat), _DUTCH_VAT),
    warning(_ID + "R057", DUTCH_PLACE, _digits(12), "Give the Dutch establishment number (0217) as twelve digits."),
)
