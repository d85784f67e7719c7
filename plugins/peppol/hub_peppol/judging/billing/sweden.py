"""Rules of Peppol BIS Billing for sellers in Sweden: numbers, F-tax, VAT rates, bankgiro and plusgiro."""

from __future__ import annotations

from collections.abc import Callable

from hub_peppol.judging.billing.check_digits import has_swedish_digit
from hub_peppol.judging.billing.values import (
    COUNTRY,
    SUPPLIER,
    has_text,
    is_number,
    is_vat_scheme,
    never,
    number_of,
    text_of,
    vat_prefixes,
)
from hub_peppol.judging.node import Node, Root, Unreadable, normalized, once_per_document
from hub_peppol.judging.rule import Context, fatal, warning

F_TAX = "GODKÄND FÖR F-SKATT"
RATES = (25, 12, 6)
_PATTERN = "sweden"


def is_in_sweden(party: Node) -> bool:
    return has_text(party, COUNTRY, "SE")


def is_swedish_vat_payer(party: Node) -> bool:
    return is_in_sweden(party) and "SE" in vat_prefixes(party, "cac:PartyTaxScheme")


def _parties(root: Root, role: str) -> list[Node]:
    return [party for one in root.named(role) for party in one.each("cac:Party")]


@once_per_document
def has_swedish_vat_payer(root: Root) -> bool:
    """Say whether the seller has its address and its VAT number in Sweden."""
    return any(is_swedish_vat_payer(party) for party in _parties(root, "cac:AccountingSupplierParty"))


@once_per_document
def has_seller_in_sweden(root: Root) -> bool:
    """Say whether the seller has its address in Sweden."""
    return any(is_in_sweden(party) for party in _parties(root, "cac:AccountingSupplierParty"))


@once_per_document
def has_buyer_in_sweden(root: Root) -> bool:
    """Say whether the buyer has its address in Sweden."""
    return any(is_in_sweden(party) for party in _parties(root, "cac:AccountingCustomerParty"))


def _vat_number(party: Node) -> str:
    """Return the VAT number with its blanks; Unreadable when there are several."""
    schemes = [one for one in party.each("cac:PartyTaxScheme") if is_vat_scheme(one)]
    numbers = [number.text for scheme in schemes for number in scheme.each("cbc:CompanyID")]
    if len(numbers) > 1:
        raise Unreadable("several VAT numbers")
    return numbers[0] if numbers else ""


def _is_numbered_entity(entity: Node) -> bool:
    return entity.has("cbc:CompanyID") and entity.parent is not None and is_in_sweden(entity.parent)


def _is_other_tax_number(number: Node) -> bool:
    """Say whether a number is that of another tax than VAT, of a Swedish party with an organisation number."""
    scheme = number.parent
    if scheme is None or scheme.parent is None or scheme.value_of("cac:TaxScheme/cbc:ID").upper() == "VAT":
        return False
    return is_in_sweden(scheme.parent) and scheme.parent.has("cac:PartyLegalEntity/cbc:CompanyID")


def _is_standard_rated(category: Node) -> bool:
    return has_text(category, "cbc:ID", "S") and has_swedish_vat_payer(category)


def _has_swedish_rate(category: Node) -> bool:
    return number_of(text_of(category, "cbc:Percent")) in RATES


def _is_account_with(branch: str) -> Callable[[Node], bool]:
    def is_with_branch(account: Node) -> bool:
        means = account.parent.parent if account.parent is not None else None
        return (
            means is not None
            and has_seller_in_sweden(means)
            and means.value_of("cbc:PaymentMeansCode") == "30"
            and means.value_of("cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cbc:ID") == branch
        )

    return is_with_branch


def _is_old_giro(means: Node) -> bool:
    return has_seller_in_sweden(means) and has_text(means, "cbc:PaymentMeansCode", "50", "56")


def _is_domestic_transfer(means: Node) -> bool:
    is_domestic = has_seller_in_sweden(means) and has_buyer_in_sweden(means)
    return is_domestic and has_text(means, "cbc:PaymentMeansCode", "31")


_ACCOUNT = "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID"
VAT_PAYER = Context(_PATTERN, SUPPLIER, when=is_swedish_vat_payer)
LEGAL_ENTITY = Context(_PATTERN, f"{SUPPLIER}/cac:PartyLegalEntity", when=_is_numbered_entity)
OTHER_TAX = Context(_PATTERN, f"{SUPPLIER}/cac:PartyTaxScheme/cbc:CompanyID", when=_is_other_tax_number)
STANDARD_RATE = Context(_PATTERN, "cac:TaxCategory", "cac:ClassifiedTaxCategory", when=_is_standard_rated)
PLUSGIRO = Context(_PATTERN, _ACCOUNT, when=_is_account_with("SE:PLUSGIRO"))
BANKGIRO = Context(_PATTERN, _ACCOUNT, when=_is_account_with("SE:BANKGIRO"))
OLD_GIRO = Context(_PATTERN, "cac:PaymentMeans", when=_is_old_giro)
DOMESTIC_TRANSFER = Context(_PATTERN, "cac:PaymentMeans", when=_is_domestic_transfer)

CONTEXTS = (VAT_PAYER, LEGAL_ENTITY, OTHER_TAX, STANDARD_RATE, PLUSGIRO, BANKGIRO, OLD_GIRO, DOMESTIC_TRANSFER)

RULES = (
    fatal(
        "SE-R-001",
        VAT_PAYER,
        lambda party: len(normalized(_vat_number(party))) == 14,
        "Write the Swedish VAT number in 14 characters: SE, the organisation number, 01.",
    ),
    fatal(
        "SE-R-002",
        VAT_PAYER,
        lambda party: is_number(_vat_number(party)[2:14]),
        "Write digits only after the SE of the VAT number.",
    ),
    fatal(
        "SE-R-003",
        LEGAL_ENTITY,
        lambda entity: is_number(text_of(entity, "cbc:CompanyID")),
        "Write the organisation number in digits only, without hyphen.",
    ),
    fatal(
        "SE-R-004",
        LEGAL_ENTITY,
        lambda entity: len(entity.value_of("cbc:CompanyID")) == 10,
        "Write the organisation number in ten digits, without century.",
    ),
    fatal(
        "SE-R-013",
        LEGAL_ENTITY,
        lambda entity: has_swedish_digit(entity.value_of("cbc:CompanyID")),
        "Correct the organisation number: its last digit is not the one that Luhn gives.",
    ),
    fatal(
        "SE-R-005",
        OTHER_TAX,
        lambda number: number.value.upper() == F_TAX,
        "Write 'Godkänd för F-skatt' as the number of the other tax scheme, or leave that scheme out.",
    ),
    fatal(
        "SE-R-006",
        STANDARD_RATE,
        _has_swedish_rate,
        "Use 25, 12 or 6 percent with category S; other rates need another category.",
    ),
    warning("SE-R-007", PLUSGIRO, lambda account: is_number(account.text), "Write the plusgiro number in digits only."),
    warning(
        "SE-R-010",
        PLUSGIRO,
        lambda account: 2 <= len(account.value) <= 8,
        "Write the plusgiro number in 2 to 8 digits.",
    ),
    warning("SE-R-008", BANKGIRO, lambda account: is_number(account.text), "Write the bankgiro number in digits only."),
    warning(
        "SE-R-009",
        BANKGIRO,
        lambda account: len(account.value) in (7, 8),
        "Write the bankgiro number in 7 or 8 digits.",
    ),
    warning(
        "SE-R-011",
        OLD_GIRO,
        never,
        "Use payment means 30 with the branch SE:BANKGIRO or SE:PLUSGIRO instead of 50 or 56.",
    ),
    warning("SE-R-012", DOMESTIC_TRANSFER, never, "Use payment means 30 between two Swedish parties instead of 31."),
)
