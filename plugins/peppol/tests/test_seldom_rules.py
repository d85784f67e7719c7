"""Rules of Peppol BIS Billing that damage at random seldom meets, most of them national: each by its own document.

Where the official rules lie beside the checkout, they must find the same in every one of these documents.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from hub_peppol.judging.engine import validate
from hub_peppol.judging.referee import Referee

OFFICIAL = Path(__file__).parents[4] / "shared" / "artefacts" / "peppol"
INVOICE = (Path(__file__).parent / "samples" / "bis3-invoice.xml").read_text("utf-8")
A_DAY = date(2026, 11, 2)

MEANS = "<cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>"
ACCOUNT = INVOICE[INVOICE.index("    <cac:PayeeFinancialAccount>") : INVOICE.index("  </cac:PaymentMeans>")]
CARD = "<cac:CardAccount><cbc:PrimaryAccountNumberID>1</cbc:PrimaryAccountNumberID></cac:CardAccount>"
MANDATE = "<cac:PaymentMandate><cbc:ID>M1</cbc:ID></cac:PaymentMandate>"
TERMS = "30 dagar netto"
ITEM = 'listID="STI">'
DELIVERED = "<cbc:ActualDeliveryDate>2026-10-31</cbc:ActualDeliveryDate>"
ADDRESS = (
    f"{DELIVERED}<cac:DeliveryLocation><cac:Address><cbc:CityName>{{}}</cbc:CityName><cac:Country>"
    "<cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country></cac:Address></cac:DeliveryLocation>"
)
ATTACHED = INVOICE[INVOICE.index("<cbc:EmbeddedDocumentBinaryObject") : INVOICE.index("    </cac:Attachment>")]
RATE = "<cbc:Percent>12</cbc:Percent>"
LAST_DAY = "<cbc:EndDate>2026-10-31</cbc:EndDate>"
NOTE = "<cbc:Note>El och vatten för oktober</cbc:Note>"
REFERENCE = "<cbc:ID>avläsning</cbc:ID>"
IBAN = "SE4550000000058398257466"


class Case(NamedTuple):
    """A country for both parties, what is changed in our sample, and rules with how often they must be found."""

    country: str
    changes: dict[str, str]
    rules: dict[str, int]


def _described(description: str, number: str = "avläsning") -> dict[str, str]:
    told = f"<cbc:DocumentDescription>{description}</cbc:DocumentDescription>"
    return {REFERENCE: f"<cbc:ID>{number}</cbc:ID>{told}"}


def _linked(url: str) -> dict[str, str]:
    return {ATTACHED: f"<cac:ExternalReference><cbc:URI>{url}</cbc:URI></cac:ExternalReference>"}


def _numbered(scheme: str, number: str) -> dict[str, str]:
    return {'schemeID="0088">7300010000001': f'schemeID="{scheme}">{number}'}


def _exempt(code: str) -> dict[str, str]:
    return {RATE: f"{RATE}<cbc:TaxExemptionReasonCode>VATEX-EU-{code}</cbc:TaxExemptionReasonCode>"}


def _paid(code: str, account: str = "", payment_id: str = "1001007") -> dict[str, str]:
    changes = {MEANS: MEANS.replace("30", code), "<cbc:PaymentID>1001007": f"<cbc:PaymentID>{payment_id}"}
    return changes | ({">9912346<": f">{account}<"} if account else {})


CASES = (
    *(
        Case("SE", _exempt(code), {f"PEPPOL-EN16931-P01{number}": 1})
        for number, code in zip(
            ("04", "05", "06", "07", "08", "09", "10", "11"), ["G", "O", "IC", "ae", "D", "F", "I", "j"], strict=True
        )
    ),
    Case("SE", {LAST_DAY: f"{LAST_DAY}<cbc:DescriptionCode>3</cbc:DescriptionCode>"}, {"PEPPOL-EN16931-CL006": 0}),
    Case("SE", {LAST_DAY: f"{LAST_DAY}<cbc:DescriptionCode>29</cbc:DescriptionCode>"}, {"PEPPOL-EN16931-CL006": 2}),
    Case("SE", {NOTE: NOTE * 2}, {"PEPPOL-EN16931-R002": 1}),
    Case("DE", {NOTE: NOTE * 2}, {"PEPPOL-EN16931-R002": 0}),
    Case("SE", _numbered("0151", "51824753556"), {"PEPPOL-COMMON-R050": 0}),
    Case("SE", _numbered("0151", "51824753557"), {"PEPPOL-COMMON-R050": 1}),
    Case("SE", _numbered("0192", "974760673"), {"PEPPOL-COMMON-R041": 0}),
    Case("SE", _numbered("0192", "974760674"), {"PEPPOL-COMMON-R041": 1}),
    Case("SE", _numbered("0208", "0202239951"), {"PEPPOL-COMMON-R043": 0}),
    Case("SE", _numbered("0208", "0202239952"), {"PEPPOL-COMMON-R043": 1}),
    Case("SE", _numbered("0211", "IT00743110157"), {"PEPPOL-COMMON-R047": 0}),
    Case("SE", _numbered("0211", "IT00743110158"), {"PEPPOL-COMMON-R047": 1}),
    Case("SE", _numbered("0210", "ABCDEF12G34H567I"), {"PEPPOL-COMMON-R045": 0}),
    Case("SE", _numbered("0210", "ABCDEF12G34H5671"), {"PEPPOL-COMMON-R045": 1}),
    Case("SE", _numbered("0201", "UFFICI"), {"PEPPOL-COMMON-R044": 0}),
    Case("SE", _numbered("0190", "1234567890123456789"), {"PEPPOL-COMMON-R055": 1}),
    Case("DE", {}, {"DE-R-010": 0, "DE-R-018": 0, "DE-R-019": 0}),
    Case("DE", {DELIVERED: ADDRESS.format("")}, {"DE-R-010": 1, "DE-R-011": 1}),
    Case("DE", {DELIVERED: ADDRESS.format("Kiel")}, {"DE-R-010": 0, "DE-R-011": 1}),
    Case("DE", {TERMS: "#SKONTO#TAGE=14#PROZENT=2.00#\n"}, {"DE-R-018": 0}),
    Case("DE", {TERMS: "Bitte\n#SKONTO#TAGE=14#PROZENT=2.00#BASISBETRAG=357.93#\nDanke"}, {"DE-R-018": 0}),
    Case("DE", {TERMS: "#SKONTO#TAGE=14#PROZENT=2.00#"}, {"DE-R-018": 1}),
    Case("DE", {TERMS: "#SKONTO#TAGE=14#PROZENT=2#\n"}, {"DE-R-018": 1}),
    Case("DE", {TERMS: "#Skonto#TAGE=14#PROZENT=2.00#\n"}, {"DE-R-018": 1}),
    Case("DE", _paid("58", IBAN), {"DE-R-019": 0, "DE-R-023-1": 0}),
    Case("DE", _paid("58", IBAN.lower()), {"DE-R-019": 1}),
    Case("DE", _paid("58", "SE45 5000 0000 0583 9825 7466"), {"DE-R-019": 0}),
    Case("DE", _paid("58", "SE4550000000058398257467"), {"DE-R-019": 1}),
    Case("DE", {ACCOUNT: ""}, {"DE-R-023-1": 1, "DE-R-023-2": 0}),
    Case("DE", {ACCOUNT: CARD + ACCOUNT}, {"DE-R-023-2": 1}),
    Case("DE", _paid("48"), {"DE-R-024-1": 1, "DE-R-024-2": 1}),
    Case("DE", {**_paid("48"), ACCOUNT: CARD}, {"DE-R-024-1": 0, "DE-R-024-2": 0}),
    Case("DE", _paid("59"), {"DE-R-025-1": 1, "DE-R-025-2": 1, "DE-R-020": 1}),
    Case("DE", {**_paid("59"), ACCOUNT: MANDATE}, {"DE-R-025-1": 0, "DE-R-020": 1, "DE-R-030": 1, "DE-R-031": 1}),
    Case("DE", _linked("https://nordvik.example/1"), {"DE-R-T02": 0}),
    Case("DE", _linked("nordvik.example/1"), {"DE-R-T02": 1}),
    Case("DK", {ITEM: 'listID="TST">'}, {"DK-R-003": 1}),
    Case("DK", {ITEM: 'listID="TST" listVersionID="26.08.01">'}, {"DK-R-003": 0}),
    Case("DK", {}, {"DK-R-005": 1, "DK-R-014": 1, "DK-R-017": 1}),
    Case("DK", {**_paid("49"), ACCOUNT: MANDATE}, {"DK-R-007": 1}),
    Case("DK", _paid("50", "1234567", "01#"), {"DK-R-008": 0, "DK-R-009": 0}),
    Case("DK", _paid("50", "1234567", "04#1234567890"), {"DK-R-008": 0, "DK-R-009": 1}),
    Case("DK", _paid("50", "123456", "15#1234567890123456"), {"DK-R-008": 1, "DK-R-009": 0}),
    Case("DK", _paid("93", "12345678", "71#12345678901234"), {"DK-R-010": 0, "DK-R-011": 1}),
    Case("DK", _paid("93", "12345678", "75#123456789012345"), {"DK-R-010": 0, "DK-R-011": 0}),
    Case("DK", _paid("93", "1234567", "73#"), {"DK-R-010": 1, "DK-R-011": 0}),
    Case("DK", {">95<": ">ZZZ<", ">Rabatt<": ">1234<"}, {"DK-R-004": 0}),
    Case("DK", {">95<": ">ZZZ<", ">Rabatt<": ">vand#afgift<"}, {"DK-R-004": 0}),
    Case("DK", {">95<": ">ZZZ<", ">Rabatt<": ">afgift#<"}, {"DK-R-004": 1}),
    Case("GR", _described("##M.AR.K##", "0123"), {"GR-R-004-1": 0, "GR-R-004-2": 1}),
    Case("GR", _described("##M.AR.K##", "400001"), {"GR-R-004-1": 0, "GR-R-004-2": 0}),
    Case("GR", _described("##INVOICE|URL##"), {"GR-S-008-1": 0, "GR-R-008-3": 1, "GR-R-004-1": 1}),
    Case("GR", {**_described("##INVOICE|URL##"), **_linked("https://a.example")}, {"GR-R-008-3": 0}),
    Case("GR", {}, {"GR-R-001-1": 1, "GR-R-003": 1, "GR-R-006": 1, "GR-R-009": 1, "GR-R-010": 1, "GR-R-008-2": 0}),
    Case("IS", _described("EINDAGI", "2026-12-15"), {"IS-R-008": 0, "IS-R-009": 0, "IS-R-010": 0}),
    Case("IS", _described("EINDAGI", "2026-12-01"), {"IS-R-008": 0, "IS-R-010": 1}),
    Case("IS", _described("EINDAGI", "2026-02-30"), {"IS-R-008": 1, "IS-R-010": 1}),
    Case(
        "IS",
        {**_described("EINDAGI", "2026-12-15"), "<cbc:DueDate>2026-12-02</cbc:DueDate>": ""},
        {"IS-R-009": 1, "IS-R-010": 1},
    ),
    Case("IS", _paid("9", "123456789012"), {"IS-R-006": 0, "IS-R-007": 0}),
    Case("IS", _paid("9"), {"IS-R-006": 1}),
    Case("IS", _paid("42"), {"IS-R-006": 0, "IS-R-007": 1}),
    Case("NL", {}, {"NL-R-002": 0, "NL-R-003": 1, "NL-R-005": 1, "NL-R-008": 0}),
    Case("NL", _paid("31"), {"NL-R-008": 1}),
    Case("NO", {}, {"NO-R-001": 1, "NO-R-002": 1}),
    Case("IT", {">Verksgatan 1<": "><", "Godkänd för F-skatt": "ITX"}, {"IT-R-001": 1, "IT-R-002": 0}),
)


def _document(case: Case) -> bytes:
    text = INVOICE.replace(">SE</cbc:IdentificationCode>", f">{case.country}</cbc:IdentificationCode>")
    prefix = {"GR": "EL"}.get(case.country, case.country)
    text = text.replace("<cbc:CompanyID>SE55", f"<cbc:CompanyID>{prefix}55")
    for was, becomes in case.changes.items():
        assert was in text
        text = text.replace(was, becomes)
    return text.encode()


def _found(case: Case) -> Counter[str]:
    return Counter(one.rule for one in validate(_document(case), ("peppol",), on=A_DAY).findings)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.country} {' '.join(case.rules)}")
def test_a_rule_is_found_where_it_is_broken_alone(case: Case) -> None:
    found = _found(case)
    assert {rule: found[rule] for rule in case.rules} == case.rules


@cache
def _referee() -> Referee:
    return Referee(OFFICIAL)


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official rules are not beside the checkout")
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.country} {' '.join(case.rules)}")
def test_the_official_rules_find_the_same(case: Case) -> None:
    pytest.importorskip("saxonche", reason="the extra validate is not installed")
    verdict = _referee().judge("peppol", _document(case))
    assert verdict.gave_up == ""
    assert Counter(one.rule for one in verdict.firings) == _found(case)
