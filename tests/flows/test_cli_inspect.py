"""`hub inspect`: no tenant, no home, every number of the file."""

from __future__ import annotations

import gzip
import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from test_cli_demo import run

from hub.services.payments.receiving import plain_name

DEMO = Path(str(files("hub.demo")))
BGMAX, CAMT054, CAMT053 = (
    DEMO / name for name in ("bgmax_2026-11-20.txt", "camt054_2026-11-20.xml", "camt053_2026-11-20.xml")
)

PAIN = b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.009.001.05"><MndtInitnReq/></Document>'


def inspected(*words: object) -> Any:
    return json.loads(run("inspect", *words, "--json").stdout)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HUB_HOME", raising=False)


def test_inspect_needs_no_home_and_says_everything() -> None:
    told = inspected(BGMAX)
    assert told["format"] == "BgMax"
    assert told["ok"] is True
    assert told["errors"] == []
    assert (told["payments"], told["deductions"]) == (19, 0)
    assert told["net_ore"] == told["credit_ore"] == {"SEK": 8_791_475}
    assert told["debit_ore"] == {}
    section = told["sections"][0]
    assert (section["account"], section["level"], section["net_ore"]) == (
        "bankgiro:9912346",
        "specification",
        8_791_475,
    )
    assert (told["layout"], told["direction"], told["seal"]) == ("", "from_bank", "none")
    assert (told["records"]["20"], told["sum_ore"]["15"]) == (19, 8_791_475)
    assert len(told["items"]) == 19
    assert told["items"][0]["booked_date"] == section["booked_date"] == "2026-11-20"


def test_lumps_of_a_statement_are_credit_and_no_payments() -> None:
    told = inspected(CAMT053)
    assert (told["payments"], told["other_entries"]) == (0, 2)
    assert (told["layout"], told["direction"], told["records"], told["sum_ore"]) == ("", "from_bank", {}, {})
    assert told["net_ore"] == {}
    assert told["credit_ore"] == {"SEK": 10_935_175}
    assert [balance["kind"] for balance in told["balances"]] == ["opening", "closing"]
    assert {item["why"] for item in told["items"]} == {"lump"}


def test_several_files_are_a_list() -> None:
    assert [told["payments"] for told in inspected(BGMAX, CAMT054)] == [19, 23]


def test_broken_file_says_where_and_ends_in_one(tmp_path: Path) -> None:
    broken = tmp_path / "broken.txt"
    broken.write_bytes(BGMAX.read_bytes().replace(b"84250", b"84251", 1))
    result = run("inspect", broken, "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["ok"]) == (1, False)
    error = told["errors"][0]
    assert (error["code"], error["record"], error["field"]) == ("CONTROL_TOTAL", "15", "amount")
    assert set(error) == {"code", "line", "record", "field", "message"}
    assert told["items"] == []


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 zip", b"<html/>", b"\xff\xfe\x00", b"01BGMAX "])
def test_other_bytes_are_an_error_and_never_a_traceback(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "other"
    file.write_bytes(content)
    result = run("inspect", file, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["errors"][0]["code"]
    assert "Traceback" not in result.output


def test_file_that_nobody_reads_is_unrecognised(tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("a;b\n", encoding="utf-8")
    assert inspected(tmp_path / "other.txt")["errors"][0]["code"] == "UNRECOGNISED"


def message_of(file: Path) -> str:
    return str(inspected(file)["errors"][0]["message"])


def test_what_nobody_reads_says_why_where_that_is_known(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "page.xml").write_bytes(b"<?xml version='1.0'?><!DOCTYPE a>" + CAMT054.read_bytes())
    (tmp_path / "list.txt").write_bytes(b"a;b\n")
    assert "is empty" in message_of(tmp_path / "empty.txt")
    assert "DOCTYPE" in message_of(tmp_path / "page.xml")
    assert "no enabled reader recognises" in message_of(tmp_path / "list.txt")


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (b"", "EMPTY", "ask the sender"),
        (gzip.compress(b"01BGMAX", mtime=0), "COMPRESSED", "compressed (gzip): unpack it first"),
        (b"PK\x03\x04\x14\x00", "COMPRESSED", "compressed (zip): unpack it first"),
        (PAIN, "NOT_YET_READ", "ISO 20022 pain.009.001.05, which the plugin autopay knows and does not read yet"),
    ],
)
def test_a_file_that_no_reader_takes_is_named_where_it_is_known(
    tmp_path: Path, content: bytes, code: str, told: str
) -> None:
    (tmp_path / "file").write_bytes(content)
    (error,) = inspected(tmp_path / "file")["errors"]
    assert (error["code"], told in error["message"]) == (code, True)


def test_a_file_without_payments_is_described_record_by_record(tmp_path: Path) -> None:
    cancelled = "2300099123460000000000000102".ljust(80)
    records = ["0120261120" + "AUTOGIRO".ljust(52) + "4711170009912346  ", cancelled]
    (tmp_path / "orders.txt").write_text("".join(f"{record}\r\n" for record in records), encoding="latin-1")
    told = inspected(tmp_path / "orders.txt")

    assert (told["ok"], told["format"], told["direction"]) == (True, "Autogiro, to Bankgirot", "to_bank")
    assert (told["records"], told["sum_ore"], told["seal"]) == ({"01": 1, "23": 1}, {}, "none")
    assert told["items"] == []
    assert "23" in run("inspect", tmp_path / "orders.txt").stdout


def test_a_key_by_reference_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "orders.txt").write_bytes(b"01")
    refused = run("inspect", tmp_path / "orders.txt", "--seal-key", "env:NO_SUCH_KEY")

    assert (refused.exit_code, "NO_SUCH_KEY leads to no secret" in refused.stderr) == (3, True)


def test_what_is_no_file_is_named_as_it_was_given() -> None:
    assert message_of(Path("/dev/null")) == "/dev/null is no file"


def test_amounts_in_another_currency_are_not_called_kronor(tmp_path: Path) -> None:
    file = tmp_path / "euro.xml"
    file.write_bytes(CAMT053.read_bytes().replace(b"SEK", b"EUR"))
    shown = run("inspect", file).stdout
    assert "kronor" not in shown
    assert "amount" in shown
    assert shown.count(" EUR") >= 4
    assert "kronor" in run("inspect", CAMT053).stdout


def test_a_balance_that_differs_stands_beside_no_word_of_agreement(tmp_path: Path) -> None:
    file = tmp_path / "differs.xml"
    was = CAMT053.read_text(encoding="utf-8")
    opening = was.split("<Bal>")[1].split("</Bal>")[0]
    amount = opening.split('Ccy="SEK">')[1].split("<")[0]
    file.write_text(was.replace(opening, opening.replace(amount, "1.00")), encoding="utf-8")
    result = run("inspect", file)
    assert result.exit_code == 0
    assert "BALANCE_DIFFERS" in result.stderr
    assert "all controls agree" not in result.stdout
    assert "a stated balance differs" in result.stdout


def test_a_name_of_other_bytes_than_utf_8_is_read_as_latin_1(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"betalningar_\xe5.txt")
    file.write_bytes(BGMAX.read_bytes())
    assert inspected(file)["file"] == "betalningar_å.txt"
    assert "betalningar_å.txt" in run("inspect", file).stdout
    assert plain_name(os.fsdecode(b"\xe5\xe4\xf6")) == "åäö"


def test_personal_identity_numbers_are_masked_unless_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "camt.xml"
    file.write_text(CAMT054.read_text(encoding="utf-8").replace("9999991012", "191212121212"), encoding="utf-8")
    assert "191212121212" not in run("inspect", file, "--json").stdout
    assert "191212121212" not in run("inspect", file).stdout
    masked = [item["payer"]["identity"] for item in inspected(file)["items"]]
    assert "19121212****" in masked
    assert "191212121212" in run("inspect", file, "--json", "--show-personal").stdout


def test_organisation_numbers_are_not_masked() -> None:
    assert "9999991012" in [item["payer"]["identity"] for item in inspected(BGMAX)["items"] if item["payer"]]


def test_limit_shortens_the_list_and_not_the_totals() -> None:
    told = inspected(BGMAX, "--limit", 2)
    assert (len(told["items"]), told["payments"]) == (2, 19)
    assert "entries (3 of 19)" in run("inspect", BGMAX, "--limit", 3).stdout


def test_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    assert run("inspect", tmp_path / "nowhere").exit_code == 2
    assert run("inspect", tmp_path).exit_code == 2
