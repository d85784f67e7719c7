"""The conformance kit on both ways to a bank, and what it does not ask: settings, wrong lists, who we are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import responses
from pydantic import ValidationError

from hub.contracts import BankConnection, Promise
from hub.errors import ConfigurationError, OutcomeUnknownError, RejectedError, TransientError
from hub.loopback.certificate import kept_client_certificate
from hub.model.attempts import Finding, Message
from hub.model.bank_connections import BankFile
from hub.testing.conformance import BankConnectionConformance, BankPlace
from hub.testing.contexts import ContextInMemory, StateInMemory
from hub_autopay import AutopaySettings
from hub_autopay.connections import bank_channels, bank_connections
from hub_autopay.sandbox import BY_HTTPS, BY_SFTP, FileBank
from hub_autopay.sandbox_gateway import DOWNLOAD, LIST

TIMEOUT_S = 1.0
ADDRESS = "https://files.bank.example/v1"


class Place(BankPlace):
    """The sandbox, seen through one of its doors."""

    def __init__(self, folder: Path, door: str, **changes: Any) -> None:
        self.bank = FileBank(folder)
        self._door, self._changes = door, changes
        self._state = StateInMemory()
        self.secrets = tuple(self.bank.secrets.values())
        self.faults = self._faults()

    def _faults(self) -> Sequence[str]:
        if self._door == BY_SFTP:
            return ("wrong_key",)
        of_calls = [name for name in self.bank.faults if name.startswith((f"{LIST}_", f"{DOWNLOAD}_"))]
        return (*of_calls, "half_file", "short_file", "wrong_token")

    def connection(self) -> BankConnection:
        return self._made()

    def hurried_connection(self) -> BankConnection:
        return self._made(timeout_s=TIMEOUT_S)

    def _made(self, **waiting: float) -> BankConnection:
        table = {**self.bank.settings["connections"][self._door], **self._changes}
        for inner in (table.get("https"), table.get("from_bank", {}).get("sftp")):
            if inner is not None:
                inner.update(waiting)
        settings = AutopaySettings.model_validate({"connections": {self._door: table}})
        (made,) = bank_connections(settings, context_of(self.bank, self._state))
        return made

    def put(self, name: str, content: bytes) -> None:
        self.bank.put(name, content)

    def waiting(self) -> Sequence[str]:
        return self.bank.waiting()

    def order(self, fault: str) -> None:
        self.bank.order(fault)


def context_of(bank: FileBank, state: StateInMemory | None = None) -> ContextInMemory:
    password, token = bank.secrets["AUTOPAY_SANDBOX_PASSWORD"], bank.secrets["AUTOPAY_SANDBOX_TOKEN"]
    shown = bank.settings["connections"][BY_HTTPS]["https"]["client_certificate"].removeprefix("file:")
    secrets = {
        f"connections.{BY_SFTP}.from_bank.sftp.password": password,
        f"connections.{BY_SFTP}.to_bank.sftp.password": password,
        f"connections.{BY_HTTPS}.https.token": token,
        f"connections.{BY_HTTPS}.https.client_certificate": Path(shown).read_text(encoding="ascii"),
    }
    return ContextInMemory(secrets, state=state)


@contextmanager
def place_at(door: str, **changes: Any) -> Iterator[Place]:
    with TemporaryDirectory() as folder:
        place = Place(Path(folder) / "bank", door, **changes)
        with place.bank:
            yield place


class TestBySftp(BankConnectionConformance):
    def make_place(self) -> AbstractContextManager[BankPlace]:
        return place_at(BY_SFTP)


class TestByHttps(BankConnectionConformance):
    def make_place(self) -> AbstractContextManager[BankPlace]:
        return place_at(BY_HTTPS)


class TestBySftpOfABankThatKeepsFiles(BankConnectionConformance):
    keeps_files = True

    def make_place(self) -> AbstractContextManager[BankPlace]:
        return place_at(BY_SFTP, keeps_files=True)


class FolderPlace(BankPlace):
    """A bank whose files lie in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = StateInMemory()

    def connection(self) -> BankConnection:
        table = {"from_bank": {"folder": str(self._folder), "settled_after_s": 0.0}}
        settings = AutopaySettings.model_validate({"connections": {"local": table}})
        (made,) = bank_connections(settings, ContextInMemory(state=self._state))
        return made

    def put(self, name: str, content: bytes) -> None:
        (self._folder / name).write_bytes(content)

    def waiting(self) -> Sequence[str]:
        return sorted(path.name for path in self._folder.iterdir())


class TestByFolder(BankConnectionConformance):
    @contextmanager
    def make_place(self) -> Iterator[BankPlace]:
        with TemporaryDirectory() as folder:
            yield FolderPlace(Path(folder))


# --- settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "give from_bank and to_bank"),
        ({"from_bank": {"folder": "/in"}, "https": {"address": ADDRESS}}, "give from_bank and to_bank"),
        ({"https": {"address": ADDRESS, "list_path": "", "upload_path": ""}}, "list_path, upload_path or both"),
        ({"to_bank": {"folder": "/out"}, "file_name": "order.xml"}, "must have {name} or {key}"),
        ({"to_bank": {"folder": "/out"}, "file_name": "a/{key}"}, "must be the name of a file"),
        ({"https": {"address": ADDRESS, "file_path": "files"}}, "must have {id}"),
        ({"https": {"address": ADDRESS, "list_path": "../files"}}, "must be a path behind the address"),
        ({"https": {"address": ADDRESS, "token": "s3cret"}}, "env:NAME or file:PATH"),
        ({"https": {"address": ADDRESS, "ca_file": "ca.pem"}}, "must be a whole path"),
    ],
)
def test_a_wrong_table_says_what_to_write(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        AutopaySettings.model_validate({"connections": {"seb": table}})

    assert said in str(caught.value)
    assert "s3cret" not in str(caught.value.errors(include_input=False))


def test_what_is_not_given_is_not_offered() -> None:
    only_out = AutopaySettings.model_validate({"connections": {"seb": {"to_bank": {"folder": "/out"}}}})
    only_in = AutopaySettings.model_validate({"connections": {"seb": {"from_bank": {"folder": "/in"}}}})
    context = ContextInMemory()

    (out,), (into,) = bank_connections(only_out, context), bank_connections(only_in, context)
    assert (out.channel, out.endpoint, list(out.fetch("").files)) == ("bank_seb", "", [])
    assert (into.channel, into.endpoint, bank_channels(only_in, context)) == ("", "/in", [])
    assert [one.name for one in bank_channels(only_out, context)] == ["bank_seb"]


# --- by HTTPS ------------------------------------------------------------------------------------------------------


def gateway(**https: Any) -> Any:
    settings = AutopaySettings.model_validate({"connections": {"seb": {"https": {"address": ADDRESS, **https}}}})
    (made,) = bank_connections(settings, ContextInMemory())
    return made


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"files": {}}',
        b'{"files": [1]}',
        b'{"files": [{"name": "a"}]}',
        b'{"files": [{"id": true}]}',
        b"\xff",
    ],
)
@responses.activate
def test_what_is_no_list_is_no_empty_one(body: bytes) -> None:
    responses.get(f"{ADDRESS}/files", body=body)

    with pytest.raises(TransientError, match="cannot be read"):
        gateway().fetch("")


@responses.activate
def test_a_list_may_call_things_otherwise() -> None:
    page = {"items": [{"fileId": 17, "fileName": "a/b\\c.xml", "bytes": "much"}], "nextPage": "p2"}
    responses.get(f"{ADDRESS}/out/list?from=p1", json=page)
    bank = gateway(
        list_path="out/list", cursor_parameter="from", files_member="items", id_member="fileId",
        name_member="fileName", size_member="bytes", next_member="nextPage",
    )  # fmt: skip

    found = bank.fetch("p1")

    assert (found.files, found.cursor, found.has_more) == ((BankFile("17", "a/b\\c.xml", 0),), "p2", True)


@responses.activate
def test_an_empty_page_ends_the_look_whatever_it_says_of_more() -> None:
    responses.get(f"{ADDRESS}/files", json={"files": [], "next": "again"})

    assert gateway().fetch("").has_more is False


@responses.activate
def test_the_bank_may_be_told_by_post_or_not_at_all() -> None:
    told = responses.post(f"{ADDRESS}/files/a%2F1/taken", status=204)
    file = BankFile("a/1", "a.xml")

    gateway(taken="post").taken(file)
    gateway(taken="no").taken(file)

    assert told.call_count == 1


@responses.activate
def test_a_file_that_is_gone_was_told_before_and_another_answer_is_told_again() -> None:
    responses.delete(f"{ADDRESS}/files/1", status=410)
    gateway().taken(BankFile("1", "a.xml"))
    responses.replace(responses.DELETE, f"{ADDRESS}/files/1", status=500)

    with pytest.raises(TransientError):
        gateway().taken(BankFile("1", "a.xml"))


def test_whoever_shows_another_certificate_is_not_let_in(tmp_path: Path) -> None:
    with FileBank(tmp_path) as bank:
        context = context_of(bank)
        name = f"connections.{BY_HTTPS}.https.client_certificate"
        context._secrets[name] = kept_client_certificate(tmp_path, "stranger").read_text(encoding="ascii")
        settings = AutopaySettings.model_validate(bank.settings)
        (_, by_https) = bank_connections(settings, context)

        with pytest.raises(TransientError):
            by_https.fetch("")

        context._secrets[name] = "no certificate"
        (_, by_https) = bank_connections(settings, context)
        with pytest.raises(ConfigurationError, match="client certificate cannot be used"):
            by_https.fetch("")


# --- handing over --------------------------------------------------------------------------------------------------


def channel(bank: FileBank, door: str, **changes: Any) -> Any:
    table = {**bank.settings["connections"][door], **changes}
    settings = AutopaySettings.model_validate({"connections": {door: table}})
    (made,) = bank_channels(settings, context_of(bank))
    return made


@pytest.mark.parametrize("door", [BY_SFTP, BY_HTTPS])
def test_a_file_is_handed_over_under_a_name_of_its_own(tmp_path: Path, door: str) -> None:
    with FileBank(tmp_path) as bank:
        sender = channel(bank, door, file_name="rh_{key}.xml")

        assert sender.send(Message("k1", b"one")).external_id == "rh_k1.xml"
        assert sender.probe("k1").finding is Finding.DELIVERED
        assert dict(bank.handed_over()) == {"rh_k1.xml": b"one"}
        assert [one.document for one in bank.received()] == ["rh_k1.xml"]


@pytest.mark.parametrize("door", [BY_SFTP, BY_HTTPS])
def test_a_file_is_called_as_its_sender_calls_it(tmp_path: Path, door: str) -> None:
    with FileBank(tmp_path) as bank:
        sender = channel(bank, door)
        order = Message("k1", b"one", "refunds:1/rh-000017.xml")

        assert sender.send(order).external_id == "rh-000017.xml"
        assert sender.send(Message("k2", b"two", "refunds:1")).external_id == "k2.txt"
        assert list(bank.handed_over()) == ["k2.txt", "rh-000017.xml"]
        if door == BY_SFTP:
            assert sender.probe_message(order).external_id == "rh-000017.xml"


def test_a_file_that_is_not_in_the_folder_may_have_been_taken_away(tmp_path: Path) -> None:
    with FileBank(tmp_path) as bank:
        assert channel(bank, BY_SFTP).probe("k1").finding is Finding.UNKNOWN


def test_another_file_under_our_name_is_for_a_person(tmp_path: Path) -> None:
    with FileBank(tmp_path) as bank:
        sender = channel(bank, BY_SFTP)
        sender.send(Message("k1", b"one"))
        sender.send(Message("k1", b"one"))  # the same again is there already

        with pytest.raises(OutcomeUnknownError, match=r"another file called k1\.txt"):
            sender.send(Message("k1", b"another"))


def test_a_gateway_that_does_not_find_what_it_has_taken_proves_nothing(tmp_path: Path) -> None:
    with FileBank(tmp_path) as bank:
        sender = channel(bank, BY_HTTPS)
        assert sender.probe("k9").finding is Finding.NOT_DELIVERED  # it has never taken one
        sender.send(Message("k1", b"one"))
        assert sender.probe("k9").finding is Finding.NOT_DELIVERED
        bank.gateway._by_key.clear()

        assert sender.probe("k9").finding is Finding.UNKNOWN


def test_a_refused_file_that_lies_there_was_taken_before(tmp_path: Path) -> None:
    with FileBank(tmp_path) as bank:
        sender = channel(bank, BY_HTTPS)
        sender.send(Message("k1", b"one"))

        with pytest.raises(OutcomeUnknownError):  # a conflict says neither
            sender.send(Message("k1", b"one"))
        bank.order("upload_refuse", 2)
        assert sender.send(Message("k1", b"one")).external_id == "k1.txt"
        with pytest.raises(RejectedError):
            sender.send(Message("k2", b"two"))


def test_the_promise_is_the_smallest_that_is_true(tmp_path: Path) -> None:
    with FileBank(tmp_path) as bank:
        https = {**bank.settings["connections"][BY_HTTPS]["https"], "by_key_path": ""}
        assert channel(bank, BY_HTTPS).promise is Promise.QUERYABLE
        assert channel(bank, BY_HTTPS, https=https).promise is Promise.NEITHER
        assert channel(bank, BY_HTTPS, takes_once=True).promise is Promise.IDEMPOTENT
        assert channel(bank, BY_SFTP).promise is Promise.QUERYABLE
        assert channel(bank, BY_SFTP, takes_once=True).promise is Promise.IDEMPOTENT
        assert json.dumps([channel(bank, door).endpoint for door in (BY_SFTP, BY_HTTPS)]).count("sandbox") == 0
