"""Files in by the command line, and what a person does about them."""

from __future__ import annotations

import json
import os
import shutil
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from test_cli_demo import answer, run

from hub.banking_calendar import SystemClock
from hub.demo.folder import BGMAX, CAMT054, RECEIVABLES, lay_out
from hub.errors import ConfigurationError, DataError
from hub.runtime.facade import Hub
from hub.runtime.lock import work_lock

ACCOUNT = 'bankgiro = "991-2346"'
TODAY = SystemClock().today()


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tenant with settings and receivables, and no payment yet, which tests copy."""
    folder = lay_out(tmp_path_factory.mktemp("imported") / "home")
    answer("import", folder.file(RECEIVABLES), "--source-system", "billing", home=folder.home)
    return folder.home


@pytest.fixture(scope="module")
def received(imported: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That tenant with a day's payments by BgMax, which tests copy or only read."""
    home = copy_of(imported, tmp_path_factory.mktemp("received"))
    answer("receive", home / "files" / BGMAX, home=home)
    return home


@pytest.fixture(scope="module")
def received_twice(received: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That tenant with the same day by camt.054 too, one payment of which is held."""
    home = copy_of(received, tmp_path_factory.mktemp("received_twice"))
    answer("receive", home / "files" / CAMT054, home=home)
    return home


@pytest.fixture
def home(imported: Path, tmp_path: Path) -> Path:
    """A copy of the tenant without payments."""
    return copy_of(imported, tmp_path)


@pytest.fixture
def paid(received: Path, tmp_path: Path) -> Path:
    """A copy of the tenant with payments."""
    return copy_of(received, tmp_path)


@pytest.fixture
def paid_twice(received_twice: Path, tmp_path: Path) -> Path:
    """A copy of the tenant with payments told twice."""
    return copy_of(received_twice, tmp_path)


def copy_of(home: Path, folder: Path) -> Path:
    return Path(shutil.copytree(home, folder / "home"))


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


def test_quarantine_says_what_helps_by_what_is_wrong(home: Path) -> None:
    (home / "a.gz").write_bytes(b"\x1f\x8b\x08")
    (home / "list.csv").write_bytes(b"a;b\n")
    told = run("receive", broken(home), home / "a.gz", home / "list.csv", home=home).stderr.splitlines()
    assert told[0] == "in quarantine: see hub exchanges show NO"
    assert told[1].startswith("broken.txt: ask the sender for it anew, then: hub receive FILE")
    assert told[2] == "a.gz: unpack it, then: hub receive FILE"
    assert told[3].startswith(
        "list.csv: if it is a payment file, turn on the plugin that reads it, then: hub exchanges"
    )


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


def test_there_is_nothing_to_retry_about_a_posted_file(received: Path) -> None:
    result = run("exchanges", "retry", 2, home=received)
    assert (result.exit_code, result.stderr) == (1, "hub: exchange 2 is posted: there is nothing to retry\n")


def test_file_is_undone_and_received_again(paid: Path) -> None:
    assert answer("exchanges", "undo", 2, "--reason", "wrong day", home=paid)["exchange_no"] == 2
    assert answer("receivables", "show", "010000101", home=paid)["open_ore"] == 84_250
    again = answer("receive", paid / "files" / BGMAX, home=paid)
    assert again[0]["exchange"]["state"] == "posted"
    assert answer("receivables", "show", "010000101", home=paid)["open_ore"] == 0


def test_correction_is_held_until_a_person_takes_it(paid: Path) -> None:
    newer = paid / "newer.txt"
    newer.write_bytes((paid / "files" / BGMAX).read_bytes().replace(b"01000010114", b"01000010817", 1))
    result = run("receive", newer, home=paid)
    assert result.exit_code == 0
    assert "hub exchanges accept 3" in result.stderr
    accepted = run("exchanges", "accept", 3, home=paid)
    assert accepted.exit_code == 0
    assert "exchange 2 is undone: 22 postings taken back" in accepted.stderr
    assert [line.split()[:2] for line in accepted.stdout.splitlines() if "exact reference" in line]
    states = [exchange["state"] for exchange in answer("exchanges", home=paid)]
    assert states == ["posted", "undone", "posted"]
    assert answer("receivables", "show", "010000101", home=paid)["open_ore"] == 84_250


def test_rejected_correction_changes_nothing(paid: Path) -> None:
    newer = paid / "newer.txt"
    newer.write_bytes((paid / "files" / BGMAX).read_bytes().replace(b"01000010114", b"01000010817", 1))
    run("receive", newer, home=paid)
    answer("exchanges", "reject", 3, "--reason", "sent by mistake", home=paid)
    assert answer("exchanges", "show", 2, home=paid)["exchange"]["state"] == "posted"
    assert answer("receivables", "show", "010000101", home=paid)["open_ore"] == 0


def test_poll_takes_what_waits_in_the_inbox_and_puts_it_aside(home: Path) -> None:
    inbox = home / "inbox" / "nordvik"
    inbox.mkdir(parents=True)
    for name in (BGMAX, CAMT054):
        (inbox / name).write_bytes((home / "files" / name).read_bytes())
        os.utime(inbox / name, (1_000_000, 1_000_000))
    (inbox / "coming.txt.part").write_bytes(b"unfinished")
    (inbox / "just-now.txt").write_bytes(b"may still be written to")
    in_a_while = time.time() + 600  # however slow this machine is
    os.utime(inbox / "just-now.txt", (in_a_while, in_a_while))
    receipts = answer("receive", "--poll", home=home)
    assert [receipt["exchange"]["state"] for receipt in receipts] == ["posted", "posted"]
    assert sorted(path.name for path in inbox.iterdir()) == ["coming.txt.part", "just-now.txt", "received"]
    assert sorted(path.name for path in (inbox / "received").iterdir()) == [f"2_{BGMAX}", f"3_{CAMT054}"]
    assert answer("receive", "--poll", home=home) == []


def test_a_reversal_that_does_not_wait_cannot_be_decided(imported: Path) -> None:
    for number in ("third", f"1:{2**63}", f"{'9' * 5000}:1"):
        assert run("payments", "reversal", number, 1, home=imported).exit_code == 2
    assert "give ID, or --coding" in run("payments", "reversal", "2:1", home=imported).stderr
    result = run("payments", "reversal", "2:1", 1, "--coding", "6352=100", home=imported)
    assert result.exit_code != 0
    assert "no reversal 2:1 waits" in result.stderr
    assert "no reversal 2:1 waits" in run("payments", "reversal", "2:1", "--same-as", "3:1", home=imported).stderr
    assert "such as 3:1" in run("payments", "reversal", "2:1", "--same-as", "third", home=imported).stderr
    assert "or alone --same-as" in run("payments", "reversal", "2:1", 1, "--same-as", "3:1", home=imported).stderr


def test_poll_without_an_inbox_makes_it_and_carries_out_what_waits(home: Path) -> None:
    with Hub.open(home), work_lock(home / "hub.sqlite", timeout_s=1):
        run("receive", home / "files" / BGMAX, "--wait", "0", home=home)
    result = run("receive", "--poll", home=home)
    assert (result.exit_code, result.stdout) == (0, "")
    assert (home / "inbox" / "nordvik").is_dir()
    assert answer("exchanges", "show", 2, home=home)["exchange"]["state"] == "posted"
    elsewhere = run("receive", "--poll", "--inbox", home / "no-such", home=home)
    assert (elsewhere.exit_code, "make the folder" in elsewhere.stderr) == (3, True)


def test_poll_tells_what_it_posted_of_money_that_waited_for_its_account(home: Path) -> None:
    settings = home / "tenants" / "nordvik.toml"
    right = settings.read_text(encoding="utf-8")
    settings.write_text(right.replace(ACCOUNT, 'plusgiro = "1018-1"'), encoding="utf-8")
    run("receive", home / "files" / BGMAX, home=home)
    settings.write_text(right, encoding="utf-8")
    told = run("receive", "--poll", home=home).stderr
    assert "posted, since their payee account is in the settings now: 8 payments" in told
    assert "posted" not in run("receive", "--poll", home=home).stderr


def test_a_file_is_kept_just_when_the_answer_names_its_exchange(home: Path) -> None:
    """What docs/operating.md says of which files are anybody's to delete."""
    settings = home / "tenants" / "nordvik.toml"
    right = settings.read_text(encoding="utf-8")
    file = home / "files" / BGMAX
    assert run("receive", file, home / "no-such", "--json", home=home).exit_code == 2
    (home / "tenants" / "second.toml").write_text(right.replace("nordvik", "second"), encoding="utf-8")
    assert run("receive", file, "--json", home=home).exit_code == 3
    (home / "tenants" / "second.toml").unlink()
    settings.write_text("nothing = 1", encoding="utf-8")
    assert "exchange" not in json.loads(run("receive", file, "--json", home=home).stdout)
    settings.write_text(right, encoding="utf-8")
    assert [exchange["number"] for exchange in answer("exchanges", home=home)] == [1]

    with Hub.open(home), work_lock(home / "hub.sqlite", timeout_s=1):
        queued = run("receive", file, "--wait", "0", "--json", home=home)
    wrong = run("receive", broken(home), "--json", home=home)
    assert (queued.exit_code, json.loads(queued.stdout)[0]["exchange"]["number"]) == (4, 2)
    assert (wrong.exit_code, json.loads(wrong.stdout)[0]["exchange"]["number"]) == (1, 3)


def test_no_file_is_taken_when_one_of_them_is_a_pipe(home: Path) -> None:
    os.mkfifo(home / "pipe")
    files = (home / "files" / BGMAX, home / "pipe", home / "files" / CAMT054)
    result = run("receive", *files, home=home)
    assert (result.exit_code, "none is taken in" in result.stderr.replace("\n", " ")) == (2, True)
    with Hub.open(home) as hub, pytest.raises(DataError, match="pipe is no file"):
        hub.receive_all(files)
    assert len(answer("exchanges", home=home)) == 1


def test_misspelt_source_system_is_refused_with_the_declared_one(imported: Path) -> None:
    result = run("import", imported / "files" / RECEIVABLES, "--source-system", "biling", home=imported)
    assert (result.exit_code, "did you mean billing?" in result.stderr) == (3, True)


def test_an_import_is_taken_back_receivable_by_receivable(imported: Path) -> None:
    result = run("exchanges", "undo", 1, "--reason", "wrong file", home=imported)
    assert (result.exit_code, "hub receivables cancel NUMBER" in result.stderr) == (1, True)


def test_company_whose_number_changed_stops_imports_files_and_doctor(home: Path) -> None:
    settings = home / "tenants" / "nordvik.toml"
    right = settings.read_text(encoding="utf-8")
    settings.write_text(right.replace('"001"', '"002"'), encoding="utf-8")
    for words in (
        ("import", home / "files" / RECEIVABLES, "--source-system", "billing"),
        ("receive", home / "files" / BGMAX),
        ("doctor",),
    ):
        result = run(*words, home=home)
        assert (result.exit_code, 'number = "001"' in " ".join(result.output.split())) == (3, True)
    settings.write_text(right, encoding="utf-8")
    assert [exchange["number"] for exchange in answer("exchanges", home=home)] == [1]  # nothing was kept
    assert answer("receive", home / "files" / BGMAX, home=home)[0]["exchange"]["state"] == "posted"


def test_doctor_sees_a_tenant_that_is_in_the_database_only(home: Path) -> None:
    (home / "tenants" / "nordvik.toml").rename(home / "tenants" / "nordvik.away")
    found = json.loads(run("doctor", "--json", home=home).stdout)["findings"]
    assert ("look", "tenant nordvik") in [(finding["health"], finding["what"]) for finding in found]


def test_doctor_counts_the_money_that_waits(received: Path) -> None:
    found = json.loads(run("doctor", "--json", home=received).stdout)["findings"]
    [money] = [finding for finding in found if finding["waiting"]]
    waiting = answer("payments", home=received)
    expected = {"state": "suspended", "payments": len(waiting), "currency": "SEK"}
    assert money["waiting"] == {**expected, "amount_ore": sum(payment["remaining_ore"] for payment in waiting)}
    assert money["message"].endswith("SEK: see hub payments --state suspended")


def test_payments_of_an_unknown_account_are_counted_where_it_is_said_what_to_do_about_them(home: Path) -> None:
    settings = home / "tenants" / "nordvik.toml"
    right = settings.read_text(encoding="utf-8")
    settings.write_text(right.replace(ACCOUNT, 'bankgiro = "5050-1055"'), encoding="utf-8")
    run("receive", home / "files" / BGMAX, home=home)
    held = len(answer("payments", "--state", "held", home=home))
    all_shown = run("payments", home=home).stderr
    some_shown = run("payments", "--state", "held", "--limit", 5, home=home).stderr
    assert f"the payee account of {held} is unknown: add it to its company" in all_shown
    assert "the payee account of 5 of those shown is unknown: add it to its company" in some_shown


def test_other_held_payments_are_told_nothing_of_unknown_accounts(received_twice: Path) -> None:
    told = run("payments", home=received_twice).stderr
    assert "held: 1 payment" in told
    assert "unknown" not in told


def test_receive_needs_files_or_poll(imported: Path) -> None:
    assert run("receive", home=imported).exit_code == 2
    assert run("receive", "--poll", imported / "files" / BGMAX, home=imported).exit_code == 2


def test_file_waits_in_the_queue_while_another_process_works(home: Path) -> None:
    with Hub.open(home), work_lock(home / "hub.sqlite", timeout_s=1):
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
        broken.setattr("hub.runtime.plugins.TenantPlugins.proposer", lambda *_: fail(None))
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
    exchange = answer("exchanges", home=home)[0]["number"]
    shown = run("exchanges", "show", exchange, home=home).stdout
    assert all(said in shown for said in ("rejected rows (1)", "AMOUNT_UNREADABLE", "amount"))
    assert not any(value in shown for value in ("010000902", "many"))


def test_all_or_nothing_keeps_everything_out(home: Path) -> None:
    rows = json.loads((home / "files" / RECEIVABLES).read_text(encoding="utf-8"))
    file = home / "more.json"
    file.write_text(json.dumps([{**rows[0], "number": "010000901"}, {"number": "x"}]), encoding="utf-8")
    assert run("import", file, "--source-system", "billing", "--all-or-nothing", home=home).exit_code == 1
    assert run("receivables", "show", "010000901", home=home).exit_code == 1


def test_all_or_nothing_leaves_what_is_known_where_it_is(home: Path) -> None:
    rows = json.loads((home / "files" / RECEIVABLES).read_text(encoding="utf-8"))
    file = home / "more.json"
    file.write_text(json.dumps([rows[0], {"number": "x"}]), encoding="utf-8")
    told = run("import", file, "--source-system", "billing", "--all-or-nothing", home=home).stderr.splitlines()[-1]
    assert told.startswith("nothing new of the file is kept")
    assert told.endswith("1 known already: what is in the books stays")


def test_quarantined_import_is_shown_without_a_plugin(home: Path) -> None:
    file = home / "twice.json"
    file.write_text('[{"number": "1", "amount": "1"}, {"number": "1", "number": "2"}]', encoding="utf-8")
    run("import", file, "--source-system", "billing", "--all-or-nothing", home=home)
    shown = run("exchanges", "show", 2, home=home).stdout
    assert "a name stands twice in one object" in shown
    assert "(plugin" not in shown


def test_unreadable_import_file_is_one_line(home: Path) -> None:
    file = home / "more.json"
    file.write_text("{not json", encoding="utf-8")
    result = run("import", file, "--source-system", "billing", home=home)
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_core_ledger_tells_the_hub_by_options_and_by_file(home: Path) -> None:
    for words in (
        ("credit", "040000208", "--amount", "76,40"),
        ("hold", "040000208", "--code", "T", "--until", (TODAY + timedelta(days=30)).isoformat()),
        ("own-payment", "040000208", "--amount", "100", "--method", "1", "--date", TODAY.isoformat()),
        ("watch", "040000208", "call them"),
        ("due-date", "040000208", max(TODAY, date(2026, 12, 31)).isoformat()),
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


def test_command_that_may_not_be_carried_out_says_why(imported: Path) -> None:
    result = run("receivables", "credit", "040000208", "--amount", "99999,00", home=imported)
    assert result.exit_code == 1
    assert result.stderr.startswith("hub: ")
    assert run("receivables", "credit", "040000208", "--amount", "lots", home=imported).exit_code == 2
    assert run("receivables", "credit", "no-such", home=imported).exit_code == 1


def test_split_places_one_payment_on_several_receivables(paid: Path) -> None:
    waiting = {row["payer_name"]: row["payment_id"] for row in answer("payments", home=paid)}
    answer("payments", "split", waiting["Greta Mo"], "010000108=100", "040000207", home=paid)
    assert answer("receivables", "show", "010000108", home=paid)["open_ore"] == 64_450 - 10_000
    assert answer("receivables", "show", "040000207", home=paid)["open_ore"] == 10_000


@pytest.mark.parametrize(("verdict", "waiting"), [("close", 1), ("release", 2)])
def test_held_payment_is_closed_or_released(paid_twice: Path, verdict: str, waiting: int) -> None:
    """Without a reference it is the same money once, or twice; released, both wait in the suspense account."""
    (held,) = answer("payments", "--state", "held", home=paid_twice)
    answer("payments", verdict, held["payment_id"], home=paid_twice)
    assert answer("payments", "--state", "held", home=paid_twice) == []
    suspended = answer("payments", "--state", "suspended", home=paid_twice)
    assert [row["reason"] for row in suspended].count("no_reference") == waiting


def test_verdict_needs_payments_or_a_group(imported: Path) -> None:
    assert run("payments", "close", home=imported).exit_code == 2
    assert run("payments", "close", 1, "--group", "1:1", home=imported).exit_code == 2


# --- what a person at the keyboard is told ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("credit", "040000208", "--amount", "99999"), "lower the amount, or say --allow-credit-balance"),
        (("credit", "040000208", "--amount", "0"), "--amount: must be above 0"),
        (("credit", "040000208", "--amount", "5", "--coding", "=5"), "write an account and its amount"),
        (("credit", "040000208", "--amount", "5", "--coding", "3010=4"), "add up to 4,00, the amount is 5,00"),
        (("hold", "040000208", "--code", "two words"), "--code: must be 1 to 20 letters"),
        (("hold", "040000208", "--code", "T", "--until", "soon"), "--until: must be a day that there is"),
        (("write-off", "040000208", "--reason", ""), "--reason: must be given"),
        (("due-date", "040000208", "9999-01-01"), "DATE: 9999-01-01 cannot be right"),
        (("watch", "040000208", "x" * 201), "TEXT: must have at most 200 characters"),
        (("credit", "040000208", "--key", "k" * 101), "--key: must have at most 100 characters"),
    ],
)
def test_refusal_names_the_option_and_what_to_write(imported: Path, words: tuple[str, ...], said: str) -> None:
    result = run("receivables", *words, home=imported)
    assert result.exit_code in (1, 2)
    assert said in " ".join(result.stderr.replace("│", " ").split())
    assert "_" not in result.stderr


def test_refusal_about_a_payment_names_the_option(received: Path) -> None:
    waiting = {row["payer_name"]: row["payment_id"] for row in answer("payments", home=received)}["Greta Mo"]
    for words, said in (
        (("move", waiting, "040000207", "--amount", "0"), "cannot be carried out: --amount: must be above 0\n"),
        (("move", waiting, "010000108"), "say --allow-credit-balance"),
        (("split", waiting, "010000108=0", "040000207"), "NUMBER=KRONOR: must be above 0"),
        (("write-off", waiting), "or say --above-limit"),
        (("refund", waiting), "ask the payer, and give --to"),
        (("refund", waiting, "--to", "x" * 61), "--to: must have at most 60 characters"),
        (("refund", waiting, "--to", "nonsense"), "--to: must be an account with its kind, such as bankgiro:991-2346"),
        (("refund", waiting, "--to", "bankgiro:991-2347"), "--to: the check digit of the bankgiro number does not fit"),
        (("refund", waiting, "--to", "bankgiro:991-2346", "--user", ""), "--user: must have at least 1 character"),
        (("refund", waiting, "--to", "bankgiro:991-2346", "--key", ""), "--key: must have at least 1 character"),
        (("move", 4711, "040000207"), "there is no payment 4711; see: hub payments list"),
        (
            ("manual", "040000207", "--amount", "1", "--method", "1", "--date", TODAY, "--user", " "),
            "--user: must have",
        ),
    ):
        result = run("payments", *words, home=received)
        assert result.exit_code == 1
        assert said in result.stderr


def test_an_empty_amount_is_no_amount_left_out(imported: Path) -> None:
    """A script whose variable is empty must not credit everything."""
    result = run("receivables", "credit", "040000208", "--amount", "", home=imported)
    assert result.exit_code == 2
    assert answer("receivables", "show", "040000208", home=imported)["open_ore"] == 1_276_400


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("1850-01-01", "--date: 1850-01-01 cannot be right: give a day from "),
        ((TODAY + timedelta(days=1)).isoformat(), f" to {TODAY}\n"),
        ((TODAY - timedelta(days=3653)).isoformat(), " cannot be right"),
        ("20261122", "written as 2026-11-22"),
        ("2026-02-30", "written as 2026-11-22"),
    ],
)
def test_day_that_cannot_be_is_refused_with_the_days_that_can(imported: Path, day: str, said: str) -> None:
    result = run("payments", "manual", "040000208", "--method", "1", "--amount", "10", "--date", day, home=imported)
    assert result.exit_code == 1
    assert said in result.stderr
    assert answer("receivables", "show", "040000208", home=imported)["open_ore"] == 1_276_400


def test_payment_registered_by_hand_takes_account_coding(home: Path) -> None:
    coding = ("--coding", "3010=6", "--coding", "1510 x=4,00")
    words = ("manual", "040000208", "--method", "1", "--amount", "10", "--date", TODAY)
    answer("payments", *words, *coding, home=home)
    booked = {row["account"]: row["amount_ore"] for row in answer("balances", home=home)}
    assert booked["1510 x"] == 400


def test_suggest_refuses_payments_that_do_not_wait(received_twice: Path) -> None:
    (held,) = answer("payments", "--state", "held", home=received_twice)
    for payment_id, said in ((9_999, "there is no payment"), (1, "is not suspended"), (held["payment_id"], "is held")):
        result = run("payments", "suggest", payment_id, home=received_twice)
        assert (result.exit_code, result.stdout) == (1, "")
        assert said in result.stderr


@pytest.mark.parametrize(
    ("words", "state"), [(("exchanges",), "quarantined"), (("payments",), "held"), (("runs",), "failed")]
)
def test_unknown_state_is_refused_with_those_there_are(imported: Path, words: tuple[str, ...], state: str) -> None:
    assert answer(*words, "--state", state, home=imported) == []
    result = run(*words, "--state", "nonsense", home=imported)
    assert (result.exit_code, result.stdout) == (2, "")
    assert state in result.stderr


def test_unknown_state_of_lumps_is_refused(imported: Path) -> None:
    assert answer("payments", "lumps", "--state", "all", home=imported) == []
    assert run("payments", "lumps", "--state", "nonsense", home=imported).exit_code == 2


def test_retry_of_a_file_that_is_still_wrong_ends_as_receive_does(home: Path) -> None:
    run("receive", broken(home), home=home)
    result = run("exchanges", "retry", 2, home=home)
    assert result.exit_code == 1
    assert result.stderr.startswith("in quarantine: see hub exchanges show 2")


def test_personal_identity_numbers_of_debtors_are_masked_unless_asked_for(home: Path) -> None:
    rows = json.loads((home / "files" / RECEIVABLES).read_text(encoding="utf-8"))
    file = home / "more.json"
    row = {**rows[0], "number": "010000901", "debtor_identity": "191212121212", "reference": ""}
    file.write_text(json.dumps([row]), encoding="utf-8")
    answer("import", file, "--source-system", "billing", home=home)
    for words in (("show", "010000901"), ("list", "--search", "010000901")):
        assert "191212121212" not in run("receivables", *words, "--json", home=home).stdout
        assert "19121212****" in run("receivables", *words, "--json", home=home).stdout
        assert "191212121212" in run("receivables", *words, "--json", "--show-personal", home=home).stdout
        assert "191212121212" not in run("receivables", *words, home=home).stdout


def test_list_of_receivables_shows_version_and_source_system(imported: Path) -> None:
    heading, first = run("receivables", "list", "--all", home=imported).stdout.splitlines()[:2]
    assert heading.split()[:4] == ["company", "number", "version", "source"]
    assert first.split()[:4] == ["001", "010000101", "1", "billing"]


def test_counts_of_one_are_told_in_the_singular(received_twice: Path) -> None:
    told = run("payments", home=received_twice).stderr
    assert "held: 1 payment, " in told
    assert "suspended: 5 payments, " in told


def test_holds_and_watch_of_a_receivable_are_shown_and_listed(home: Path) -> None:
    until = TODAY + timedelta(days=30)
    answer("receivables", "hold", "040000208", "--code", "T", "--until", until, "--reason", "dispute", home=home)
    answer("receivables", "watch", "040000208", "call them", home=home)
    shown = answer("receivables", "show", "040000208", home=home)
    assert [(hold["code"], hold["until_date"]) for hold in shown["holds"]] == [("T", str(until))]
    assert shown["watch"]["text"] == "call them"
    listed = answer("receivables", "list", "--search", "04000020", home=home)
    assert {row["number"]: [hold["code"] for hold in row["holds"]] for row in listed if row["holds"]} == {
        "040000208": ["T"]
    }
    assert f"hold T until {until} (person, dispute)" in run("receivables", "show", "040000208", home=home).stdout
    assert "call them" in run("receivables", "show", "040000208", home=home).stdout
    assert f"watched, hold T until {until}" in run("receivables", "list", home=home).stdout
    answer("receivables", "end-hold", "040000208", "--code", "T", home=home)
    assert answer("receivables", "show", "040000208", home=home)["holds"] == []


def test_a_list_of_commands_that_stops_says_where_and_what_holds(home: Path) -> None:
    told = [
        {
            "kind": "write_off_receivable",
            "key": f"w{at}",
            "user": "erp",
            "receivable": {"company": "001", "number": number},
            "reason_code": "K",
        }
        for at, number in enumerate(("010000107", "010000108", "no-such", "040000209"), 1)
    ]
    commands = home / "commands.json"
    commands.write_text(json.dumps(told), encoding="utf-8")

    result = run("command", commands, "--json", home=home)

    assert result.exit_code == 1
    assert result.stderr.startswith("hub: command 3 of 4: there is no receivable no-such")
    assert result.stderr.endswith("; 1 and 2 are carried out, 4 is not\n")
    said = json.loads(result.stdout)
    assert (said["error"]["code"], said["command"]) == ("DATA", 3)
    assert [(one["key"], one["answer"]["open_ore"]) for one in said["carried_out"]] == [("w1", 0), ("w2", 0)]
    assert answer("receivables", "show", "040000209", home=home)["open_ore"] > 0
    commands.write_text(json.dumps(told[2:]), encoding="utf-8")
    assert run("command", commands, home=home).stderr.endswith("; none is carried out\n")


def test_a_cursor_beyond_the_feed_is_told(imported: Path) -> None:
    newest = answer("feed", home=imported)[-1]["number"]
    assert answer("feed", "--after", newest, home=imported) == []
    result = run("feed", "--after", newest + 1, "--json", home=imported)
    assert result.exit_code == 1
    assert f"event {newest + 1} has not happened here, the newest is {newest}" in result.stderr
    assert json.loads(result.stdout)["error"]["code"] == "DATA"


def test_zeros_in_front_of_a_company_number_may_be_left_out_everywhere(home: Path) -> None:
    for company in ("001", "1"):
        assert answer("receivables", "show", "040000208", "--company", company, home=home)["open_ore"] == 1_276_400
        assert answer("receivables", "list", "--company", company, home=home)
        told = {"kind": "watch_receivable", "key": f"c{company}", "user": "erp", "text": "see"}
        file = home / "command.json"
        file.write_text(json.dumps({**told, "receivable": {"company": company, "number": "040000208"}}), "utf-8")
        assert run("command", file, home=home).exit_code == 0


def test_what_was_never_there_is_said_alike_by_every_command(imported: Path) -> None:
    for words in (("content", 99, "--to", imported / "x"), ("undo", 99, "--reason", "x"), ("show", 99)):
        assert (
            run("exchanges", *words, home=imported).stderr == "hub: there is no exchange 99; see: hub exchanges list\n"
        )
