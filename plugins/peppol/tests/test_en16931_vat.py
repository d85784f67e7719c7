"""The VAT categories: each in a small invoice of its own that breaks nothing, then one rule after the other."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from hub_peppol import validate
from hub_peppol.judging.en16931.release_1_3_16 import MODEL_RULES

VAT = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"


class Category(NamedTuple):
    """A category in use: its code, part of the ids, rate (blank: none), whether it needs a reason, who registers."""

    code: str
    prefix: str
    percent: str = "0"
    needs_reason: bool = True
    seller: str = "VAT"
    buyer: str = ""


CATEGORIES = [
    Category("AE", "AE", seller="any", buyer="legal"),
    Category("E", "E", seller="any"),
    Category("G", "G"),
    Category("K", "IC", buyer="VAT"),
    Category("L", "AF", percent="7", needs_reason=False, seller="any"),
    Category("M", "AG", percent="4", needs_reason=False, seller="any"),
    Category("O", "O", percent="", seller=""),
    Category("S", "S", percent="25", needs_reason=False, seller="any"),
    Category("Z", "Z", needs_reason=False, seller="any"),
]
SEVERAL_RATES = {"L", "M", "S"}


def invoice(category: Category) -> str:
    """An invoice of one line (1000), a charge (100) and an allowance (50), all of one category."""
    percent = f"<cbc:Percent>{category.percent}</cbc:Percent>" if category.percent else ""
    vat = 1050 * int(category.percent or 0) / 100
    reason = "<cbc:TaxExemptionReason>Se villkor</cbc:TaxExemptionReason>" if category.percent in ("", "0") else ""
    reason = reason if category.needs_reason else ""
    rated = f"<cbc:ID>{category.code}</cbc:ID>{percent}"
    numbers = {
        "VAT": f"<cac:PartyTaxScheme><cbc:CompanyID>SE556000000101</cbc:CompanyID>{VAT}</cac:PartyTaxScheme>",
        "any": "<cac:PartyTaxScheme><cbc:CompanyID>1</cbc:CompanyID>"
        "<cac:TaxScheme><cbc:ID>TAX</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>",
        "legal": "",
        "": "",
    }
    legal = "<cbc:CompanyID>5560000001</cbc:CompanyID>" if category.buyer == "legal" else ""
    return f"""<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
      xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
      xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
      <cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID><cbc:ID>1</cbc:ID>
      <cbc:IssueDate>2026-11-02</cbc:IssueDate><cbc:DueDate>2026-12-02</cbc:DueDate>
      <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>
      <cac:AccountingSupplierParty><cac:Party>
        <cac:PartyIdentification><cbc:ID>S</cbc:ID></cac:PartyIdentification>
        <cac:PostalAddress><cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
        <seller>{numbers[category.seller]}</seller>
        <cac:PartyLegalEntity><cbc:RegistrationName>Exempelverken AB</cbc:RegistrationName></cac:PartyLegalEntity>
      </cac:Party></cac:AccountingSupplierParty>
      <cac:AccountingCustomerParty><cac:Party>
        <cac:PostalAddress><cac:Country><cbc:IdentificationCode>FI</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
        <buyer>{numbers[category.buyer]}</buyer>
        <cac:PartyLegalEntity><cbc:RegistrationName>Exempelbolaget AB</cbc:RegistrationName>{legal}
        </cac:PartyLegalEntity>
      </cac:Party></cac:AccountingCustomerParty>
      <cac:Delivery><cbc:ActualDeliveryDate>2026-11-01</cbc:ActualDeliveryDate><cac:DeliveryLocation>
        <cac:Address><cac:Country><cbc:IdentificationCode>FI</cbc:IdentificationCode></cac:Country></cac:Address>
      </cac:DeliveryLocation></cac:Delivery>
      <cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator>
        <cbc:AllowanceChargeReason>Rabatt</cbc:AllowanceChargeReason><cbc:Amount currencyID="SEK">50</cbc:Amount>
        <cac:TaxCategory><allowance>{rated}</allowance>{VAT}</cac:TaxCategory></cac:AllowanceCharge>
      <cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator>
        <cbc:AllowanceChargeReason>Frakt</cbc:AllowanceChargeReason><cbc:Amount currencyID="SEK">100</cbc:Amount>
        <cac:TaxCategory><charge>{rated}</charge>{VAT}</cac:TaxCategory></cac:AllowanceCharge>
      <cac:TaxTotal><cbc:TaxAmount currencyID="SEK">{vat}</cbc:TaxAmount>
        <part><cac:TaxSubtotal><cbc:TaxableAmount currencyID="SEK">1050</cbc:TaxableAmount>
        <cbc:TaxAmount currencyID="SEK">{vat}</cbc:TaxAmount>
        <cac:TaxCategory>{rated}{reason}{VAT}</cac:TaxCategory></cac:TaxSubtotal></part></cac:TaxTotal>
      <cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="SEK">1000</cbc:LineExtensionAmount>
        <cbc:TaxExclusiveAmount currencyID="SEK">1050</cbc:TaxExclusiveAmount>
        <cbc:TaxInclusiveAmount currencyID="SEK">{1050 + vat}</cbc:TaxInclusiveAmount>
        <cbc:AllowanceTotalAmount currencyID="SEK">50</cbc:AllowanceTotalAmount>
        <cbc:ChargeTotalAmount currencyID="SEK">100</cbc:ChargeTotalAmount>
        <cbc:PayableAmount currencyID="SEK">{1050 + vat}</cbc:PayableAmount></cac:LegalMonetaryTotal>
      <cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="C62">1</cbc:InvoicedQuantity>
        <cbc:LineExtensionAmount currencyID="SEK">1000</cbc:LineExtensionAmount>
        <cac:Item><cbc:Name>Vara</cbc:Name>
        <cac:ClassifiedTaxCategory><line>{rated}</line>{VAT}</cac:ClassifiedTaxCategory></cac:Item>
        <cac:Price><cbc:PriceAmount currencyID="SEK">1000</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
    </Invoice>"""


def found(marked: str) -> set[str]:
    """Judge an invoice; the marks that tests look for are taken out first."""
    document = re.sub(r"</?(?:seller|buyer|allowance|charge|line|part)>", "", marked)
    return {one.rule for one in validate(document.encode(), layers=("en16931",)).findings}


def within(document: str, mark: str, replacement: str) -> str:
    """Put something else between two marks."""
    changed = re.sub(f"<{mark}>.*?</{mark}>", lambda _: f"<{mark}>{replacement}</{mark}>", document, flags=re.DOTALL)
    assert changed != document
    return changed


def only_on(category: Category, place: str) -> str:
    """Return an invoice with the category in one place and in the breakdown alone; elsewhere is another."""
    document = invoice(category)
    for elsewhere in {"line", "allowance", "charge"} - {place}:
        other = "E" if category.code == "Z" else "Z"
        document = within(document, elsewhere, f"<cbc:ID>{other}</cbc:ID><cbc:Percent>0</cbc:Percent>")
    return document


each_category = pytest.mark.parametrize("category", CATEGORIES, ids=[one.code for one in CATEGORIES])
each_place = pytest.mark.parametrize(("number", "place"), [(2, "line"), (3, "allowance"), (4, "charge")])


@each_category
def test_a_category_may_be_used(category: Category) -> None:
    assert found(invoice(category)) == set()


@each_category
def test_a_category_that_is_used_is_summed_up(category: Category) -> None:
    document = invoice(category)
    assert f"BR-{category.prefix}-01" in found(within(document, "part", ""))


@each_category
def test_a_category_with_one_rate_is_summed_up_once(category: Category) -> None:
    document = invoice(category)
    part = re.search("<part>(.*)</part>", document, re.DOTALL)
    assert part
    is_found = f"BR-{category.prefix}-01" in found(within(document, "part", part[1] * 2))
    assert is_found == (category.code not in SEVERAL_RATES)


@each_category
@each_place
def test_a_category_needs_who_must_be_registered(category: Category, number: int, place: str) -> None:
    document = only_on(category, place)
    rule = f"BR-{category.prefix}-{number:02}"
    assert rule not in found(document)
    if category.code == "O":  # nobody may be
        number_of_seller = invoice(CATEGORIES[2])[invoice(CATEGORIES[2]).index("<seller>") + 8 :].partition("</")[0]
        document = within(document, "seller", f"{number_of_seller}</cbc:CompanyID>{VAT}</cac:PartyTaxScheme>")
    else:
        document = within(document, "seller", "")
    assert rule in found(document)


@pytest.mark.parametrize("category", [one for one in CATEGORIES if one.buyer], ids=["AE", "K"])
@each_place
def test_a_category_needs_the_buyers_number(category: Category, number: int, place: str) -> None:
    document = only_on(category, place)
    without = document.replace("<cbc:CompanyID>5560000001</cbc:CompanyID>", "")
    without = within(without, "buyer", " ") if category.buyer == "VAT" else without
    assert f"BR-{category.prefix}-{number:02}" in found(without)


@each_category
@pytest.mark.parametrize(("number", "place"), [(5, "line"), (6, "allowance"), (7, "charge")])
def test_a_category_has_its_kind_of_rate(category: Category, number: int, place: str) -> None:
    wrong = {"L": "-1", "M": "-1", "S": "0", "O": "0"}.get(category.code, "1")
    document = within(invoice(category), place, f"<cbc:ID>{category.code}</cbc:ID><cbc:Percent>{wrong}</cbc:Percent>")
    assert f"BR-{category.prefix}-{number:02}" in found(document)


@each_category
def test_the_base_is_what_has_the_category(category: Category) -> None:
    document = invoice(category)
    less, rule = (
        document.replace('TaxableAmount currencyID="SEK">1050', 'TaxableAmount currencyID="SEK">1048.99'),
        (f"BR-{category.prefix}-08"),
    )
    assert rule in found(less)
    near = document.replace('TaxableAmount currencyID="SEK">1050', 'TaxableAmount currencyID="SEK">1050.99')
    assert (rule in found(near)) == (category.code not in SEVERAL_RATES)


@each_category
def test_the_vat_is_the_rate_of_the_base(category: Category) -> None:
    document = invoice(category)
    vat = 1050 * int(category.percent or 0) / 100
    more = document.replace(
        f">{vat}</cbc:TaxAmount>\n        <cac:TaxC", f">{vat + 1}</cbc:TaxAmount>\n        <cac:TaxC"
    )
    assert more != document
    assert f"BR-{category.prefix}-09" in found(more)


@each_category
def test_an_exemption_has_a_reason_and_nothing_else_has_one(category: Category) -> None:
    reason = "<cbc:TaxExemptionReason>Se villkor</cbc:TaxExemptionReason>"
    document = invoice(category)
    if category.needs_reason:
        document = document.replace(reason, "")
    else:
        document = document.replace(
            f"{VAT}</cac:TaxCategory></cac:TaxSubtotal>", f"{reason}{VAT}</cac:TaxCategory></cac:TaxSubtotal>"
        )
    assert f"BR-{category.prefix}-10" in found(document)


def test_what_is_outside_the_scope_is_not_mixed_with_anything() -> None:
    document = invoice(next(one for one in CATEGORIES if one.code == "O"))
    zero = "<cbc:ID>Z</cbc:ID><cbc:Percent>0</cbc:Percent>"
    part = re.search("<part>(.*)</part>", document, re.DOTALL)
    assert part
    assert "BR-O-11" in found(within(document, "part", part[1] + part[1].replace("<cbc:ID>O<", "<cbc:ID>Z<")))
    for rule, place in (("BR-O-12", "line"), ("BR-O-13", "allowance"), ("BR-O-14", "charge")):
        assert rule in found(within(document, place, zero))


def test_an_intra_community_supply_says_when_and_where_it_was_delivered() -> None:
    document = invoice(next(one for one in CATEGORIES if one.code == "K"))
    undated = document.replace("<cbc:ActualDeliveryDate>2026-11-01</cbc:ActualDeliveryDate>", "")
    assert "BR-IC-11" in found(undated)
    period = "<cac:InvoicePeriod><cbc:EndDate>2026-11-01</cbc:EndDate></cac:InvoicePeriod><cac:AccountingSupplierParty>"
    assert "BR-IC-11" not in found(undated.replace("<cac:AccountingSupplierParty>", period))
    assert "BR-IC-12" in found(re.sub("<cac:DeliveryLocation>.*</cac:DeliveryLocation>", "", document, flags=re.DOTALL))


def test_split_payment_is_for_italy_and_without_the_standard_rate() -> None:
    document = invoice(next(one for one in CATEGORIES if one.code == "S"))
    split = within(document, "line", "<cbc:ID>B</cbc:ID><cbc:Percent>22</cbc:Percent>")
    assert {"BR-B-01", "BR-B-02"} <= found(split)
    italian = re.sub("(IdentificationCode>)(SE|FI)", r"\1IT", split)
    assert "BR-B-01" not in found(italian)
    assert "BR-B-02" not in found(italian.replace("<cbc:ID>S<", "<cbc:ID>B<"))


def test_the_standard_rate_on_lines_is_one_of_vat() -> None:
    document = invoice(next(one for one in CATEGORIES if one.code == "S"))
    before, line, after = document.partition("</line>")
    assert "BR-S-02" in found(before + line + after.replace(VAT, "", 1))


def test_an_amount_that_is_no_number_spoils_the_sum_of_its_own_category_alone() -> None:
    document = within(invoice(CATEGORIES[1]), "line", "<cbc:ID>Z</cbc:ID><cbc:Percent>0</cbc:Percent>")
    spoiled = document.replace(
        'LineExtensionAmount currencyID="SEK">1000</', 'LineExtensionAmount currencyID="SEK">x</'
    )
    exempt = re.sub("(<part>.*TaxableAmount[^>]*>)1050", r"\g<1>50", spoiled, flags=re.DOTALL)
    assert "BR-E-08" in found(spoiled)
    assert "BR-E-08" not in found(exempt)
    of_zero_rated = exempt.replace(
        "<part>",
        "<part><cac:TaxSubtotal><cbc:TaxableAmount>1000</cbc:TaxableAmount>"
        f"<cac:TaxCategory><cbc:ID>Z</cbc:ID>{VAT}</cac:TaxCategory></cac:TaxSubtotal>",
    )
    assert "BR-Z-08" in found(of_zero_rated)


def test_an_amount_that_is_both_allowance_and_charge_adds_nothing() -> None:
    flag = "<cbc:ChargeIndicator>{}</cbc:ChargeIndicator>"
    document = invoice(CATEGORIES[-2]).replace(flag.format("true"), flag.format("true") + flag.format("false"))
    assert "BR-S-08" in found(document)
    assert "BR-S-08" not in found(document.replace(">1050</cbc:TaxableAmount>", ">950</cbc:TaxableAmount>"))


def test_small_letters_name_vat_too() -> None:
    assert found(invoice(CATEGORIES[-2]).replace("<cbc:ID>VAT<", "<cbc:ID> vat <")) == set()


def test_no_rule_of_the_categories_is_without_a_test() -> None:
    ours = {f"BR-{one.prefix}-{number:02}" for one in CATEGORIES for number in range(1, 11)}
    ours |= {"BR-O-11", "BR-O-12", "BR-O-13", "BR-O-14", "BR-IC-11", "BR-IC-12", "BR-B-01", "BR-B-02"}
    assert {rule.id for rule in MODEL_RULES if rule.id.count("-") == 2 and "-CO-" not in rule.id} == ours
