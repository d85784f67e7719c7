"""The structure of Svefaktura 1.0, judged without its schema: what is built otherwise is unfit, and told where."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub_peppol import validate
from hub_peppol.judging.inspector import PeppolInspector

FULL = (Path(__file__).parent / "samples" / "svefaktura" / "full.xml").read_text("utf-8")
LINES = FULL[FULL.index("<cac:InvoiceLine>") : FULL.rindex("</cac:InvoiceLine>") + len("</cac:InvoiceLine>")]
MEANS = FULL[FULL.index("<cac:PaymentMeans>") : FULL.index("</cac:PaymentMeans>") + len("</cac:PaymentMeans>")]
DATE = "<cbc:IssueDate>2026-11-03</cbc:IssueDate>"
TYPE = "<InvoiceTypeCode>381</InvoiceTypeCode>"
INVOICE = "/sfti:Invoice"


def broken(old: str, new: str) -> list[tuple[str, str]]:
    """Change the full Svefaktura and return what is found, and where."""
    assert old in FULL
    findings = validate(FULL.replace(old, new, 1).encode(), ("xsd",)).findings
    return [(finding.rule, finding.location) for finding in findings]


@pytest.mark.parametrize(
    ("old", "new", "rule", "location"),
    [
        (DATE, "", "XSD-MISSING", INVOICE),
        (LINES, "", "XSD-MISSING", INVOICE),
        (DATE + "\n  " + TYPE, TYPE + DATE, "XSD-ORDER", f"{INVOICE}/sbc:IssueDate"),
        (DATE, f"{DATE}<cbc:Nothing>1</cbc:Nothing>", "XSD-UNKNOWN", f"{INVOICE}/sbc:Nothing"),
        (TYPE, f"<cac:InvoiceTypeCode/>{TYPE}", "XSD-UNKNOWN", f"{INVOICE}/sac:InvoiceTypeCode"),
        (DATE, DATE * 2, "XSD-REPEATED", f"{INVOICE}/sbc:IssueDate[2]"),
        (MEANS, MEANS * 4, "XSD-REPEATED", f"{INVOICE}/sac:PaymentMeans[4]"),
        ("2026-11-03", "2026-11-31", "XSD-TYPE", f"{INVOICE}/sbc:IssueDate"),
        (">EUR</InvoiceCurrencyCode>", ">XYZ</InvoiceCurrencyCode>", "XSD-TYPE", f"{INVOICE}/sfti:InvoiceCurrencyCode"),
        (
            ">EUR</InvoiceCurrencyCode>",
            "> EUR</InvoiceCurrencyCode>",
            "XSD-TYPE",
            f"{INVOICE}/sfti:InvoiceCurrencyCode",
        ),
        ("<ID>", '<ID identificationSchemeID="a">', "XSD-ATTRIBUTE", f"{INVOICE}/sfti:ID"),
        (DATE, f"{DATE}text", "XSD-TEXT", INVOICE),
        (
            '<cbc:TotalTaxAmount amountCurrencyID="EUR">',
            "<cbc:TotalTaxAmount>",
            "XSD-ATTRIBUTE-MISSING",
            f"{INVOICE}/sac:TaxTotal/sbc:TotalTaxAmount",
        ),
    ],
)
def test_what_is_built_otherwise_is_found_where_it_stands(old: str, new: str, rule: str, location: str) -> None:
    assert (rule, location) in broken(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (MEANS, MEANS * 3),
        ("<InvoiceCurrencyCode>", '<InvoiceCurrencyCode codeListID="ISO 4217 Alpha" name="a">'),
        ("<InvoiceTypeCode>", '<InvoiceTypeCode codeListID="anything">'),
        (DATE, f"{DATE}<!-- a remark -->"),
    ],
)
def test_what_the_format_allows_is_allowed(old: str, new: str) -> None:
    assert broken(old, new) == []


def test_messages_name_the_format() -> None:
    (finding,) = validate(FULL.replace(DATE, f"{DATE}<x/>", 1).encode(), ("xsd",)).findings
    assert "Svefaktura 1.0 has no such element there" in finding.message


def test_hub_validate_judges_both_layers() -> None:
    judgement = PeppolInspector().judge(FULL.replace(DATE, "").encode())
    assert judgement.layers == ("xsd", "peppol")
    assert [one.rule for one in judgement.findings if one.severity == "fatal"] == ["XSD-MISSING"]
