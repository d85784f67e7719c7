"""The engine of the native judge: Schematron's semantics, releases, arithmetic, bounds."""

from __future__ import annotations

import datetime
import decimal
import gc
import sys
import time
from contextlib import ExitStack, suppress
from decimal import Decimal
from subprocess import run
from threading import Event, Thread, current_thread
from typing import Any

import pytest
from lxml import etree

from hub.errors import ConfigurationError, FormatError
from hub_peppol import validate
from hub_peppol.judging import engine
from hub_peppol.judging.arithmetic import is_percent_of, to_cents, to_units
from hub_peppol.judging.binary_arithmetic import is_near
from hub_peppol.judging.node import (
    Node,
    Root,
    Unreadable,
    date_of,
    decimal_of,
    normalized,
    once_per_document,
    once_per_node,
)
from hub_peppol.judging.releases import RELEASES, Release
from hub_peppol.judging.rule import MOST_FINDINGS, Context, Finding, Pack, Unused, UnusedAttribute, fatal, warning

TRIES = 5
SPACES = (
    'xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)
INVOICE = etree.fromstring(
    f"""<Invoice {SPACES}><cbc:ID>1</cbc:ID>
      <cac:Party><cbc:Name>a</cbc:Name><cbc:Name lang="sv">b</cbc:Name></cac:Party>
      <cac:Party><cbc:Name>c</cbc:Name><cac:Party><cbc:Name>d</cbc:Name></cac:Party></cac:Party></Invoice>"""
)


def says_no(node: Node) -> bool:
    return False


def judged(monkeypatch: pytest.MonkeyPatch, pack: Pack, document: Any = INVOICE) -> list[Finding]:
    """Judge by a pack made for the test."""
    release = Release("en16931", "test", "none", datetime.date.min)
    monkeypatch.setattr(Release, "pack", property(lambda self: pack))
    monkeypatch.setattr(engine, "releases_for", lambda *_, **__: (release,))
    engine._table.cache_clear()
    try:
        return validate(document, layers=("en16931",)).findings
    finally:
        engine._table.cache_clear()


def places(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.rule, one.location) for one in findings]


def test_a_node_belongs_to_the_first_context_of_a_pattern_that_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = Context("p", "cbc:Name", when=lambda node: node.text == "b")
    wide, never = Context("p", "cac:Party/cbc:Name"), Context("p", "cbc:Name")
    rules = tuple(fatal(name, one, says_no, "") for name, one in (("N", narrow), ("W", wide), ("X", never)))
    found = places(judged(monkeypatch, Pack("t", "1", (narrow, wide, never), rules)))
    assert found == [
        ("W", "/Invoice/cac:Party[1]/cbc:Name[1]"),
        ("N", "/Invoice/cac:Party[1]/cbc:Name[2]"),
        ("W", "/Invoice/cac:Party[2]/cbc:Name"),
        ("W", "/Invoice/cac:Party[2]/cac:Party/cbc:Name"),
    ]


def test_patterns_do_not_know_of_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = Context("p", "/ubl:Invoice/cbc:ID"), Context("q", "cbc:ID")
    rules = (fatal("B", one, says_no, ""), warning("A", other, says_no, ""))
    found = judged(monkeypatch, Pack("t", "1", (one, other), rules))
    assert [(one.rule, one.severity) for one in found] == [("A", "warning"), ("B", "fatal")]


def test_contexts_by_a_code_take_only_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def code(node: Node) -> str:
        asked.append(node.text)
        return node.text

    by_code = [Context("p", "cbc:Name", key=code, value=value) for value in "abc"]
    rules = tuple(fatal(f"R-{one.value}", one, says_no, "") for one in by_code)
    rest = Context("p", "cbc:Name")
    found = judged(monkeypatch, Pack("t", "1", (*by_code, rest), (*rules, fatal("rest", rest, says_no, ""))))
    assert [one.rule for one in found] == ["R-a", "R-b", "R-c", "rest"]
    assert asked == ["a", "b", "c", "d"]  # once each


def test_a_test_that_cannot_be_worked_out_takes_no_node(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Context("p", "cbc:Name", when=lambda node: node.decimal() > 0)
    rest = Context("p", "cbc:Name")
    rules = (fatal("B", broken, says_no, ""), fatal("R", rest, says_no, ""))
    assert {one.rule for one in judged(monkeypatch, Pack("t", "1", (broken, rest), rules))} == {"R"}


def test_a_rule_that_cannot_be_worked_out_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    party = Context("p", "/ubl:Invoice/cac:Party")
    rule = fatal("R", party, lambda node: node.value_of("cbc:Name") != "", "")
    assert places(judged(monkeypatch, Pack("t", "1", (party,), (rule,)))) == [("R", "/Invoice/cac:Party[1]")]


def test_what_is_not_used_is_one_finding_at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    unused = (Unused("U-1", ("cac:Party/cac:Party", "cbc:Name"), ""), Unused("U-2", ("cbc:Note",), ""))
    attributes = (UnusedAttribute("A-1", "lang", ""), UnusedAttribute("A-2", "lang", "", frozenset({"cbc:Name"})))
    pack = Pack("t", "1", (), (), unused, attributes)
    assert places(judged(monkeypatch, pack)) == [("A-1", "/Invoice"), ("U-1", "/Invoice")]
    assert judged(monkeypatch, pack, INVOICE.find("{*}Party")) == []  # a part has no such root


def test_a_part_of_a_document_is_its_own_root(monkeypatch: pytest.MonkeyPatch) -> None:
    party = Context("p", "cac:Party")
    found = places(judged(monkeypatch, Pack("t", "1", (party,), (fatal("R", party, says_no, ""),)), INVOICE[2]))
    assert found == [("R", "/cac:Party"), ("R", "/cac:Party/cac:Party")]


def test_what_is_worked_out_once_is_so_even_when_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    @once_per_document
    def whole(root: Node) -> int:
        calls.append(root.order)
        raise Unreadable("no")

    @once_per_node
    def own(node: Node) -> int:
        calls.append(node.order)
        return node.order

    names = Context("p", "cbc:Name")
    rules = (fatal("W", names, lambda node: whole(node) > 0, ""), fatal("O", names, lambda node: own(node) < 0, ""))
    found = judged(monkeypatch, Pack("t", "1", (names,), (*rules, *rules)))
    assert len(found) == 16
    assert sorted(calls) == [0, 3, 4, 6, 8]


def test_a_release_judges_what_is_dated_in_its_time() -> None:
    first = min(one.valid_from for one in RELEASES if one.layer == "en16931")
    assert "1.3.16" in validate(INVOICE, layers=("en16931",), on=first).rules
    with pytest.raises(ConfigurationError, match="no release"):
        validate(INVOICE, layers=("en16931",), on=first - datetime.timedelta(days=1))
    named = validate(INVOICE, layers=("en16931",), on=first - datetime.timedelta(days=1), releases=("1.3.16",))
    assert named.findings


def test_a_layer_without_rules_for_the_document_is_left_out() -> None:
    assert validate(INVOICE, layers=("en16931", "unknown")).layers == ("en16931",)


def test_the_callers_arithmetic_changes_no_verdict() -> None:
    document = etree.fromstring(
        f"""<cac:LegalMonetaryTotal {SPACES}><cbc:LineExtensionAmount>1234567.89</cbc:LineExtensionAmount>
        <cbc:TaxExclusiveAmount>1234567.89</cbc:TaxExclusiveAmount><cbc:TaxInclusiveAmount>1234567.89</cbc:TaxInclusiveAmount>
        <cbc:PrepaidAmount>0.01</cbc:PrepaidAmount><cbc:PayableAmount>1234567.88</cbc:PayableAmount>
        </cac:LegalMonetaryTotal>"""
    )
    with decimal.localcontext(decimal.Context(prec=3, traps=[decimal.Inexact])):
        found = {one.rule for one in validate(document, layers=("en16931",)).findings}
    assert "BR-CO-16" not in found


@pytest.mark.parametrize(
    ("number", "cents", "units"),
    [("0.125", "0.13", "0"), ("-0.125", "-0.12", "0"), ("2.5", "2.50", "3"), ("-2.5", "-2.50", "-2"), ("7", "7", "7")],
)
def test_halves_are_rounded_towards_plus_infinity(number: str, cents: str, units: str) -> None:
    assert (to_cents(Decimal(number)), to_units(Decimal(number))) == (Decimal(cents), Decimal(units))


def test_vat_may_be_less_than_one_unit_off() -> None:
    assert is_percent_of(Decimal("-25.99"), Decimal("-100"), Decimal(25))
    assert not is_percent_of(Decimal("26"), Decimal("100"), Decimal(25))


def test_a_base_one_unit_off_is_judged_in_binary_as_officially() -> None:
    assert not is_near(Decimal("101.00"), Decimal("100.00"))
    assert is_near(Decimal("101.10"), Decimal("100.10"))  # 101.1 - 1 is a little less than 100.1 there


@pytest.mark.parametrize("text", ["", "1e3", "1,5", "NaN", "INF", "0x1", "1 000", "١"])
def test_what_is_no_decimal_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        decimal_of(text)


def test_dates_know_their_zone() -> None:
    assert date_of("2026-11-02") == date_of(" 2026-11-02Z\n") > date_of("2026-11-02+01:00")
    assert date_of("2026-11-02-01:00") > date_of("2026-11-02")
    for text in ("2026-02-29", "26-01-01", "2026-1-1", "20260101", ""):
        with pytest.raises(Unreadable):
            date_of(text)


def test_a_no_break_space_is_no_blank() -> None:
    assert normalized(" a \n b\t") == "a b"
    assert normalized("\u00a0a ") == "\u00a0a"


@pytest.mark.parametrize(
    "many",
    [
        "<cac:PayeeParty><cac:PartyName><cbc:Name>a</cbc:Name></cac:PartyName></cac:PayeeParty>",
        "<cac:LegalMonetaryTotal/>",
        "<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator><cac:TaxCategory/></cac:AllowanceCharge>",
        "<cac:TaxTotal><cac:TaxSubtotal><cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>x</cbc:Percent>"
        "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>",
        "<cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode><cbc:TaxCurrencyCode>x</cbc:TaxCurrencyCode>",
    ],
)
def test_ten_times_as_much_takes_about_ten_times_as_long(many: str) -> None:
    """A hundred times as long is so each time; now and then a busy machine takes long by itself."""
    assert any(_cpu_s(many * 4000) < 40 * _cpu_s(many * 400) + 0.05 for _ in range(TRIES))


@pytest.mark.parametrize("is_on", [True, False])
@pytest.mark.parametrize("deep", [1, 200])
def test_the_garbage_collector_is_left_as_it_was_also_by_what_is_refused(is_on: bool, deep: int) -> None:
    was_on = gc.isenabled()
    (gc.enable if is_on else gc.disable)()
    try:
        with suppress(FormatError):
            _cpu_s("<cac:A>" * deep + "</cac:A>" * deep)
        assert gc.isenabled() is is_on
    finally:
        (gc.enable if was_on else gc.disable)()


def test_ever_so_many_paths_and_flags_are_judged_in_little_time() -> None:
    inner = "".join(f"<cac:Name{number}/>" for number in range(60))
    paths = "".join(f"<cac:Name{number}>{inner}</cac:Name{number}>" for number in range(60))
    flags = "<cbc:ChargeIndicator>true</cbc:ChargeIndicator>" * 5000
    categories = f"<cac:AllowanceCharge>{flags}{'<cac:TaxCategory/>' * 5000}</cac:AllowanceCharge>"
    assert _cpu_s(paths + categories) < 5


def _cpu_s(content: str) -> float:
    document = f"<Invoice {SPACES}>{content}</Invoice>".encode()
    started = time.process_time()
    validate(document, layers=("en16931",))
    return time.process_time() - started


def test_the_collector_comes_back_when_the_last_of_several_has_judged() -> None:
    with ExitStack() as first, ExitStack() as last:
        first.enter_context(engine._no_collections())
        last.enter_context(engine._no_collections())
        first.close()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_judging_that_begins_as_another_ends_leaves_the_collector_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second thread is held between seeing that it is off, which is the first one's doing, and turning it off."""
    has_looked, first_is_over = Event(), Event()
    is_enabled = gc.isenabled

    def looked() -> bool:
        found = is_enabled()
        if current_thread() is second:
            has_looked.set()
            first_is_over.wait(5)
        return found

    def judge() -> None:
        with engine._no_collections():
            has_looked.set()

    second = Thread(target=judge)
    monkeypatch.setattr(gc, "isenabled", looked)
    try:
        with engine._no_collections():
            second.start()
            assert has_looked.wait(5)
        first_is_over.set()
        second.join(5)
        assert is_enabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("once", [once_per_document, once_per_node])
def test_a_value_that_cannot_be_read_is_told_anew_to_each_who_asks(once: Any) -> None:
    """One error raised again and again would hold a place of each time, and all that was in use there."""
    told: list[Unreadable] = []
    root = Root("ubl:Invoice", "", {})
    worked_out = once(lambda _node: decimal_of("x"))
    for _ in range(5):
        with pytest.raises(Unreadable) as caught:
            worked_out(root)
        told.append(caught.value)

    assert len({id(each) for each in told}) == 5
    assert {str(each) for each in told} == {"no decimal number"}
    assert all(each.__traceback__ is None for each in root.memo.values())


def test_a_document_with_ever_so_many_faults_is_told_the_first_ten_thousand() -> None:
    findings = validate(
        f"<Invoice {SPACES}>{'<cac:InvoiceLine/>' * 5000}</Invoice>".encode(), layers=("en16931",)
    ).findings
    assert len(findings) == MOST_FINDINGS


def test_what_stands_too_deep_is_refused() -> None:
    with pytest.raises(FormatError, match="deep"):
        validate(f"<Invoice {SPACES}>{'<cac:Party>' * 120}{'</cac:Party>' * 120}</Invoice>".encode())


def test_judging_loads_nothing_of_the_hub_that_it_has_no_use_for() -> None:
    program = (
        "import sys; from hub_peppol import validate; "
        f"validate(b'<Invoice {SPACES}/>'.replace(b'!', b''), layers=('xsd', 'en16931')); "
        "print([m for m in ('pydantic', 'requests', 'hub.contracts', 'saxonche') if m in sys.modules])"
    ).replace(SPACES, SPACES.replace('"', '\\"'))
    done = run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
