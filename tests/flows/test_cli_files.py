"""Files in by the command line, and what a person does about them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from test_cli_demo import answer, run

from hub.demo.folder import BGMAX, CAMT054, RECEIVABLES, lay_out
from hub.errors import ConfigurationError
from hub.runtime.facade import Hub
from hub.runtime.lock import home_lock


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A tenant with settings and receivables, and no payment yet."""
    folder = lay_out(tmp_path / "home")
    answer("import", folder.file(RECEIVABLES), "--source-system", "billing", home=folder.home)
    return folder.home


def broken(home: Path) -> Path:
    """A BgMax file whose deposit says another amount than its payments."""
    file = home / "broken.txt"
    content = (home / "files" / BGMAX).read_bytes()
    file.write_bytes(content.replace(b"84250", b"84251", 1))
    return file


def test_broken_file_ends_in_quarantine_and_the_next_one_is_posted(home: Path) -> None:
    result = run("receive", broken(home), home / "files" / BGMAX, home=home)
    assert result.exit_code == 1
    assert "quarantined" in result.stdout
    states = {exchange["name"]: exchange["state"] for exchange in answer("exchanges", home=home)}
    assert (states["broken.txt"], states[BGMAX]) == ("quarantined", "posted")
    shown = answer("exchanges", "show", 2, home=home)
    assert shown["exchange"]["problem"]["code"] == "CONTROL_TOTAL"
    assert shown["payments"] == []


def test_bytes_of_a_quarantined_file_can_be_fetched_back(home: Path) -> None:
    file = broken(home)
    run("receive", file, home=home)
    assert run("exchanges", "content", 2, "--to", home / "back.txt", home=home).exit_code == 0
    assert (home / "back.txt").read_bytes() == file.read_bytes()


def test_file_quarantined_for_a_wrong_setting_is_read_again_once_it_is_mended(home: Path) -> None:
    settings = home / "tenants" / "nordvik.toml"
    right = settings.read_text(encoding="utf-8")
    settings.write_text(right.replace("is_test = true", "is_test = false"), encoding="utf-8")
    assert run("receive", home / "files" / BGMAX, home=home).exit_code == 1
    settings.write_text(right, encoding="utf-8")
    assert answer("exchanges", "retry", 2, home=home)["state"] == "posted"
    assert answer("exchanges", "show", 2, home=home)["exchange"]["attempt"] == 2


def test_there_is_nothing_to_retry_about_a_posted_file(home: Path) -> None:
    run("receive", home / "files" / BGMAX, home=home)
    result = run("exchanges", "retry", 2, home=home)
    assert (result.exit_code, result.stderr) == (1, "hub: exchange 2 is posted: there is nothing to retry\n")


def test_file_is_undone_and_received_again(home: Path) -> None:
    run("receive", home / "files" / BGMAX, home=home)
    assert answer("exchanges", "undo", 2, "--reason", "wrong day", home=home)["exchange_no"] == 2
    assert answer("receivables", "show", "010000101", home=home)["open_ore"] == 84_250
    again = answer("receive", home / "files" / BGMAX, home=home)
    assert again[0]["exchange"]["state"] == "posted"
    assert answer("receivables", "show", "010000101", home=home)["open_ore"] == 0


def test_correction_is_held_until_a_person_takes_it(home: Path) -> None:
    run("receive", home / "files" / BGMAX, home=home)
    newer = home / "newer.txt"
    newer.write_bytes((home / "files" / BGMAX).read_bytes().replace(b"01000010114", b"01000010817", 1))
    result = run("receive", newer, home=home)
    assert result.exit_code == 0
    assert "corrects an earlier one" in result.stderr
    answer("exchanges", "accept", 3, home=home)
    states = [exchange["state"] for exchange in answer("exchanges", home=home)]
    assert states == ["posted", "undone", "posted"]
    assert answer("receivables", "show", "010000101", home=home)["open_ore"] == 84_250


def test_rejected_correction_changes_nothing(home: Path) -> None:
    run("receive", home / "files" / BGMAX, home=home)
    newer = home / "newer.txt"
    newer.write_bytes((home / "files" / BGMAX).read_bytes().replace(b"01000010114", b"01000010817", 1))
    run("receive", newer, home=home)
    answer("exchanges", "reject", 3, "--reason", "sent by mistake", home=home)
    assert answer("exchanges", "show", 2, home=home)["exchange"]["state"] == "posted"
    assert answer("receivables", "show", "010000101", home=home)["open_ore"] == 0


def test_poll_takes_what_waits_in_the_inbox_and_puts_it_aside(home: Path) -> None:
    inbox = home / "inbox" / "nordvik"
    inbox.mkdir(parents=True)
    for name in (BGMAX, CAMT054):
        (inbox / name).write_bytes((home / "files" / name).read_bytes())
        os.utime(inbox / name, (1_000_000, 1_000_000))
    (inbox / "coming.txt.part").write_bytes(b"unfinished")
    (inbox / "just-now.txt").write_bytes(b"may still be written to")
    receipts = answer("receive", "--poll", home=home)
    assert [receipt["exchange"]["state"] for receipt in receipts] == ["posted", "posted"]
    assert sorted(path.name for path in inbox.iterdir()) == ["coming.txt.part", "just-now.txt", "received"]
    assert sorted(path.name for path in (inbox / "received").iterdir()) == [f"2_{BGMAX}", f"3_{CAMT054}"]
    assert answer("receive", "--poll", home=home) == []


def test_poll_without_an_inbox_says_what_to_make(home: Path) -> None:
    result = run("receive", "--poll", home=home)
    assert result.exit_code == 3
    assert "make the folder" in result.stderr


def test_receive_needs_files_or_poll(home: Path) -> None:
    assert run("receive", home=home).exit_code == 2
    assert run("receive", "--poll", home / "files" / BGMAX, home=home).exit_code == 2


def test_file_waits_in_the_queue_while_another_process_works(home: Path) -> None:
    with Hub.open(home) as other, home_lock(home, other._installation.engine, timeout_s=1):
        result = run("receive", home / "files" / BGMAX, "--wait", "0", home=home)
    assert result.exit_code == 4
    assert "queued" in result.stderr
    assert answer("runs", "--state", "queued", home=home)[0]["run_id"] == "ingest:nordvik:2:1"
    answer("receive", home / "files" / CAMT054, home=home)  # any working command takes up what waits
    assert {exchange["state"] for exchange in answer("exchanges", home=home)} == {"posted"}


def test_failed_run_ends_in_the_code_of_its_error_and_goes_on_when_mended(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise ConfigurationError("the plugin fails", where="plugins.x")

    with monkeypatch.context() as broken:
        broken.setattr("hub.runtime.plugins.TenantPlugins.match_payments", lambda *_: fail(None))
        result = run("receive", home / "files" / BGMAX, home=home)
    assert result.exit_code == 3
    assert "hub exchanges retry 2" in result.stderr
    assert answer("exchanges", "retry", 2, home=home)["state"] == "posted"
    assert answer("receivables", "show", "010000101", home=home)["open_ore"] == 0


def test_rejected_rows_are_listed_beside_the_file(home: Path) -> None:
    rows = json.loads((home / "files" / RECEIVABLES).read_text(encoding="utf-8"))
    wrong = [{**rows[0], "number": "010000901"}, {**rows[1], "number": "010000902", "amount": "many"}]
    file = home / "more.json"
    file.write_text(json.dumps(wrong), encoding="utf-8")
    result = run("import", file, "--source-system", "billing", home=home)
    assert result.exit_code == 1
    assert "1 new" in result.stdout
    assert "1 rejected" in result.stdout
    assert "010000902" in (home / "more.json.rejected.csv").read_text(encoding="utf-8-sig")


def test_all_or_nothing_keeps_everything_out(home: Path) -> None:
    rows = json.loads((home / "files" / RECEIVABLES).read_text(encoding="utf-8"))
    file = home / "more.json"
    file.write_text(json.dumps([{**rows[0], "number": "010000901"}, {"number": "x"}]), encoding="utf-8")
    assert run("import", file, "--source-system", "billing", "--all-or-nothing", home=home).exit_code == 1
    assert run("receivables", "show", "010000901", home=home).exit_code == 1


def test_unreadable_import_file_is_one_line(home: Path) -> None:
    file = home / "more.json"
    file.write_text("{not json", encoding="utf-8")
    result = run("import", file, "--source-system", "billing", home=home)
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_core_ledger_tells_the_hub_by_options_and_by_file(home: Path) -> None:
    for words in (
        ("credit", "040000208", "--amount", "76,40"),
        ("hold", "040000208", "--code", "T", "--until", "2026-12-24"),
        ("own-payment", "040000208", "--amount", "100", "--method", "1", "--date", "2026-11-20"),
        ("watch", "040000208", "call them"),
        ("due-date", "040000208", "2026-12-31"),
    ):
        answer("receivables", *words, home=home)
    assert answer("receivables", "show", "040000208", home=home)["open_ore"] == 1_276_400 - 7_640 - 10_000
    commands = home / "commands.json"
    target = {"company": "001", "number": "040000209"}
    body = {"kind": "write_off_receivable", "key": "w1", "user": "erp", "receivable": target, "reason_code": "K"}
    commands.write_text(json.dumps([body]), encoding="utf-8")
    first, second = (answer("command", commands, home=home) for _ in range(2))
    assert first == second
    assert answer("receivables", "show", "040000209", home=home)["open_ore"] == 0


def test_command_that_may_not_be_carried_out_says_why(home: Path) -> None:
    result = run("receivables", "credit", "040000208", "--amount", "99999,00", home=home)
    assert result.exit_code == 1
    assert result.stderr.startswith("hub: ")
    assert run("receivables", "credit", "040000208", "--amount", "lots", home=home).exit_code == 2
    assert run("receivables", "credit", "no-such", home=home).exit_code == 1


def test_split_places_one_payment_on_several_receivables(home: Path) -> None:
    run("receive", home / "files" / BGMAX, home=home)
    waiting = {row["payer_name"]: row["payment_id"] for row in answer("payments", home=home)}
    answer("payments", "split", waiting["Greta Mo"], "010000108=100", "040000207", home=home)
    assert answer("receivables", "show", "010000108", home=home)["open_ore"] == 64_450 - 10_000
    assert answer("receivables", "show", "040000207", home=home)["open_ore"] == 10_000


@pytest.mark.parametrize(("verdict", "waiting"), [("close", 1), ("release", 2)])
def test_held_payment_is_closed_or_released(home: Path, verdict: str, waiting: int) -> None:
    """Without a reference it is the same money once, or twice; released, both wait in the suspense account."""
    run("receive", home / "files" / BGMAX, home / "files" / CAMT054, home=home)
    (held,) = answer("payments", "--state", "held", home=home)
    answer("payments", verdict, held["payment_id"], home=home)
    assert answer("payments", "--state", "held", home=home) == []
    suspended = answer("payments", "--state", "suspended", home=home)
    assert [row["reason"] for row in suspended].count("no_reference") == waiting


def test_verdict_needs_payments_or_a_group(home: Path) -> None:
    assert run("payments", "close", home=home).exit_code == 2
    assert run("payments", "close", 1, "--group", "1:1", home=home).exit_code == 2
