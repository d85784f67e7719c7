"""`hub deliver` and `hub doctor` where settings keep documents from going: what waits is said, with what to mend."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.flows.test_cli_demo import answer, run
from tests.flows.test_cli_documents import invoice

if TYPE_CHECKING:
    from demonstration import Demonstration

HELD = 6
ADDRESS = {"street": "Storgatan 1", "postal_code": "111 22", "city": "Stockholm"}


@pytest.fixture
def home(demonstration: Demonstration, tmp_path: Path) -> Path:
    return demonstration.copied_to(tmp_path / "home")


def changed(home: Path, before: str, after: str) -> None:
    file = home / "tenants" / "nordvik.toml"
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1
    file.write_text(text.replace(before, after), encoding="utf-8")


def with_logo(home: Path, logo: str) -> None:
    changed(home, "[companies.letterhead]", f'[companies.letterhead]\nlogo = "{logo}"')


def wrong(home: Path) -> list[str]:
    told = json.loads(run("doctor", "--json", home=home).stdout)["findings"]
    return [finding["message"] for finding in told if finding["health"] == "wrong"]


def test_delivering_says_why_its_run_failed_and_ends_in_3(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    debtor = {"name": "Karl Kuvert", "number": "9", "address": ADDRESS}
    file.write_text(json.dumps([invoice("911", debtor=debtor)]), encoding="utf-8")
    with_logo(home, "none.svg")

    result = run("deliver", file, "--json", home=home)

    assert result.exit_code == 3, result.output
    (told,) = json.loads(result.stdout)
    assert told["state"] == "accepted"
    (failed,) = [one for one in answer("runs", home=home) if one["state"] == "failed"]
    assert f"run {failed['run_id']} failed: {failed['problem']}" in result.stderr
    assert f"hub runs retry {failed['run_id']}" in result.stderr


def test_the_doctor_finds_a_logo_a_secret_and_an_address_that_cannot_be_used(home: Path) -> None:
    assert wrong(home) == []
    with_logo(home, "none.svg")
    changed(home, "file:secrets/HUB_KIVRA_SANDBOX_SECRET", "env:NO_SUCH_SECRET")

    found = wrong(home)

    assert any("letterhead.logo" in one for one in found), found
    assert any(one.startswith("plugins.kivra.client_secret: env:NO_SUCH_SECRET leads to no secret") for one in found)

    account = 'account = "5a9d0b0c-0000-4000-8000-000000000001"\n'
    changed(home, account, "")
    assert any(one.startswith("plugins.operator.account: ") for one in wrong(home))
    changed(
        home, 'network = "inexchange"\n', 'network = "inexchange"\naccount = "5a9d0b0c-0000-4000-8000-000000000001"\n'
    )
    kivra = (home / "tenants" / "nordvik.toml").read_text(encoding="utf-8").partition("[plugins.kivra]")[2]
    changed(home, re.findall(r"http://127\.0\.0\.1:\d+", kivra)[0], "http://api.example.se")

    assert any(one.startswith("plugins.kivra: the address must begin with https://") for one in wrong(home))


def test_a_wrong_table_of_a_plugin_stops_no_look_at_documents_and_no_closing(home: Path) -> None:
    changed(home, "[plugins.kivra]", '[plugins.kivra]\nswish_alias = "x"')

    sent = run("documents", "send", HELD, home=home)
    assert sent.exit_code == 3
    assert "plugins.kivra.swish_alias: is not written as it must be" in sent.stderr
    assert "see the README of the plugin kivra: Swish number" in sent.stderr.replace("\n", " ")
    assert run("documents", "show", HELD, home=home).exit_code == 0
    assert run("documents", "list", home=home).exit_code == 0
    assert answer("documents", "close", HELD, "--remark", "by hand", home=home)["state"] == "closed"


def test_exchanges_are_listed_by_kind(home: Path) -> None:
    kinds = {one["kind"] for one in answer("exchanges", home=home)}

    assert len(kinds) > 1
    for kind in kinds:
        assert {one["kind"] for one in answer("exchanges", "list", "--kind", kind, home=home)} == {kind}
    assert answer("exchanges", "list", "--kind", "no-such", home=home) == []


def test_an_unknown_company_is_called_so(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps([invoice("912", company="999")]), encoding="utf-8")

    (told,) = json.loads(run("deliver", file, "--json", home=home).stdout)

    assert told["problem"].startswith("company: there is no company 999")
