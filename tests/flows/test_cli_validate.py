"""`hub validate`: no tenant, no home; what a document breaks, and what to change."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from test_cli_demo import run

from hub.cli import validate_command
from hub.contracts import Finding, Judgement, Severity

ROOT = Path(__file__).parents[2]
INVOICE = ROOT / "plugins" / "peppol" / "tests" / "samples" / "bis3-invoice.xml"
BANK_FILE = ROOT / "hub" / "demo" / "camt054_2026-11-20.xml"
CUT_SHORT = b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"><'
ENVELOPE = (
    b'<StandardBusinessDocument xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">'
    b"<StandardBusinessDocumentHeader/></StandardBusinessDocument>"
)
OFFICIAL = ROOT.parent / "shared" / "artefacts" / "peppol"


def judged(*words: object) -> Any:
    return json.loads(run("validate", *words, "--json").stdout)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no home, and no folder of official rules."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HUB_HOME", raising=False)
    monkeypatch.delenv("HUB_OFFICIAL_RULES", raising=False)


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """An invoice that does not add up."""
    file = tmp_path / "wrong.xml"
    content = INVOICE.read_text(encoding="utf-8")
    amount = content.partition("<cbc:PayableAmount")[2].partition(">")[2].partition("<")[0]
    file.write_text(content.replace(f">{amount}</cbc:PayableAmount>", ">0.01</cbc:PayableAmount>"), encoding="utf-8")
    return file


def test_a_fit_invoice_ends_in_0_and_names_the_rules() -> None:
    result = run("validate", INVOICE)

    assert result.exit_code == 0
    assert "fit to be sent" in result.stdout
    assert "Peppol BIS Billing 3.0.21" in result.stdout


class WithoutReferee:
    """An inspector of somebody else's, who knows no official rules."""

    name = "Acme"

    def recognises(self, head: bytes) -> bool:
        return True

    def judge(self, content: bytes, *, official: Path | None = None, layers: Sequence[str] = ()) -> Judgement:
        return Judgement("Acme", ("acme",), [Finding("A-1", Severity.WARNING, "/A", "Mend it.")])


def test_an_inspector_without_a_referee_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate_command, "inspectors", lambda: [WithoutReferee()])

    result = run("validate", "--official", tmp_path, INVOICE)

    assert "not compared: Acme has no referee" in result.stdout
    assert "fit to be sent, 1 warning\n" in result.stdout
    assert judged("--official", tmp_path, INVOICE)["not_compared"] == "Acme has no referee"
    assert "not_compared" not in judged(INVOICE)


def test_an_invoice_of_no_network_is_judged_by_the_layers_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "european.xml"
    file.write_bytes(re.sub(b"<cbc:ProfileID>.*</cbc:ProfileID>", b"", INVOICE.read_bytes()))

    assert not judged(file)["fit"]
    told = judged("--layer", "xsd, en16931", file)
    assert (told["fit"], told["layers"]) == (True, ["xsd", "en16931"])


def test_a_layer_that_is_none_is_refused_with_those_there_are() -> None:
    result = run("validate", "--layer", "cen", INVOICE)

    assert result.exit_code == 3
    assert "xsd, en16931, peppol" in result.stderr


def test_what_will_be_refused_says_what_to_change_and_ends_in_1(wrong: Path) -> None:
    result = run("validate", wrong)

    assert result.exit_code == 1
    assert "BR-CO-16" in result.stdout
    assert "cac:LegalMonetaryTotal" in result.stdout


def test_scripts_get_every_finding(wrong: Path) -> None:
    told = judged(wrong)

    assert (told["file"], told["fit"]) == ("wrong.xml", False)
    assert [finding["rule"] for finding in told["findings"]] == ["BR-CO-16"]
    assert set(told["findings"][0]) == {"rule", "severity", "location", "message"}
    assert "differences" not in told


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (CUT_SHORT, "NOT_XML"),
        (b"", "EMPTY"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DTD_REFUSED"),
        (b"%PDF-1.7", "NOT_XML"),
        (b"\x1f\x8b\x08", "COMPRESSED"),
        (b"1;2;3", "NOT_XML"),
        (b"<Order/>", "DATA"),
    ],
)
def test_what_is_no_document_is_told_and_holds_no_other(tmp_path: Path, content: bytes, code: str) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_bytes(content)

    told = judged(broken, INVOICE)

    assert [one["fit"] for one in told] == [False, True]
    assert told[0]["error"]["code"] == code


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b" \n", "is empty"),
        (b"%PDF-1.7", "is a PDF"),
        (b"<!DOCTYPE html><html/>", "is a web page"),
        (b"\x1f\x8b\x08", "gzip"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares a document type"),
        (ENVELOPE, "take the document out of its envelope"),
        (b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>', "the kind Order"),
        (b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>', "UBL 2.1"),
    ],
)
def test_what_is_not_judged_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "other.xml"
    file.write_bytes(content)

    result = run("validate", file)

    assert result.exit_code == 1
    assert words in result.stderr


def test_a_file_that_is_not_there_holds_no_other(tmp_path: Path) -> None:
    told = judged(tmp_path / "gone.xml", INVOICE, tmp_path)

    assert [one["fit"] for one in told] == [False, True, False]


def test_a_document_may_come_by_a_pipe() -> None:
    read, write = os.pipe()
    with open(write, "wb") as pipe:
        pipe.write(INVOICE.read_bytes())
    try:
        assert judged(f"/dev/fd/{read}")["fit"]
    finally:
        os.close(read)
    by_input = run("validate", "-", "--json", given=INVOICE.read_bytes())
    assert json.loads(by_input.stdout)["fit"]


def test_a_bank_file_is_sent_to_the_command_for_it() -> None:
    result = run("validate", BANK_FILE)

    assert result.exit_code == 1
    assert "hub inspect" in result.stderr


def test_a_referee_needs_a_folder_of_official_rules() -> None:
    result = run("validate", "--referee", INVOICE)

    assert result.exit_code == 3
    assert "HUB_OFFICIAL_RULES" in result.stderr


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official rules are not there")
def test_the_referee_says_the_same(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("saxonche")
    monkeypatch.setenv("HUB_OFFICIAL_RULES", str(OFFICIAL))

    assert judged("--referee", INVOICE)["differences"] == []
    assert judged("--referee", wrong)["differences"] == []
    assert "they say the same" in run("validate", "--referee", INVOICE).stdout


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official rules are not there")
def test_a_referee_that_stops_does_not_say_the_same(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("saxonche")
    monkeypatch.setenv("HUB_OFFICIAL_RULES", str(OFFICIAL))
    wrong.write_text(wrong.read_text(encoding="utf-8").replace(">0.01<", ">much<"), encoding="utf-8")

    assert "stopped" in judged("--referee", wrong)["not_compared"]
    result = run("validate", "--referee", wrong)
    assert "say the same" not in result.output
    assert "not compared" in result.output
