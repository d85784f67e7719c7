"""`hub deliver`, `hub documents`, `hub route`, `hub recipients`: the doors, on the demonstration's tenant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from demonstration import Demonstration
from test_cli_demo import answer, run

from hub import Hub

HELD, SENT = 6, 4


@pytest.fixture(scope="module")
def made(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demonstration.copied_to(tmp_path_factory.mktemp("documents") / "home")


@pytest.fixture
def home(demonstration: Demonstration, tmp_path: Path) -> Path:
    return demonstration.copied_to(tmp_path / "home")


def invoice(number: str, **changes: Any) -> dict[str, Any]:
    return {
        "number": number,
        "issue_date": "2026-11-20",
        "due_date": "2026-12-20",
        "debtor": {"name": "Karl Kuvert", "number": "9", "is_protected": True},
        "lines": [{"text": "Water", "amount": "100.00"}],
        **changes,
    }


def test_the_demonstration_sends_each_document_once_and_says_where(made: Path) -> None:
    documents = {row["number"]: row for row in answer("documents", home=made)}

    assert {number: row["channel"] for number, row in documents.items()} == {
        "040000301": "internet_bank",
        "040000302": "kivra",
        "040000303": "peppol",
        "040000304": "letter",
        "040000305": "letter",
        "040000306": "",
        "040000308": "",
        "040000309": "operator",
    }
    assert documents["040000306"]["state"] == documents["040000308"]["state"] == "held"
    assert run("verify", home=made).exit_code == 0


def test_the_list_says_why_a_document_did_not_go_by_the_channel_before(made: Path) -> None:
    documents = {row["number"]: row for row in answer("documents", home=made)}

    assert documents["040000309"]["passed_by"] == "peppol: the receiver takes invoices by Peppol, and no credit notes"
    assert documents["040000303"]["passed_by"] == ""
    assert "no such mailbox" in run("documents", home=made).stdout


def test_the_way_of_a_document_is_told(made: Path) -> None:
    told = answer("route", SENT, home=made)

    outcomes = {step["channel"]: step["outcome"] for step in told["steps"]}
    assert (outcomes["email"], outcomes["letter"], outcomes["kivra"]) == ("returned", "sent", "skipped")
    assert "no such mailbox" in run("documents", "show", SENT, home=made).stdout


def test_what_is_shown_of_a_document_names_no_debtor(made: Path) -> None:
    for words in (("documents", "list"), ("documents", "show", SENT), ("route", SENT)):
        assert "recipient_key" not in run(*words, "--json", home=made).stdout, words


def test_delivering_ends_in_1_when_one_is_refused_and_says_why(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "documents.json"
    file.write_text(json.dumps([invoice("901"), invoice("902", lines=[]), invoice("903")]), encoding="utf-8")

    result = run("deliver", file, "--json", home=home)
    told = json.loads(result.stdout)

    assert result.exit_code == 1
    assert [one["problem"] == "" for one in told] == [True, False, True]
    assert [one.get("state") for one in told] == ["held", None, "held"]
    assert run("deliver", file, home=home).exit_code == 1
    assert len(answer("documents", "--number", "901", home=home)) == 1


def test_ctrl_c_while_documents_go_out_says_that_they_are_kept(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "documents.json"
    file.write_text(json.dumps([invoice("901")]), encoding="utf-8")

    def interrupted(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as typed:
        typed.setattr("hub.runtime.node.WorkingNode.wait", interrupted)  # where the command waits for its runs
        stopped = run("deliver", file, home=home)

    assert stopped.exit_code == 130
    assert "goes on with the next command or hub serve; see: hub documents" in " ".join(stopped.stderr.split())
    assert [row["number"] for row in answer("documents", "--number", "901", home=home)] == ["901"]


def test_what_is_no_file_that_can_be_delivered_is_no_number_either(home: Path) -> None:
    for given, why in (
        (home, "is a folder: give the files in it"),
        ("/dev/null", "is no file: write what it holds to one first"),
        ("-", "is no file"),
    ):
        result = run("deliver", given, home=home)
        assert result.exit_code == 2, given
        assert f"{given} {why}" in " ".join(result.stderr.split()), given


def test_a_receivable_is_sent_by_its_number(home: Path) -> None:
    told = json.loads(run("deliver", "010000101", "no-such", "--json", home=home).stdout)

    assert (told[0]["problem"], told[0]["is_new"]) == ("", True)
    assert "no such receivable" in told[1]["problem"]


def test_the_way_of_a_receivables_invoice_is_planned_by_its_number_and_what_is_neither_is_told(
    made: Path, tmp_path: Path
) -> None:
    assert answer("route", "010000101", "--plan", home=made)["considered"]

    file = tmp_path / "two.json"
    file.write_text(json.dumps([invoice("901"), invoice("902")]), encoding="utf-8")
    for given, said in (
        (("010000101",), "hub route 010000101 --plan"),
        (("40000130", "--plan"), "40000130: the hub has no such receivable"),
        ((file, "--plan"), "holds 2 documents (901, 902)"),
    ):
        assert said in run("route", *given, home=made).stderr


def test_a_document_is_written_as_it_was_printed(made: Path, tmp_path: Path) -> None:
    assert run("documents", "pdf", 1, "--to", tmp_path / "one.pdf", home=made).exit_code == 0
    assert (tmp_path / "one.pdf").read_bytes().startswith(b"%PDF-1.7")


def test_a_held_document_is_closed_by_a_person_once(home: Path) -> None:
    told = answer("documents", "close", HELD, "--remark", "by hand", "--key", "k", home=home)

    assert told["state"] == "closed"
    assert answer("documents", "close", HELD, "--remark", "by hand", "--key", "k", home=home) == told
    assert run("documents", "send", HELD, home=home).exit_code == 1


def test_a_letter_is_found_by_its_receivable_and_copied(home: Path, tmp_path: Path) -> None:
    with Hub.open(home) as hub:
        owed = hub.receivables.search(limit=1)[0]
    claim = {"number": owed.number, "open": "10.00"}
    kuvert = {"name": "Karl Kuvert", "address": {"street": "Storgatan 1", "postal_code": "111 22", "city": "Stockholm"}}
    reminder = invoice("R1", kind="reminder", company=owed.company, lines=[], claims=[claim], debtor=kuvert)
    balance = {"receivable_id": owed.receivable_id, "open_ore": owed.open_ore}
    asked = {"kind": "deliver_document", "key": "dun:1", "user": "dunning", "document": reminder, "balances": [balance]}
    (tmp_path / "command.json").write_text(json.dumps(asked), encoding="utf-8")

    (handed,) = answer("command", str(tmp_path / "command.json"), home=home)
    (found,) = answer("documents", "letters", owed.number, "--kind", "reminder", home=home)
    assert (found["document_no"], found["dated"]) == (handed["answer"]["document_no"], "2026-11-20")
    assert answer("documents", "letters", owed.number, "--dated", "2026-11-21", home=home) == []

    copied = answer("documents", "copy", str(found["document_no"]), "--dated", "2026-11-24", home=home)
    shown = answer("documents", "show", str(copied["document_no"]), home=home)
    assert (
        (shown["copy_no"], shown["number"], shown["kind"])
        == (copied["copy_no"], "R1", "reminder")
        == (1, "R1", "reminder")
    )
    assert (
        "reminder R1, version 1, copy 1, company" in run("documents", "show", copied["document_no"], home=home).stdout
    )
    assert "reminder, copy 1 " in run("documents", "list", "--number", "R1", home=home).stdout
    assert "R1" in run("documents", "letters", owed.number, home=home).stdout
    (tmp_path / "anew.json").write_text(json.dumps(invoice("7001", version=3)), encoding="utf-8")
    assert "invoice, version 3 " in run("deliver", str(tmp_path / "anew.json"), home=home).stdout


def test_a_document_that_is_not_there_says_where_to_look(made: Path) -> None:
    for words in (("documents", "show", 99), ("route", 99, "--plan"), ("documents", "close", 99)):
        result = run(*words, home=made)
        assert (result.exit_code, "hub documents list" in result.stderr) == (1, True), words


def test_recipients_are_imported_and_bad_rows_hold_no_other(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "recipients.csv"
    file.write_text(
        "identity;name;wish;email;email_consent_on\n"
        "191212121212;Tolvan;letter;;\n"
        "556000-4615;Bolaget;;faktura@bolaget.example;2026-01-01\n"
        "191212121213;Wrong;;;\n"
        ";Nobody;;;\n",
        encoding="utf-8",
    )

    result = run("recipients", "import", file, "--json", home=home)
    report = json.loads(result.stdout)

    assert (result.exit_code, report["kept"], report["rejected"], report["protections_lifted"]) == (1, 2, 2, 0)
    assert [problem["line"] for problem in report["problems"]] == [4, 5]
    listed = {row["name"]: row for row in answer("recipients", home=home)}
    assert (listed["Tolvan"]["wish"], listed["Bolaget"]["email_consent_on"]) == ("letter", "2026-01-01")
    assert "191212121212" not in run("recipients", home=home).stdout


def test_what_of_a_row_is_not_kept_is_a_warning(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "recipients.csv"
    file.write_text("identity;email;email_consent_on\n191212121212;t@example.se;2126-01-01\n", encoding="utf-8")

    shown, told = (run("recipients", "import", file, *more, home=home) for more in ((), ("--json",)))

    assert (shown.exit_code, shown.stderr.strip()) == (0, "1 kept, 0 rejected")
    assert "warning" in shown.stdout
    warnings = json.loads(told.stdout)["warnings"]
    assert [(one["line"], one["field"]) for one in warnings] == [(2, "email_consent_on")]

    file.write_text("identity;email_consent_on\n5560004615;2026-01-01\n", encoding="utf-8")
    unbound = run("recipients", "import", file, home=home)
    assert (unbound.stdout or unbound.stderr).strip() == (
        "1 kept, 0 rejected, 1 consent without an address: nothing is mailed"
    )


def test_a_column_that_a_file_lacks_leaves_what_the_register_says(home: Path, tmp_path: Path) -> None:
    def said(content: str, name: str = "recipients.csv") -> str:
        file = tmp_path / name
        file.write_text(content, encoding="utf-8")
        result = run("recipients", "import", file, home=home)
        return (result.stdout or result.stderr).strip()

    def kept(*fields: str) -> list[tuple[object, ...]]:
        told_by_files = [row for row in answer("recipients", home=home) if not row["source"].startswith("invoice ")]
        return [tuple(row[name] for name in fields) for row in told_by_files]

    said("identity;name;email;email_consent_on;is_protected\n191212121212;Tolvan;t@example.se;2026-01-01;ja\n")

    assert said("identity;wish\n191212121212;email\n") == "1 kept, 0 rejected"
    assert said('[{"identity": "191212121212", "e_bank_address": "7"}]', "r.json") == "1 kept, 0 rejected"
    assert kept("name", "wish", "email", "email_consent_on", "e_bank_address", "is_protected") == [
        ("Tolvan", "email", "t@example.se", "2026-01-01", "7", 1)
    ]
    assert said("identity;email\n191212121212;o@example.se\n") == "1 kept, 0 rejected, 1 consent ended"
    assert said("identity;email_consent_on\n191212121212;\n") == "1 kept, 0 rejected"  # blank is not absent
    assert kept("email_consent_on", "is_protected") == [("", 1)]
    assert said("identity;is_protected\n191212121212;\n191212121212;ja\n") == "2 kept, 0 rejected"  # the last row holds
    assert said("identity;is_protected\n191212121212;nej\n") == "1 kept, 0 rejected, 1 protection lifted"
    assert said("identity;is_protected\n191212121212;nej\n") == "1 kept, 0 rejected"
    said("identity;is_protected\n181212121212;ja\n")
    assert kept("name", "wish", "is_protected") == [("", "", 1)]  # another, a century older, inherits nothing


def test_a_file_that_is_no_list_of_documents_is_refused(made: Path, tmp_path: Path) -> None:
    for content in ("", "[1]", "nonsense", '{"number": 3}', "[{}]"):
        file = tmp_path / "wrong.json"
        file.write_text(content, encoding="utf-8")
        assert run("deliver", file, home=made).exit_code == 1, content
    result = run("deliver", tmp_path / "none.json", home=made)
    assert (result.exit_code, "cannot be opened: No such file or directory; check its path" in result.stderr) == (
        1,
        True,
    )


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("r.xlsx", b"PK", "no field of a recipient"),
        ("r.csv", b"identity,name\n191212121212,Tolvan\n", "parted by ;"),
        ("r.csv", b"name;email\nTolvan;a@b.example\n", "needs identity"),
        ("r.csv", "identity;name\n191212121212;Åsa\n".encode("cp1252"), "save it as CSV UTF-8"),
    ],
)
def test_what_is_no_register_is_refused_with_what_to_do(
    made: Path, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)

    result = run("recipients", "import", tmp_path / name, home=made)

    assert (result.exit_code, words in result.stderr) == (1, True)


def test_a_refused_document_is_named_by_its_number_and_dates_that_nobody_means_are_refused(
    made: Path, tmp_path: Path
) -> None:
    file = tmp_path / "documents.json"
    odd = [invoice("904", issue_date="0001-01-01"), invoice("905", due_date="9999-12-31"), invoice("906", lines=[])]
    file.write_text(json.dumps(odd), encoding="utf-8")

    told = json.loads(run("deliver", file, "--json", home=made).stdout)

    assert [one["number"] for one in told] == ["904", "905", "906"]
    assert all("ten years" in one["problem"] for one in told[:2])


def test_one_that_was_due_before_today_is_taken_and_said_to_be_late(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "documents.json"
    late = invoice("904", issue_date="2026-11-01", due_date="2026-11-20", debtor={"name": "Karl Kuvert", "number": "9"})
    file.write_text(json.dumps([late]), encoding="utf-8")

    told, again = (json.loads(run("deliver", file, "--json", home=home).stdout) for _ in range(2))

    assert (told[0]["problem"], told[0]["is_new"]) == ("", True)
    assert "was due 2026-11-20, before today" in told[0]["warning"]
    assert (again[0]["warning"], again[0]["is_new"]) == ("", False)


def test_the_demonstration_can_be_asked_from_another_folder(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = (made / "tenants" / "nordvik.toml").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert f'ca_file = "{made.resolve()}' in settings
    assert run("documents", home=made).exit_code == 0


def test_a_tenant_that_turns_the_network_on_is_found_by_the_next_plan(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "document.json"
    assert run("init", home, home=home).exit_code == 0
    settings = (home / "tenants" / "example.toml").read_text(encoding="utf-8")
    south = settings.replace('id = "example"', 'id = "south"').replace("999999-9999", "556000-4615")
    for name, written in (("example", f"{settings}\n[plugins.internal]\n"), ("south", south)):
        (home / "tenants" / f"{name}.toml").write_text(written, encoding="utf-8")
    file.write_text(json.dumps(invoice("901", debtor={"name": "South AB", "identity": "556000-4615"})), "utf-8")

    assert "no tenant of this installation" in run("--tenant", "example", "route", file, "--plan", home=home).output
    assert "[plugins.internal]" in run("--tenant", "south", "inbox", home=home).output

    (home / "tenants" / "south.toml").write_text(f"{south}\n[plugins.internal]\n", encoding="utf-8")
    assert "it goes by internal" in run("--tenant", "example", "route", file, "--plan", home=home).output
    assert run("--tenant", "south", "inbox", home=home).output.strip() == "nothing has come"
