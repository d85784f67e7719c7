"""Rules of Peppol BIS Billing for numbers of parties, by their scheme: format and check digits."""

from __future__ import annotations

import re
from collections.abc import Callable

from hub_peppol.judging.billing import check_digits as check
from hub_peppol.judging.billing.values import TRANSACTION, is_number
from hub_peppol.judging.node import Node
from hub_peppol.judging.rule import Context, Rule, Severity

_PLACES = ("cbc:EndpointID", "cac:PartyIdentification/cbc:ID", "cbc:CompanyID")
_DUTCH_VAT = re.compile("NL[0-9]{9}B[0-9]{2}")

Check = Callable[[str], bool]


def _digits(count: int, and_also: Check | None = None) -> Check:
    return lambda value: len(value) == count and check.is_digits(value) and (and_also is None or and_also(value))


def _is_gln(value: str) -> bool:
    return check.is_digits(value) and check.has_gs1_digit(value)


def _is_swedish(value: str) -> bool:
    return len(value) == 10 and is_number(value) and check.has_swedish_digit(value)


def _is_danish_se(text: str) -> bool:
    return len(text) == 10 and text.startswith("DK") and check.is_digits(text[2:])


def _is_cvr(text: str) -> bool:
    return _is_danish_se(text) or (len(text) == 8 and check.is_digits(text))


def _is_dutch_vat(value: str) -> bool:
    return _DUTCH_VAT.fullmatch(value) is not None


def _is_dutch_vat_number(number: Node) -> bool:
    scheme = number.parent
    is_vat = scheme is not None and scheme.value_of("cac:TaxScheme/cbc:ID") == "VAT"
    return is_vat and number.value.startswith("NL")


def _scheme(number: Node) -> str:
    return number.attributes.get("schemeID", "")


def _numbers(scheme: str, *places: str) -> Context:
    return Context(TRANSACTION, *(places or _PLACES), key=_scheme, value=scheme)


def _rule(number: str, severity: Severity, context: Context, holds: Check, message: str) -> Rule:
    return Rule(f"PEPPOL-COMMON-{number}", severity, context, lambda node: holds(node.value), message)


def _rule_to_the_blank(number: str, context: Context, holds: Check, message: str) -> Rule:
    return Rule(f"PEPPOL-COMMON-{number}", "fatal", context, lambda node: holds(node.text), message)


GLN, NORWEGIAN, CVR, P_NUMBER = _numbers("0088"), _numbers("0192"), _numbers("0184"), _numbers("0096")
DANISH_SE, BELGIAN, IPA, FISCAL = _numbers("0198"), _numbers("0208"), _numbers("0201"), _numbers("0210")
OLD_FISCAL, PARTITA_IVA = _numbers("9907", "cbc:EndpointID"), _numbers("0211")
SWEDISH, ABN, KVK, OIN = _numbers("0007"), _numbers("0151"), _numbers("0106"), _numbers("0190")
DUTCH_VAT, DUTCH_ESTABLISHMENT = _numbers("9944"), _numbers("0217")
MAIN_DUTCH_VAT = Context(TRANSACTION, "cac:PartyTaxScheme/cbc:CompanyID", when=_is_dutch_vat_number)

CONTEXTS = (
    *(GLN, NORWEGIAN, CVR, P_NUMBER, DANISH_SE, BELGIAN, IPA, FISCAL, OLD_FISCAL, PARTITA_IVA, SWEDISH, ABN),
    *(KVK, OIN, DUTCH_VAT, MAIN_DUTCH_VAT, DUTCH_ESTABLISHMENT),
)

_FISCAL_MESSAGE = "Give an Italian tax code: sixteen characters in their order, or eleven digits."
_DUTCH_VAT_MESSAGE = "Write a Dutch VAT number as NL, nine digits, B and two digits."

RULES = (
    _rule("R040", "fatal", GLN, _is_gln, "Give a GLN (0088): digits only, the last one by GS1's check."),
    _rule(
        "R041",
        "fatal",
        NORWEGIAN,
        _digits(9, check.has_norwegian_digit),
        "Give a Norwegian organisation number (0192): nine digits with a right check digit.",
    ),
    _rule_to_the_blank("R042", CVR, _is_cvr, "Give a Danish CVR number (0184): eight digits, or DK and eight digits."),
    _rule_to_the_blank("R052", P_NUMBER, _digits(10), "Give a Danish P number (0096): ten digits."),
    _rule_to_the_blank("R053", DANISH_SE, _is_danish_se, "Give a Danish SE number (0198): DK and eight digits."),
    _rule(
        "R043",
        "fatal",
        BELGIAN,
        _digits(10, check.has_belgian_digits),
        "Give a Belgian enterprise number (0208): ten digits with right check digits.",
    ),
    _rule("R044", "warning", IPA, check.is_codice_ipa, "Give an Italian IPA code (0201): six letters or digits."),
    _rule("R045", "warning", FISCAL, check.is_codice_fiscale, _FISCAL_MESSAGE),
    _rule("R046", "warning", OLD_FISCAL, check.is_codice_fiscale, _FISCAL_MESSAGE),
    _rule(
        "R047",
        "warning",
        PARTITA_IVA,
        check.is_partita_iva,
        "Give an Italian VAT number (0211): IT and eleven digits with a right check digit.",
    ),
    _rule(
        "R049",
        "fatal",
        SWEDISH,
        _is_swedish,
        "Give a Swedish organisation number (0007): ten digits without hyphen, the last one by Luhn.",
    ),
    _rule(
        "R050",
        "fatal",
        ABN,
        _digits(11, check.has_australian_digits),
        "Give an Australian Business Number (0151): eleven digits with right check digits.",
    ),
    _rule("R054", "warning", KVK, _digits(8), "Give a Dutch KVK number (0106): eight digits."),
    _rule("R055", "warning", OIN, _digits(20), "Give a Dutch OIN (0190): twenty digits."),
    _rule("R056-1", "warning", DUTCH_VAT, _is_dutch_vat, _DUTCH_VAT_MESSAGE),
    _rule("R056-2", "warning", MAIN_DUTCH_VAT, _is_dutch_vat, _DUTCH_VAT_MESSAGE),
    _rule(
        "R057", "warning", DUTCH_ESTABLISHMENT, _digits(12), "Give a Dutch establishment number (0217): twelve digits."
    ),
)
