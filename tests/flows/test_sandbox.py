"""`hub sandbox`: counterparties serve, are told what goes wrong, and say what they got."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

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


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Path]:
    """A folder from which Kivra and a Bankgirot are served, and orders carried out."""
    stopping = Event()

    def look(desk: SandboxDesk) -> None:
        while not stopping.wait(0.01):
            desk.look()

    with running(tmp_path, ("bankgiro", "kivra")) as sandboxes:
        desk = SandboxDesk(tmp_path, sandboxes)
        desk.look()
        looking = Thread(target=look, args=(desk,))
        looking.start()
        yield tmp_path
        stopping.set()
        looking.join()


def test_another_process_lets_days_end_and_others_act(served: Path) -> None:
    ended = run("sandbox", "day", "autogiro", "2026-11-24", "--folder", served, "--json")
    in_words = run("sandbox", "day", "autogiro", "2026-11-25", "--folder", served)

    assert json.loads(ended.stdout) == {"sandbox": "autogiro", "day": "2026-11-24", "files": []}
    assert (in_words.exit_code, "nothing to tell" in in_words.output) == (0, True)
    for words, why in (
        (("day", "kivra", "2026-11-24"), "does not work by days"),
        (("day", "autogiro", "tomorrow"), "write a day"),
        (("let", "autogiro", "sing"), "refund payer="),
        (("let", "kivra", "refund"), "it does: nothing"),
        (("let", "autogiro", "registers"), "none has"),
        (("let", "autogiro", "refund", "101"), "such as payer=101"),
        (("let", "mail", "refund"), "there is: autogiro, kivra"),
    ):
        refused = run("sandbox", *words, "--folder", served)
        assert refused.exit_code != 0
        assert why in " ".join(refused.output.split()), (words, refused.output)


def test_plugins_are_named_one_at_a_time(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--only kivra --only bankgiro"), running(tmp_path, ["kivra,bankgiro"]):
        pass


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
