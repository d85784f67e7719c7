"""Rules on seller, buyer, their addresses, numbers and accounts."""

from __future__ import annotations

from hub_peppol.judging.node import Node
from hub_peppol.judging.rule import Predicate
from hub_peppol.judging.svefaktura.wording import ROOT, Ruled, has, is_phone_number, is_word, never, texts

PARTIES = Ruled("parties")

_BUYER = f"{ROOT}/sac:BuyerParty/sac:Party"
_SELLER = f"{ROOT}/sac:SellerParty/sac:Party"
_ACCOUNT = f"{ROOT}/sac:PaymentMeans/sac:PayeeFinancialAccount"
_INSTITUTION = "sac:FinancialInstitutionBranch/sac:FinancialInstitution"
_NAME = "sac:PartyName/sbc:Name"

_MIXED = "Give the address either in its own elements or in AddressLine, not in both."
_SHORT = "Give the whole address: one line of AddressLine is too little."
_TOWN = "Give town and postal code in CityName and PostalZone."
_PLAIN = "Write the number without blanks, hyphens and the like."
_SCHEMES = "Say VAT or SWT as the tax scheme of the number."
_SAME_NAME = "Give RegistrationName only where it is another name than the party's."


def _is_one_way(address: Node) -> bool:
    is_structured = any(name.startswith("sbc:") for name in address.kids)
    return not (address.has("sac:AddressLine/sbc:Line") and is_structured)


def _has_lines(address: Node) -> bool:
    lines = address.each("sac:AddressLine")
    return not lines or any(len(one.each("sbc:Line")) > 1 for one in lines)


def _has_town(address: Node) -> bool:
    return address.has("sbc:CityName") and address.has("sbc:PostalZone")


def _is_known_scheme(scheme: Node) -> bool:
    return scheme.value in ("VAT", "SWT")


def _differs_from(path: str, steps_up: int) -> Predicate:
    def holds(node: Node) -> bool:
        above: Node = node
        for _ in range(steps_up):
            above = above.parent or above
        return any(text != node.text for text in texts(above, path))

    return holds


def _has_account(institution: Node) -> bool:
    account = institution.parent and institution.parent.parent and institution.parent.parent.parent
    return institution.text == "SNDOSESS" or bool(account and account.has("sac:ID"))


def _has_institution(number: Node) -> bool:
    return bool(number.parent and number.parent.has(f"{_INSTITUTION}/sac:ID"))


def _has_organisation_number(party: Node) -> bool:
    return "SWT" in party.values("sac:PartyTaxScheme/sac:TaxScheme/sac:ID")


PARTIES.at(
    "sac:Party",
    R_98=(lambda party: len(party.each("sac:PartyIdentification")) < 2, "Give one PartyIdentification, not several."),
)
PARTIES.at(
    "sac:Party",
    when=lambda party: party.has("sac:PartyIdentification") and party.has("sac:Address/sac:ID"),
    R_99=(never, "Leave the ID of the address out: the party has one."),
)
PARTIES.at("sbc:PostalZone", R_8=(is_word, "Write the postal code without blanks and hyphens."))
PARTIES.at(
    "sbc:Telefax", "sbc:Telephone", R_9=(is_phone_number, "Write the telephone number as digits, after a plus at most.")
)
PARTIES.at(f"{_BUYER}/sac:Address", R_33=(_is_one_way, _MIXED), R_34=(_has_lines, _SHORT), R_94=(_has_town, _TOWN))
PARTIES.at(f"{_BUYER}/sac:PartyTaxScheme/sac:CompanyID", R_36=(is_word, _PLAIN))
PARTIES.at(f"{_BUYER}/sac:PartyTaxScheme/sac:TaxScheme/sac:ID", R_37=(_is_known_scheme, _SCHEMES))
PARTIES.at(f"{_BUYER}/sac:PartyTaxScheme/sbc:RegistrationName", R_35=(_differs_from(_NAME, 2), _SAME_NAME))
PARTIES.at(
    _SELLER,
    R_38=(has("sac:PartyTaxScheme"), "Give the seller's organisation number or VAT number in PartyTaxScheme."),
    R_39=(_has_organisation_number, "Give the seller's organisation number in a PartyTaxScheme of scheme SWT."),
)
PARTIES.at(f"{_SELLER}/sac:Address", R_40=(_is_one_way, _MIXED), R_41=(_has_lines, _SHORT), R_93=(_has_town, _TOWN))
PARTIES.at(f"{_SELLER}/sac:PartyTaxScheme/sac:CompanyID", R_45=(is_word, _PLAIN))
PARTIES.at(f"{_SELLER}/sac:PartyTaxScheme/sac:TaxScheme/sac:ID", R_46=(_is_known_scheme, _SCHEMES))
PARTIES.at(f"{_SELLER}/sac:PartyTaxScheme/sbc:RegistrationName", R_44=(_differs_from(_NAME, 2), _SAME_NAME))
PARTIES.at(
    f"{_ACCOUNT}/{_INSTITUTION}/sac:ID", R_51=(_has_account, "Give the number of the account, not only its bank.")
)
PARTIES.at(
    f"{_ACCOUNT}/sac:ID",
    R_50=(is_word, _PLAIN),
    R_101=(_has_institution, "Say whose account it is: BGABSESS, PGSISESS or the bank's BIC as FinancialInstitution."),
)
PARTIES.at(
    f"{ROOT}/sac:PaymentMeans/sac:PayeePartyName/sbc:Name",
    R_52=(
        _differs_from(f"sac:SellerParty/sac:Party/{_NAME}", 3),
        "Leave PayeePartyName out: it is for a factor, and this is the seller.",
    ),
)
