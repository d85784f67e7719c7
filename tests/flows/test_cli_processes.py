"""The command as scripts meet it: exit codes, stdout for data, stderr for words; a few as real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from socket import gethostname

import pytest
from engine_home import make_home
from hub_processes import Process
from one_database import on_postgresql
from test_cli_demo import run
from test_cli_inspect import BGMAX

from hub.demo.folder import lay_out
from hub.model.nodes import Node
from hub.runtime.bootstrap import Installation
from hub.runtime.membership import process_space
from hub.runtime.serving import why_queued
from hub.testing.killing.nursery import Nursery


def process(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    left_out = ("HUB_HOME", "COLUMNS", "FORCE_COLOR")
    inherited = {name: value for name, value in os.environ.items() if name not in left_out}
    return subprocess.run(
        [sys.executable, "-m", "hub.cli", *(str(word) for word in words)],
        cwd=cwd,
        env={**inherited, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new home; nothing points to it but --home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HUB_HOME", raising=False)
    assert run("init", "home").exit_code == 0
    return tmp_path / "home"


def test_a_process_ends_in_a_code_that_scripts_can_use(home: Path) -> None:
    refused = process("receivables", "show", "none", cwd=home)  # the current folder is a home
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("hub: ")


def test_half_a_character_in_a_file_stops_no_answer(home: Path) -> None:
    (home / "invoices.json").write_text(json.dumps([{"kind": "invoice", "number": "\ud800"}]), encoding="ascii")

    delivered = process("deliver", "invoices.json", "--json", cwd=home)

    assert delivered.returncode == 1, delivered.stderr
    assert [one["number"] for one in json.loads(delivered.stdout)] == ["\ud800"]


def test_the_home_may_be_named_by_the_environment_or_be_the_current_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_HOME", str(home))
    found = run("receivables")
    assert (found.exit_code, found.stdout, found.stderr) == (0, "", "nothing is open; settled ones too: --all\n")
    monkeypatch.delenv("HUB_HOME")
    monkeypatch.chdir(home)
    assert run("receive", "hub.toml").exit_code == 1
    assert "UNRECOGNISED" in run("inspect", "hub.toml", "--json").stdout


def test_no_home_is_a_setting_and_no_command_is_usage(home: Path) -> None:
    assert run("receivables").exit_code == 3
    assert run("no-such-command").exit_code == 2


def test_answer_in_a_file_is_plain(tmp_path: Path, nursery: Nursery) -> None:
    inspecting = Process(nursery, ("inspect", BGMAX), printed=tmp_path / "printed")
    assert inspecting.ends() == 0
    printed = (tmp_path / "printed").read_text(encoding="utf-8")
    assert "\x1b" not in printed + "".join(inspecting.told)
    assert "Åkerö Bygg" in printed


def test_nothing_is_cut_in_a_pipe_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = run("inspect", BGMAX)
    assert "…" not in result.stdout
    assert [line for line in result.stdout.splitlines() if "Brf Utsikten" in line and "2026-11-20" in line]


def test_no_line_in_a_pipe_ends_in_blanks(home: Path) -> None:
    lines = run("doctor", home=home).stdout.splitlines()
    assert len(lines) > 3
    assert [line for line in lines if line != line.rstrip()] == []


def test_home_is_not_written_over(home: Path) -> None:
    result = run("init", home)
    assert result.exit_code == 3
    assert "is there already" in result.stderr


def test_wrong_setting_ends_in_three_and_names_it(home: Path) -> None:
    tenant = home / "tenants" / "example.toml"
    tenant.write_text(tenant.read_text(encoding="utf-8").replace("is_test = true", "is_tset = true"), encoding="utf-8")
    result = run("receivables", home=home)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "is_test" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    checked = run("doctor", "--json", home=home)
    assert checked.exit_code == 3
    assert json.loads(checked.stdout)["ok"] is False


def test_wrong_tenant_leaves_the_others_at_work(home: Path) -> None:
    (home / "tenants" / "other.toml").write_text("id = 1", encoding="utf-8")
    assert run("feed", "--tenant", "other", home=home).exit_code == 3
    assert run("feed", "--tenant", "example", home=home).exit_code == 0


def test_several_tenants_need_a_name(home: Path) -> None:
    example = (home / "tenants" / "example.toml").read_text(encoding="utf-8")
    other = example.replace('id = "example"', 'id = "other"')
    (home / "tenants" / "other.toml").write_text(other, encoding="utf-8")
    result = run("feed", home=home)
    assert result.exit_code == 3
    assert "--tenant" in result.stderr
    assert run("feed", "--tenant", "other", home=home).exit_code == 0


def test_doctor_shows_every_setting_with_its_default(home: Path) -> None:
    shown = json.loads(run("doctor", "--show", "--json", home=home).stdout)["settings"]
    by_path = {setting["path"]: (setting["value"], setting["is_default"]) for setting in shown}
    assert by_path["companies[1].limits.over_payment_limit"] == ("10.00", False)
    assert by_path["companies[1].payee_accounts[1].lumps_are_payments"] == ("false", True)


def test_doctor_lists_what_waits_for_a_person(home: Path) -> None:
    run("receive", home / "hub.toml", home=home)
    found = run("doctor", home=home)
    assert found.exit_code == 0
    assert "1 file quarantined (exchange 1): see hub exchanges show 1" in found.stdout


def test_plugins_are_listed_with_what_is_unverified() -> None:
    found = {plugin["name"]: plugin for plugin in json.loads(run("plugins", "--json").stdout)}
    assert {"bankgiro", "autopay"} <= found.keys()
    assert found["autopay"]["manifest"]["unverified"]


def test_every_command_says_what_it_does() -> None:
    for words in ([], ["payments"], ["receivables"], ["exchanges"], ["payments", "move"], ["inspect"]):
        result = run(*words, "--help")
        assert result.exit_code == 0
        assert "Usage:" in result.stdout


def test_an_error_is_told_as_json_too_when_that_is_asked_for(home: Path) -> None:
    result = run("receivables", "show", "none", "--json", home=home)

    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "DATA"


@pytest.mark.parametrize(("words", "code"), [(["plugins", "--json"], 0), (["--json", "nosuch"], 2)])
def test_a_command_whose_answer_nobody_reads_ends_in_its_own_code(words: list[str], code: int, tmp_path: Path) -> None:
    asked = started(*words, cwd=tmp_path)
    assert asked.stdout is not None
    assert asked.stderr is not None
    asked.stdout.close()  # as `head` does; nothing has been written yet

    with asked.stderr as errors:
        told = errors.read()
    assert asked.wait(timeout=60) == code
    assert told.splitlines() == (["hub: No such command 'nosuch' (see: hub --help)"] if code else [])


def started(*words: object, cwd: Path) -> subprocess.Popen[str]:
    """Start the command and go on."""
    return subprocess.Popen(
        [sys.executable, "-m", "hub.cli", *(str(word) for word in words)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def test_two_processes_that_receive_the_same_file_at_once_post_it_once(tmp_path: Path, nursery: Nursery) -> None:
    home = lay_out(tmp_path / "home").home  # the demonstration's settings, with nothing posted yet
    file = home / "files" / "bgmax_2026-11-20.txt"

    both = [Process(nursery, ("receive", file, "--home", home)) for _ in range(2)]
    for one in both:
        assert one.ends(within_s=60) in (0, 4), one.told

    run("receive", file, home=home)
    exchanges = json.loads(run("exchanges", "--json", home=home).stdout)
    balances = {row["account"]: row["amount_ore"] for row in json.loads(run("balances", "--json", home=home).stdout)}
    assert sorted(exchange["state"] for exchange in exchanges) == ["duplicate", "duplicate", "posted"]
    assert (balances["1690"], balances["2890"]) == (8791475, -8791475)


@on_postgresql
def test_what_is_queued_says_who_works_at_it_or_what_to_start(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = make_home(tmp_path / "home", database_url, monkeypatch)
    queued = run("receive", demo.home / "files" / "bgmax_2026-11-20.txt", "--wait", 0, home=demo.home)
    assert queued.exit_code == 4
    assert "no process works on this database now; start: hub worker (or hub serve)" in queued.stderr

    installation = Installation.open(demo.home)
    one = Node("n1", "n1:1", gethostname(), os.getpid(), process_space(), "", "{}", "", 0, 0, None, 0)
    assert installation.nodes.register(one, if_gone=None)
    assert why_queued(installation) == "what you asked for is queued; at work on this database: n1"
    installation.close()
