"""A file is put where the ledger fetches it, and the ledger of the sandbox books it by its own reading."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.contracts import Promise
from hub.errors import OutcomeUnknownError, RejectedError, TransientError
from hub.model.attempts import Delivered, Message
from hub.testing.contexts import ContextInMemory
from hub_sie.exporter import SieExporter
from hub_sie.plugin import Plugin
from hub_sie.sandbox import LedgerOnFolder, LedgerSandbox
from hub_sie.settings import SieSettings
from plugins.sie.tests.test_writer import FILE, VOUCHER, written


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[LedgerOnFolder]:
    with LedgerOnFolder(tmp_path) as opened:
        yield opened


def channel_to(ledger: LedgerOnFolder, **changes: object):
    plugin = Plugin(SieSettings.model_validate({**ledger.settings, **changes}))
    (channel,) = plugin.hub_delivery_channels(ContextInMemory())
    return channel


def test_the_ledger_books_a_file_and_numbers_its_vouchers(ledger):
    sent = channel_to(ledger).send(Message("key", written(VOUCHER, VOUCHER._replace(voucher_no=4712))))

    assert sent == Delivered("rh_1_000017.si")
    assert [one.document for one in ledger.received()] == ["RH4711", "RH4712"]
    assert [(one["series"], one["number"]) for one in ledger.booked] == [("K", "1"), ("K", "2")]
    assert ledger.booked[0]["lines"] == [["1940", 25_005, "{}"], ["1510", -25_005, '{1 "4 10"}']]


def test_the_same_file_again_is_the_same_file(ledger):
    message = Message("key", written(VOUCHER))
    for _ in range(2):
        channel_to(ledger).send(message)

    assert len(ledger.received()) == 1


def test_another_file_of_the_same_number_is_for_a_person(ledger):
    channel_to(ledger).send(Message("key", written(VOUCHER)))

    with pytest.raises(OutcomeUnknownError, match=r"rh_1_000017\.si"):
        channel_to(ledger).send(Message("other", written(VOUCHER._replace(voucher_no=1))))


def test_what_the_plugin_has_not_written_is_not_sent(ledger):
    with pytest.raises(RejectedError, match="does not say its number"):
        channel_to(ledger).send(Message("key", b"#FLAGGA 0\r\n"))


def test_a_lost_answer_is_for_a_person_unless_the_ledger_takes_a_name_once(ledger):
    assert channel_to(ledger).promise is Promise.NEITHER
    assert channel_to(ledger, takes_once=True).promise is Promise.IDEMPOTENT


def test_without_a_folder_there_is_no_channel():
    assert Plugin(SieSettings()).hub_delivery_channels(ContextInMemory()) == ()
    assert SieExporter(SieSettings()).channel == ""


@pytest.mark.parametrize(
    ("wrong", "why"),
    [("account", "there is no account 9999"), ("month", "month 202611 is closed"), ("flag", "marked as read in")],
)
def test_the_ledger_refuses_a_file_whole(ledger, tmp_path, wrong, why):
    lines = (VOUCHER.lines[0]._replace(account="9999" if wrong == "account" else "1940"), VOUCHER.lines[1])
    ledger.closed = {"202611"} if wrong == "month" else set()
    content = written(VOUCHER, VOUCHER._replace(lines=lines))
    channel_to(ledger).send(Message("key", content.replace(b"A 0", b"A 1") if wrong == "flag" else content))

    assert ledger.received() == []
    assert why in ledger.refused["rh_1_000017.si"]
    assert why in (tmp_path / "refused" / "rh_1_000017.si.txt").read_text("utf-8")


def test_the_ledgers_own_file_gives_its_numbers_and_balances_back(ledger):
    ledger.openings["1510"] = 100_000
    channel_to(ledger).send(Message("key", written(VOUCHER)))
    ledger.work()
    ledger.book("A", "20261121", ("1510", 700), ("3000", -700), text="Manuell")
    events = [tuple(event) for event in SieExporter(SieSettings()).read(io.BytesIO(ledger.file()))]

    assert [event[:4] for event in events if event[0] in (4711, 0)] == [
        (4711, "K", "1", "2026-11-20"),
        (0, "A", "1", "2026-11-21"),
    ]
    assert ("1510", "change", "2026-01-01", "2026-11", -25_005 + 700) in events
    assert ("1510", "closing", "2026-01-01", "", 100_000 - 25_005 + 700) in events


def test_a_files_name_says_company_and_number():
    assert SieExporter(SieSettings()).file_name(FILE) == "rh_1_000017.si"


def test_what_the_ledger_has_booked_outlives_the_process(ledger, tmp_path):
    channel_to(ledger).send(Message("key", written(VOUCHER)))
    ledger.work()

    assert [one.document for one in LedgerOnFolder(tmp_path).received()] == ["RH4711"]
    assert b"#VER K 1 20261120" in (tmp_path / "out" / "2026.se").read_bytes()


@pytest.mark.parametrize("fault", ["refuse", "lose_text", "change_amount"])
def test_every_fault_can_be_ordered(ledger, fault):
    ledger.order(fault)
    channel_to(ledger).send(Message("key", written(VOUCHER)))
    ledger.work()

    assert ledger.booked == [] if fault == "refuse" else ledger.booked[0]["lines"]
    assert (fault == "lose_text") == (bool(ledger.booked) and ledger.booked[0]["text"] == "")
    assert ledger.faults == ("refuse", "lose_text", "change_amount")
    with pytest.raises(ValueError, match="no fault"):
        ledger.order("nonsense")


def test_by_sftp_a_lost_answer_is_unknown_and_a_full_disk_is_not(tmp_path):
    with LedgerSandbox(tmp_path) as ledger:
        secrets = {"out.sftp.password": next(iter(ledger.secrets.values()))}
        plugin = Plugin(SieSettings.model_validate(ledger.settings))
        (channel,) = plugin.hub_delivery_channels(ContextInMemory(secrets))
        ledger.order("disk_full")
        with pytest.raises(TransientError):
            channel.send(Message("key", written(VOUCHER)))
        ledger.order("lost_receipt")
        with pytest.raises((OutcomeUnknownError, TransientError)):
            channel.send(Message("key", written(VOUCHER)))
        channel.send(Message("key", written(VOUCHER)))

        assert [one.document for one in ledger.received()] == ["RH4711"]
