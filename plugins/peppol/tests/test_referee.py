"""The official rules as referee: what they find, and what is said when they are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import ConfigurationError
from hub_peppol.judging.inspector import PeppolInspector
from hub_peppol.judging.referee import Difference, Referee, differences

OFFICIAL = Path(__file__).parents[4] / "shared" / "artefacts" / "peppol"
INVOICE = (Path(__file__).parent / "samples" / "bis3-invoice.xml").read_bytes()
SVEFAKTURA = (Path(__file__).parent / "samples" / "svefaktura" / "full.xml").read_bytes()

needs_official_rules = pytest.mark.skipif(
    not OFFICIAL.is_dir(), reason="the official rules are not beside the checkout"
)


@pytest.fixture
def referee() -> Referee:
    pytest.importorskip("saxonche", reason="the extra validate is not installed")
    return Referee(OFFICIAL)


def test_judges_who_find_the_same_in_another_order_do_not_differ() -> None:
    assert differences(["BR-01", "BR-02", "BR-02"], ["BR-02", "BR-01", "BR-02"]) == []


def test_a_rule_found_once_too_often_is_a_difference() -> None:
    assert differences(["BR-02", "BR-02"], ["BR-02", "BR-03"]) == [Difference("BR-02", 2, 1), Difference("BR-03", 0, 1)]


def test_a_folder_that_is_not_there_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no folder"):
        Referee(tmp_path / "rules")


def test_a_stylesheet_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"PEPPOL-EN16931-UBL\.xslt"):
        Referee(tmp_path).judge("peppol", INVOICE)


def test_two_releases_in_one_folder_are_not_chosen_between(tmp_path: Path) -> None:
    for release in ("one", "other"):
        (tmp_path / release).mkdir()
        (tmp_path / release / "PEPPOL-EN16931-UBL.xslt").write_text("<x/>")
    with pytest.raises(ConfigurationError, match="2 places"):
        Referee(tmp_path).judge("peppol", INVOICE)


@needs_official_rules
@pytest.mark.parametrize("rules", ["en16931", "peppol"])
def test_the_official_rules_find_nothing_in_our_sample(referee: Referee, rules: str) -> None:
    verdict = referee.judge(rules, INVOICE)
    assert verdict.firings == []
    assert verdict.gave_up == ""


@needs_official_rules
def test_the_official_rules_name_the_rule_and_the_place(referee: Referee) -> None:
    broken = INVOICE.replace(b"<cbc:Percent>12<", b"<cbc:Percent>13<")
    found = [one for one in referee.judge("peppol", broken).firings if one.rule == "SE-R-006"]
    assert [one.severity for one in found] == ["fatal", "fatal"]
    assert found[0].location == "/Invoice[1]/cac:TaxTotal[1]/cac:TaxSubtotal[2]/cac:TaxCategory[1]"


@needs_official_rules
def test_official_rules_that_stop_at_a_value_say_so(referee: Referee) -> None:
    assert referee.judge("peppol", INVOICE.replace(b">1000.00<", b">much<")).gave_up != ""


@needs_official_rules
def test_what_official_rules_stop_at_is_not_quoted(referee: Referee, capfd: pytest.CaptureFixture[str]) -> None:
    referee.judge("peppol", INVOICE.replace(b">1000.00<", b">much<"))
    assert capfd.readouterr() == ("", "")


@needs_official_rules
def test_the_official_schema_takes_our_sample_and_no_unknown_element(referee: Referee) -> None:
    assert referee.is_valid(INVOICE)
    assert not referee.is_valid(INVOICE.replace(b"cbc:BuyerReference>", b"cbc:BuyersReference>"))


@needs_official_rules
def test_a_blank_after_a_date_is_no_fault_of_schema(referee: Referee) -> None:
    assert referee.is_valid(INVOICE.replace(b">2026-12-02<", b">2026-12-02 <"))
    assert not referee.is_valid(INVOICE.replace(b">2026-12-02<", b">2026-12-32 <"))


@needs_official_rules
def test_a_root_without_schema_is_a_wrong_setting(referee: Referee) -> None:
    with pytest.raises(ConfigurationError, match="no schema"):
        referee.is_valid(b"<ApplicationResponse/>")


@needs_official_rules
def test_a_svefaktura_is_held_to_its_own_schema(referee: Referee) -> None:
    pytest.importorskip("saxonche", reason="the extra validate is not installed")
    wrong = SVEFAKTURA.replace(b"</cbc:IssueDate>", b"</cbc:IssueDate><cbc:Bogus/>")
    assert referee.is_valid(SVEFAKTURA)
    assert not referee.is_valid(wrong)
    assert PeppolInspector().judge(wrong, official=OFFICIAL).differences == []
