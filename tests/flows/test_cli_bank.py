"""`hub bank`: a bank declared in the settings, looked at, and its files seen, as a person does it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from test_cli_demo import answer, run

from hub.demo.folder import BGMAX, CAMT054, RECEIVABLES, lay_out
from hub.runtime.sandboxes import plugin_table
from hub_autopay.sandbox import BY_HTTPS, BY_SFTP, FileBank

SECRETS = ("AUTOPAY_SANDBOX_PASSWORD", "AUTOPAY_SANDBOX_TOKEN")


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileBank]:
    with FileBank(tmp_path / "bank") as serving:
        for name, secret in serving.secrets.items():
            monkeypatch.setenv(name, secret)
        yield serving


@pytest.fixture
def home(tmp_path: Path, bank: FileBank) -> Path:
    """A tenant with settings and receivables, whose bank is the sandbox."""
    folder = lay_out(tmp_path / "home")
    settings = folder.home / "tenants" / "nordvik.toml"
    without = settings.read_text(encoding="utf-8").replace("[plugins.autopay]\n", "")
    settings.write_text(f"{without}\n{plugin_table('autopay', bank.settings)}\n", encoding="utf-8")
    answer("import", folder.file(RECEIVABLES), "--source-system", "billing", home=folder.home)
    return folder.home


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
