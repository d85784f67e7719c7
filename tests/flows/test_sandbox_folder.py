"""A folder of sandboxes: one process serves from it, goes on where the one before ended, and others know whether."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_processes import Process

from hub.contracts import Received
from hub.errors import ConfigurationError, DataError
from hub.runtime.sandboxes import RECEIVED, SandboxDesk, installed_makers, is_served, order_fault, running
from hub.testing.killing.nursery import Nursery
from tests.flows.test_cli_demo import run

EMAIL = ("email",)
WITH_PORTS = sorted({plugin for plugin, _ in installed_makers()})


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery) -> tuple[Path, Path]:
    """A folder whose process was killed in the middle of its service, and a copy that nobody changes."""
    folder = tmp_path_factory.mktemp("killed") / "sandboxes"
    folder.mkdir()
    serving = Process(nursery, ("sandbox", "--only", *EMAIL, "--folder", folder))
    serving.wait_for("serving until")
    assert is_served(folder)
    serving.close()
    return folder, shutil.copytree(folder, folder.with_name("copy"))


@pytest.fixture
def left(killed: tuple[Path, Path], tmp_path: Path) -> Path:
    """What was left in that folder, for one test."""
    return Path(shutil.copytree(killed[1], tmp_path / "left"))


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])


def test_who_trusts_a_mail_server_trusts_it_when_it_is_begun_again(tmp_path: Path) -> None:
    seen = set()
    for _ in range(2):
        with running(tmp_path, EMAIL) as (one,):
            seen.add((Path(one.sandbox.settings["ca_file"]).read_bytes(), *one.sandbox.secrets.values()))

    assert len(seen) == 1


def test_a_second_one_on_a_folder_is_refused_and_replaces_nothing(tmp_path: Path) -> None:
    with running(tmp_path, EMAIL):
        before = (tmp_path / "email" / "server.pem").read_bytes()
        with pytest.raises(ConfigurationError, match="another process serves") as caught, running(tmp_path, ("kivra",)):
            pass
        assert (tmp_path / "email" / "server.pem").read_bytes() == before
        assert not (tmp_path / "kivra").exists()
    assert "--folder" in str(caught.value)
    assert not is_served(tmp_path)


def test_a_folder_is_free_again_when_its_process_was_killed(killed: tuple[Path, Path]) -> None:
    folder, _ = killed
    assert not is_served(folder)
    with running(folder, EMAIL):
        assert is_served(folder)


def test_no_fault_can_be_ordered_when_nobody_serves_any_more(left: Path) -> None:
    with pytest.raises(DataError, match="any more"):
        order_fault(left, "email", "slow", 1)
    assert not (left / "faults.jsonl").exists()


def test_counts_of_before_are_called_so(left: Path) -> None:
    result = run("sandbox", "received", "--folder", left)
    assert (result.exit_code, "the counts are of before" in result.stderr) == (0, True)

    with running(left, EMAIL) as sandboxes:
        SandboxDesk(left, sandboxes).look()
        assert "of before" not in run("sandbox", "received", "--folder", left).stderr


def test_two_documents_of_one_number_are_two_contents(tmp_path: Path) -> None:
    got = [Received("a", "1001", "x"), Received("a", "1001", "y"), Received("a", "1001", "y")]
    told = {"received": {"email": got}, "faults": {}}
    (tmp_path / RECEIVED).write_text(json.dumps({**told, "received": {"email": [one._asdict() for one in got]}}))

    said = run("sandbox", "received", "--folder", tmp_path).stdout
    assert "different contents" in said
    assert said.split("email")[1].split()[:2] == ["3", "2"]


@pytest.mark.parametrize("plugin", WITH_PORTS)
def test_a_port_that_is_taken_is_named(
    plugin: str, tmp_path: Path, taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: list[object] = []
    monkeypatch.setattr(threading, "excepthook", broken.append)
    with (
        pytest.raises(ConfigurationError, match=rf"port {taken_port} is taken") as caught,
        running(tmp_path, [plugin], first_port=taken_port),
    ):
        pass

    assert "--port" in str(caught.value)
    assert not broken
    with running(tmp_path, [plugin]):
        assert is_served(tmp_path)


@pytest.mark.parametrize(
    ("plugin", "debtors"),
    [("internet_bank", ["191212121212"]), ("operator", ["5560000001", "9999999999"]), ("email", None)],
)
def test_who_reaches_some_debtors_only_says_whom(plugin: str, debtors: list[str] | None, tmp_path: Path) -> None:
    with running(tmp_path, [plugin]) as serving:
        assert {tuple(one.reaches or ()) for one in serving} == {tuple(debtors or ())}
        assert all((one.reaches is None) == (debtors is None) for one in serving)
    if debtors is not None:
        readme = Path(__file__).parents[2] / "plugins" / plugin / "README.md"
        assert all(number in readme.read_text(encoding="utf-8") for number in debtors)
