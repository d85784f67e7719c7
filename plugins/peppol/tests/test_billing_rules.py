"""The rules of Peppol BIS Billing on one Swedish invoice: each fault is found by its rule, and by no other."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from hub.errors import ConfigurationError
from hub_peppol.judging.billing.release_3_0_20 import PACK as FORMER
from hub_peppol.judging.billing.release_3_0_21 import PACK
from hub_peppol.judging.engine import validate

INVOICE = (Path(__file__).parent / "samples" / "bis3-invoice.xml").read_text("utf-8")
AUTUMN = date(2026, 10, 1)
SELLER_NUMBER = '<cbc:CompanyID schemeID="0007">5567321707</cbc:CompanyID>'


def found_in(text: str, *, on: date = AUTUMN) -> Counter[str]:
    return Counter(one.rule for one in validate(text.encode(), ("peppol",), on=on).findings)


def test_our_sample_breaks_no_rule() -> None:
    assert found_in(INVOICE) == {}


@pytest.mark.parametrize(
    ("was", "becomes", "rules"),
    [
        ("<cbc:Note>El och vatten för oktober</cbc:Note>", "<cbc:Note/>", {"PEPPOL-EN16931-R008": 1}),
        ("billing:01:1.0<", "billing:09:1.0<", {"PEPPOL-EN16931-R007": 1}),
        ("poacc:billing:3.0<", "poacc:billing:3.0::2.1<", {"PEPPOL-EN16931-R004": 1}),
        ('<cbc:EndpointID schemeID="0007">5567321707</cbc:EndpointID>', "", {"PEPPOL-EN16931-R020": 1}),
        ('<cbc:EndpointID schemeID="0007">5566778899</cbc:EndpointID>', "", {"PEPPOL-EN16931-R010": 1}),
        ('schemeID="0088">7300010000001<', 'schemeID="0088">7300010000002<', {"PEPPOL-COMMON-R040": 1}),
        (">SE556732170701<", ">SE55673217070<", {"SE-R-001": 1}),
        (">SE556732170701<", ">SE55673217070A<", {"SE-R-002": 1}),
        (SELLER_NUMBER, "<cbc:CompanyID>556732-1707</cbc:CompanyID>", {"SE-R-003": 1, "SE-R-004": 1, "SE-R-013": 1}),
        (SELLER_NUMBER, "<cbc:CompanyID>165567321707</cbc:CompanyID>", {"SE-R-004": 1, "SE-R-013": 1}),
        (SELLER_NUMBER, "<cbc:CompanyID>5567321708</cbc:CompanyID>", {"SE-R-013": 1}),
        (">Godkänd för F-skatt<", ">Innehar F-skattsedel<", {"SE-R-005": 1}),
        (">Godkänd för F-skatt<", "> GODKÄND FÖR F-SKATT<", {}),
        ("<cbc:Percent>12<", "<cbc:Percent>13<", {"SE-R-006": 2}),
        ("<cbc:Percent>12<", "<cbc:Percent>12.00<", {}),
        (">9912346<", ">991-2346<", {"SE-R-008": 1}),
        (">9912346<", ">991234<", {"SE-R-009": 1}),
        (">SE:BANKGIRO<", ">SE:PLUSGIRO<", {}),
        (">30<", ">50<", {"SE-R-011": 1}),
        (">30<", ">31<", {"SE-R-012": 1}),
        (">2026-12-02<", ">2026-11-31<", {"PEPPOL-EN16931-F001": 1}),
        (">2026-12-02<", ">2026-12-02Z<", {"PEPPOL-EN16931-F001": 1}),
        ('currencyID="SEK">237.50<', 'currencyID="EUR">237.50<', {"PEPPOL-EN16931-R051": 1}),
        ('currencyID="SEK">237.50<', 'currencyID="KR">237.50<', {"PEPPOL-EN16931-R051": 1, "PEPPOL-EN16931-CL007": 1}),
        (">1000.00</cbc:LineExtensionAmount>", ">1000.02</cbc:LineExtensionAmount>", {}),
        (">1000.00</cbc:LineExtensionAmount>", ">1000.03</cbc:LineExtensionAmount>", {"PEPPOL-EN16931-R120": 1}),
        (">100.00</cbc:Amount>", ">100.03</cbc:Amount>", {"PEPPOL-EN16931-R040": 1}),
        ('<cbc:BaseQuantity unitCode="KWH">', '<cbc:BaseQuantity unitCode="MTQ">', {"PEPPOL-EN16931-R130": 1}),
        (">8</cbc:Amount>", ">7</cbc:Amount>", {"PEPPOL-EN16931-R046": 1}),
        (">130<", ">50<", {"PEPPOL-EN16931-R101": 1}),
        ("text/csv", "text/plain", {"PEPPOL-EN16931-CL001": 1}),
        (">95<", ">FC<", {"PEPPOL-EN16931-CL002": 1}),
        (">380<", ">384<", {"PEPPOL-EN16931-P0112": 1}),
    ],
)
def test_a_fault_is_found_by_its_rule_alone(was: str, becomes: str, rules: dict[str, int]) -> None:
    assert was in INVOICE
    assert found_in(INVOICE.replace(was, becomes)) == rules


def test_a_finding_says_where_and_what_to_change() -> None:
    broken = INVOICE.replace(">9912346<", ">991-2346<")
    [finding] = validate(broken.encode(), ("peppol",), on=AUTUMN).findings
    assert finding.severity == "warning"
    assert finding.location == "/Invoice/cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID"
    assert finding.message == "Write the bankgiro number in digits only."


def test_an_amount_that_is_no_number_breaks_the_rules_that_need_it() -> None:
    assert "PEPPOL-EN16931-R120" in found_in(INVOICE.replace(">1000.00</cbc:Line", ">much</cbc:Line"))


def test_a_number_taken_by_an_earlier_rule_of_its_pattern_is_not_looked_at_by_a_later() -> None:
    number = '<cbc:CompanyID schemeID="0088">NL1</cbc:CompanyID>'
    found = found_in(INVOICE.replace("<cbc:CompanyID>SE556732170701</cbc:CompanyID>", number))
    assert found["PEPPOL-COMMON-R040"] == 1
    assert found["PEPPOL-COMMON-R056-2"] == 0


def test_any_part_of_a_document_can_be_judged() -> None:
    for element in etree.fromstring(INVOICE.encode()).iter():
        assert (
            validate(element, ("en16931", "peppol"), on=AUTUMN).rules
            == "EN 16931 UBL 1.3.16, Peppol BIS Billing 3.0.21"
        )


def test_a_release_begins_to_count_on_its_day() -> None:
    dutch = INVOICE.replace('schemeID="0088">7300010000001<', 'schemeID="0106">123<')
    assert found_in(dutch, on=date(2026, 8, 16)) == {}
    assert found_in(dutch, on=date(2026, 8, 17)) == {"PEPPOL-COMMON-R054": 1}


def test_before_the_first_release_nothing_is_judged() -> None:
    with pytest.raises(ConfigurationError, match="no release"):
        found_in(INVOICE, on=date(2026, 2, 22))


def test_the_packs_have_as_many_rules_as_their_releases() -> None:
    assert Counter(PACK.ids().values()) == {"fatal": 139, "warning": 26}
    assert Counter(FORMER.ids().values()) == {"fatal": 135, "warning": 24}
