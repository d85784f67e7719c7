"""`hub sandbox`: counterparties serve, are told what goes wrong, and say what they got."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from test_cli_demo import run

from hub.errors import ConfigurationError, DataError
from hub.runtime.sandboxes import SandboxDesk, order_fault, plugin_table, received_by, running

KIVRA = ("kivra",)


def test_settings_are_the_same_from_the_same_folder_and_port(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        with running(tmp_path, KIVRA) as (one,):
            settings = {**one.sandbox.settings, "address": ""}
            seen.append((settings, dict(one.sandbox.secrets)))

    assert seen[0] == seen[1]


def test_the_table_can_be_read_as_a_tenants_settings(tmp_path: Path) -> None:
    with running(tmp_path, KIVRA) as (one,):
        table = one.table
        settings = dict(one.sandbox.settings)

    assert tomllib.loads(table) == {"plugins": {"kivra": settings}}
    assert tomllib.loads(plugin_table("x", {"a": 1, "b": True, "c": ["å", "\"'\\"], "d": {"e": "f"}})) == {
        "plugins": {"x": {"a": 1, "b": True, "c": ["å", "\"'\\"], "d": {"e": "f"}}}
    }


def test_a_name_that_is_none_is_answered_with_what_is_meant(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="did you mean kivra"), running(tmp_path, ["kivar"]):
        pass


def test_another_process_orders_faults_and_reads_what_came(tmp_path: Path) -> None:
    with running(tmp_path, KIVRA) as sandboxes:
        desk = SandboxDesk(tmp_path, sandboxes)
        desk.look()
        ordered: list[tuple[str, int]] = []
        sandboxes[0].sandbox.order = lambda fault, times=1: ordered.append((fault, times))  # type: ignore[method-assign]
        order_fault(tmp_path, "kivra", "error", 3)
        desk.look()
        desk.look()

        assert ordered == [("error", 3)]
        assert received_by(tmp_path) == {"kivra": []}


def test_faults_that_are_none_are_answered_with_those_there_are(tmp_path: Path) -> None:
    with running(tmp_path, KIVRA) as sandboxes:
        SandboxDesk(tmp_path, sandboxes).look()
        with pytest.raises(DataError, match="expired_token"):
            order_fault(tmp_path, "kivra", "no_such", 1)
        with pytest.raises(DataError, match="there is: kivra"):
            order_fault(tmp_path, "mail", "error", 1)


def test_a_folder_where_nothing_serves_says_what_to_do(tmp_path: Path) -> None:
    result = run("sandbox", "received", "--folder", tmp_path)

    assert (result.exit_code, "hub sandbox" in result.stderr) == (1, True)


def test_a_setting_names_whose_side_it_is(tmp_path: Path) -> None:
    tables = {"peppol": {"access_point": "qvalia", "price": "2,00"}}
    with running(tmp_path, ["operator", "peppol"], tables=tables) as (operator, peppol):
        assert operator.settings["network"] == "inexchange"
        assert peppol.sandbox.settings["access_point"] == "qvalia"
        assert tomllib.loads(peppol.table)["plugins"]["peppol"] == {"price": "2,00", **peppol.sandbox.settings}


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"peppol": {"access_point": "quaila"}}, "plugins.peppol.access_point"),
        ({"pepol": {"access_point": "qvalia"}}, "did you mean peppol"),
        ({"internal": {}}, "no installed plugin called internal has a sandbox"),
    ],
)
def test_settings_that_name_no_side_are_refused(tmp_path: Path, tables: dict[str, dict[str, str]], said: str) -> None:
    with pytest.raises(ConfigurationError) as caught, running(tmp_path, tables=tables):
        pass
    assert said in f"{caught.value.where} {caught.value} {caught.value.hint}"


def test_settings_of_a_plugin_that_is_not_served_are_refused(tmp_path: Path) -> None:
    tables = {"peppol": {"access_point": "qvalia"}}
    with pytest.raises(ConfigurationError, match="peppol") as caught, running(tmp_path, KIVRA, tables=tables):
        pass
    assert "--only peppol" in str(caught.value.hint)
