"""What `hub validate` gets from the native judge."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from hub.contracts import Difference, DocumentInspector, Judgement, Severity
from hub.errors import FormatError
from hub_peppol import PeppolSettings, Plugin
from hub_peppol.judging.inspector import PeppolInspector

INVOICE = (Path(__file__).parent / "samples" / "en16931-invoice.xml").read_bytes()
BIS = (Path(__file__).parent / "samples" / "bis3-invoice.xml").read_bytes()
INSPECTOR = PeppolInspector()


def test_the_plugin_offers_a_judge() -> None:
    (inspector,) = Plugin(PeppolSettings()).hub_document_inspectors()
    assert isinstance(inspector, DocumentInspector)


@pytest.mark.parametrize("head", [INVOICE[:4096], INVOICE.decode().replace("UTF-8", "UTF-16").encode("utf-16")[:4096]])
def test_an_invoice_is_known_by_its_root(head: bytes) -> None:
    assert INSPECTOR.recognises(head)


@pytest.mark.parametrize("head", [b"", b"%PDF-1.7", b"<Invoice/>", b'<!DOCTYPE a><Invoice xmlns="x"/>', b"<a"])
def test_anything_else_is_not_ours(head: bytes) -> None:
    assert not INSPECTOR.recognises(head)


def test_a_fit_invoice_is_told_by_which_rules() -> None:
    judgement = INSPECTOR.judge(INVOICE)
    assert judgement.format == "UBL 2.1 invoice"
    assert "EN 16931 UBL 1.3.16" in judgement.rules
    assert {"xsd", "en16931"} <= set(judgement.layers)
    assert [one.rule for one in judgement.findings if one.rule.startswith("BR")] == []
    assert judgement.differences is None


def test_a_finding_says_how_bad_where_and_what_to_change() -> None:
    judgement = INSPECTOR.judge(INVOICE.replace(b">1405.00<", b">1405.01<"))
    by_rule = {one.rule: one for one in judgement.findings}
    assert by_rule["BR-CO-16"].severity is Severity.FATAL
    assert by_rule["BR-CO-16"].location == "/Invoice/cac:LegalMonetaryTotal"
    assert "cbc:PayableAmount" in by_rule["BR-CO-16"].message


def test_what_is_no_xml_is_refused() -> None:
    with pytest.raises(FormatError):
        INSPECTOR.judge(b"<Invoice")


class Official:
    """A referee as the tests want it."""

    def __init__(self, rules: list[str], *, is_valid: bool = True, gave_up: str = "") -> None:
        self.answers = SimpleNamespace(firings=[SimpleNamespace(rule=rule) for rule in rules], gave_up=gave_up)
        self.is_valid_answer = is_valid

    def judge(self, rules: str, document: Any) -> Any:
        return self.answers if rules == "en16931" else SimpleNamespace(firings=[], gave_up="")

    def is_valid(self, document: Any) -> bool:
        return self.is_valid_answer


def judged_by_both(monkeypatch: pytest.MonkeyPatch, official: Official, document: bytes) -> Judgement:
    def differences(ours: list[str], theirs: list[str]) -> list[tuple[str, int, int]]:
        rules = sorted({*ours, *theirs})
        counts = [(rule, list(ours).count(rule), list(theirs).count(rule)) for rule in rules]
        return [one for one in counts if one[1] != one[2]]

    stand_in = ModuleType("hub_peppol.judging.referee")
    stand_in.Referee = lambda folder: official  # type: ignore[attr-defined]
    stand_in.differences = differences  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "hub_peppol.judging.referee", stand_in)
    return INSPECTOR.judge(document, official=Path())


def compared(monkeypatch: pytest.MonkeyPatch, official: Official, document: bytes = INVOICE) -> list[Difference]:
    told = judged_by_both(monkeypatch, official, document).differences
    assert told is not None
    return [one for one in told if not one.rule.startswith("PEPPOL")]


def test_rules_that_only_one_of_the_two_finds_are_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    assert compared(monkeypatch, Official(["BR-02", "BR-02"])) == [Difference("BR-02", 0, 2)]
    broken = INVOICE.replace(b"<cbc:ID>2026-17</cbc:ID>", b"<cbc:ID> </cbc:ID>")
    assert compared(monkeypatch, Official(["BR-02"]), broken) == []


def test_an_invoice_that_only_the_schema_refuses_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    assert compared(monkeypatch, Official([], is_valid=False)) == [Difference("XSD", 0, 1)]


def test_official_rules_that_stop_are_a_difference_only_where_we_find_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    (told,) = compared(monkeypatch, Official([], gave_up="they stopped"), BIS)
    assert told.rule == "en16931: they stopped"
    broken = INVOICE.replace(b">1405.00<", b">x<")
    assert compared(monkeypatch, Official([], is_valid=False, gave_up="they stopped"), broken) == []


def test_official_rules_that_stop_are_told_whatever_we_find(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = INVOICE.replace(b">1405.00<", b">x<")
    for document in (broken, BIS):
        told = judged_by_both(monkeypatch, Official([], is_valid=document is BIS, gave_up="they stopped"), document)
        assert told.not_compared == "en16931: they stopped"
    assert judged_by_both(monkeypatch, Official([]), BIS).not_compared == ""
