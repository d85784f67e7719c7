"""`hub bank`: a bank declared in the settings, looked at, and its files seen, as a person does it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_cli_demo import answer, run

from hub.demo.folder import BGMAX, CAMT053, CAMT054, RECEIVABLES, lay_out
from hub.runtime.sandboxes import plugin_table
from hub_autopay.sandbox import BY_HTTPS, BY_SFTP, FileBank

SECRETS = ("AUTOPAY_SANDBOX_PASSWORD", "AUTOPAY_SANDBOX_TOKEN")


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileBank]:
    with FileBank(tmp_path / "bank") as serving:
        for name, secret in serving.secrets.items():
            monkeypatch.setenv(name, secret)
        yield serving


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tenant with settings and receivables, which tests copy."""
    folder = lay_out(tmp_path_factory.mktemp("imported") / "home")
    answer("import", folder.file(RECEIVABLES), "--source-system", "billing", home=folder.home)
    return folder.home


@pytest.fixture
def home(imported: Path, tmp_path: Path, bank: FileBank) -> Path:
    """A copy of that tenant, whose bank is the sandbox."""
    copied = Path(shutil.copytree(imported, tmp_path / "home"))
    settings = copied / "tenants" / "nordvik.toml"
    without = settings.read_text(encoding="utf-8").replace("[plugins.autopay]\n", "")
    settings.write_text(f"{without}\n{plugin_table('autopay', bank.settings)}\n", encoding="utf-8")
    return copied


def test_a_bank_is_looked_at_and_its_files_are_seen(home: Path, bank: FileBank) -> None:
    bank.put("day.txt", (home / "files" / BGMAX).read_bytes())

    by_sftp, by_https = answer("bank", "fetch", home=home)
    assert [(one["connection"], one["run"]["state"]) for one in (by_https, by_sftp)] == [
        (BY_HTTPS, "done"),
        (BY_SFTP, "done"),
    ]
    assert len(by_sftp["files"]) + len(by_https["files"]) >= 1
    bank.put("day.xml", (home / "files" / CAMT054).read_bytes())
    told = run("bank", "fetch", BY_SFTP, home=home)

    assert (told.exit_code, bank.waiting()) == (0, [])
    assert f"{BY_SFTP}: 1 new" in told.output
    files = answer("bank", "files", "--connection", BY_SFTP, "--direction", "in", home=home)
    assert (files[0]["name"], files[0]["state"]) == ("day.xml", "booked")
    shown = run("bank", home=home).output
    assert "day.xml" in shown and "booked" in shown  # noqa: PT018 - one line of one table
    assert answer("bank", "files", "--state", "rejected", home=home) == []


def test_what_stops_a_look_is_said_without_secrets(home: Path, bank: FileBank) -> None:
    bank.order("wrong_key")

    stopped = run("bank", "fetch", BY_SFTP, home=home)
    shown = run("bank", "connections", home=home).output

    assert stopped.exit_code == 1
    assert "failed" in stopped.output
    assert [one["name"] for one in answer("bank", "connections", home=home)] == [BY_SFTP, BY_HTTPS]
    assert "never" in shown
    assert not [secret for secret in bank.secrets.values() if secret in stopped.output + shown]


def test_wrong_words_are_refused(home: Path) -> None:
    unknown = run("bank", "fetch", "nordea", home=home)
    came_in = run("bank", "told", 1, "accepted", home=home)
    untellable = run("bank", "told", 1, "created", home=home)

    assert (unknown.exit_code, "there is no bank connection nordea" in unknown.stderr) == (1, True)
    assert (came_in.exit_code, "came in" in came_in.stderr) == (1, True)
    assert (untellable.exit_code, "must be one of received" in untellable.stderr) == (2, True)


RULES = """
[[companies.payee_accounts.bank_rules]]
name = "fees"
codes = ["MDOP/CHRG"]
min_amount = "1,00"
account = "6570"
"""


def test_rules_are_listed_and_tried_before_they_book(home: Path, tmp_path: Path) -> None:
    settings = home / "tenants" / "nordvik.toml"
    assert "no bank rule" in run("bank", "rules", home=home).output
    account, marker, rest = settings.read_text(encoding="utf-8").partition("[[companies.payee_accounts]]\n")
    table, gap, rest = rest.partition("\n\n")
    settings.write_text(account + marker + table + "\n" + RULES + gap + rest, encoding="utf-8")
    day = (home / "files" / CAMT053).read_text(encoding="utf-8")
    fee = (
        '<Ntry><Amt Ccy="SEK">45.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        "<BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>FEE-1</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd>"
        "<Fmly><Cd>MDOP</Cd><SubFmlyCd>CHRG</SubFmlyCd></Fmly></Domn></BkTxCd></Ntry></Stmt>"
    )
    statement = tmp_path / "statement.xml"
    statement.write_text(day.replace("</Stmt>", fee, 1), encoding="utf-8")

    tried = answer("bank", "rules", "try", statement, home=home)
    shown = run("bank", "rules", "try", statement, home=home).output
    assert [(one["rule"], one["amount_ore"]) for one in tried if one["rule"]] == [("fees", -4500)]
    assert f"rules would book 1 of {len(tried)}" in shown
    assert "min amount 1,00" in run("bank", "rules", home=home).output
    assert answer("payments", "lumps", "--state", "ruled", home=home) == []

    assert run("receive", statement, home=home).exit_code == 0
    assert [one["amount_ore"] for one in answer("payments", "lumps", "--state", "ruled", home=home)] == [-4500]
    assert run("bank", "rules", "try", home=home).exit_code == 2


def test_statements_are_shown_one_after_the_other_with_what_is_missing(home: Path, tmp_path: Path) -> None:
    first = (home / "files" / CAMT053).read_text(encoding="utf-8")
    later = first.replace("STM-2026-231", "STM-2026-233").replace("<ElctrncSeqNb>231", "<ElctrncSeqNb>233")
    later = later.replace("2026-11-20", "2026-11-24").replace("20261120", "20261124").replace("125000.00", "234400.00")
    later = later.replace("234351.75", "343751.75")
    for name, content in (("first.xml", first), ("later.xml", later)):
        (tmp_path / name).write_text(content, encoding="utf-8")
        assert run("receive", tmp_path / name, home=home).exit_code == 0

    (account,) = answer("bank", "statements", home=home)
    shown = run("bank", "statements", "SE45 5000 0000 0583 9825 7466", home=home).output

    assert [one["serial"] for one in account["statements"]] == ["231", "233"]
    assert [(one["difference_ore"], one["missing_numbers"], one["state"]) for one in account["gaps"]] == [
        (4825, "232", "open")
    ]
    assert "gap 1 before it (open): 48,25 of 2026-11-23 to 2026-11-23, number 232" in " ".join(shown.split())
    assert run("bank", "accept", 1, "--reason", "the bank was closed", home=home).exit_code == 0
    assert answer("bank", "statements", home=home)[0]["gaps"][0]["state"] == "accepted"
    assert run("verify", home=home).exit_code == 0
    unknown, wrong = (
        run("bank", "statements", "bankgiro:5050-1055", home=home),
        run("bank", "statements", "x", home=home),
    )
    assert (unknown.exit_code, "the settings have no such account" in unknown.stderr) == (1, True)
    assert (wrong.exit_code, "such as bankgiro:991-2346" in wrong.stderr) == (1, True)
