"""The channel against a printer on this machine, by SFTP and by a folder: the printer's own count is the judge."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.contracts import DocumentChannel, FollowedChannel, Promise, Received, Sandbox
from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.model.attempts import Delivered, Message
from hub.model.delivery import Reachable, Receipt, ReceiptKind, Recipient, RouteStep, Silence
from hub.model.documents import DocumentKind
from hub.testing.contexts import ContextInMemory
from hub_letter import FollowedLetterChannel, HandOver, LetterChannel, LetterSettings, Plugin
from hub_letter.batches import batch_name
from hub_letter.sandbox import FolderPrintHouse, PrintHouse
from plugins.letter.tests.documents import PERSON, outgoing, pdf

KINDS = {"sftp": PrintHouse, "folder": FolderPrintHouse}


@pytest.fixture(params=KINDS)
def printer(request, tmp_path: Path) -> Iterator[FolderPrintHouse]:
    with KINDS[request.param](tmp_path / "printer", works_by_itself=False) as house:
        yield house


@pytest.fixture
def by_sftp(tmp_path: Path) -> Iterator[PrintHouse]:
    with PrintHouse(tmp_path / "printer", works_by_itself=False, slow_s=0) as house:
        yield house


def channel_to(printer: FolderPrintHouse, **settings: Any) -> FollowedLetterChannel:
    table = {**printer.settings, **settings}
    named = [f"{place}.sftp.password" for place in ("out", "acknowledgements")]
    context = ContextInMemory({name: secret for name in named for secret in printer.secrets.values()})
    channel, _ = Plugin(LetterSettings.model_validate(table)).hub_delivery_channels(context)
    assert isinstance(channel, FollowedLetterChannel)
    return channel


def message_of(channel: LetterChannel, *ids: str) -> Message:
    (prepared,) = channel.prepare([outgoing(id) for id in ids or ("d-1",)]).prepared
    return Message("k1", prepared.content)


def told(channel: FollowedLetterChannel) -> list[Receipt]:
    """Ask until nothing more comes, as the core does."""
    channel.follow("")  # the first look at a folder shows nothing yet
    receipts, cursor = [], ""
    while (followed := channel.follow(cursor)).receipts:
        receipts += followed.receipts
        cursor = followed.cursor
    return receipts


# What it is


def test_it_is_a_channel_that_is_followed(printer):
    channel = channel_to(printer, price="9,50", silent_after_h=48)

    assert isinstance(channel, DocumentChannel)
    assert isinstance(channel, FollowedChannel)
    assert isinstance(printer, Sandbox)
    assert (channel.name, channel.step, channel.promise) == ("letter", RouteStep.LETTER, Promise.IDEMPOTENT)
    assert set(channel.carries) == set(DocumentKind)
    assert (channel.price_ore, channel.silent_after_s) == (950, 48 * 3600)
    assert channel.silence is Silence.ASK_A_PERSON


def test_without_a_place_for_reports_taken_is_delivered(tmp_path):
    channel, _ = Plugin(LetterSettings(out={"folder": str(tmp_path)})).hub_delivery_channels(ContextInMemory())

    assert isinstance(channel, DocumentChannel)
    assert not isinstance(channel, FollowedChannel)


def test_a_printer_that_may_print_twice_is_promised_nothing_of(printer):
    assert channel_to(printer, prints_once=False).promise is Promise.NEITHER


def test_whoever_has_a_name_is_reached_and_abroad_only_if_letters_go_there(printer):
    recipients = [Recipient("a", "A"), Recipient("b", " "), Recipient("c", "C", country="NO")]

    def answers(**settings: Any) -> dict[str, Reachable]:
        return {key: reach.answer for key, reach in channel_to(printer, **settings).reach(recipients).items()}

    assert answers() == {"a": Reachable.YES, "b": Reachable.NO, "c": Reachable.YES}
    assert answers(abroad=False)["c"] is Reachable.NO


# Handing over


@pytest.mark.parametrize("format", list(HandOver))
def test_every_letter_of_a_batch_is_printed_once_and_reported(printer, format):
    channel = channel_to(printer, format=format)
    message = message_of(channel, "d-1", "d-2")

    assert channel.send(message) == Delivered(batch_name(message.content))

    document = {HandOver.MANIFEST: "d-{}", HandOver.ARCHIVE_INDEX: "Fd-{}"}[format]
    assert printer.received() == [
        Received("Åsa Öberg", document.format(at), hashlib.sha256(pdf(f"d-{at}")).hexdigest()) for at in (1, 2)
    ]
    delivered = [receipt for receipt in told(channel) if receipt.kind is ReceiptKind.DELIVERED]
    assert [receipt.delivery_id for receipt in delivered] == ["d-1", "d-2"]
    assert {receipt.external_id for receipt in delivered} == {batch_name(message.content)}


def test_the_same_message_again_is_printed_once_whether_or_not_it_was_taken_meanwhile(printer):
    channel = channel_to(printer)
    message = message_of(channel)

    channel.send(message)
    channel.send(message)
    printer.room.work()
    channel_to(printer).send(message)  # another process, when the printer has taken the file away

    assert len(printer.received()) == 1


def test_a_file_that_is_there_and_was_changed_is_not_called_refused(printer, tmp_path):
    """Only we make this name: the letters may be on their way, so no other channel is to have them."""
    channel = channel_to(printer)
    message = message_of(channel)
    (tmp_path / "printer" / "in" / f"{batch_name(message.content)}.zip").write_bytes(b"damaged")

    with pytest.raises(OutcomeUnknownError):
        channel.send(message)


def test_without_a_folder_the_run_stops_and_nothing_is_refused():
    channel, _ = Plugin(LetterSettings()).hub_delivery_channels(ContextInMemory())

    with pytest.raises(ConfigurationError, match="out: no folder is given"):
        channel.send(Message("k1", b"x"))


@pytest.mark.parametrize(
    ("fault", "error", "is_taken"),
    [
        ("disk_full", TransientError, False),
        ("damage", TransientError, False),
        ("cut", TransientError, False),
        ("cut_before_rename", OutcomeUnknownError, False),
        ("lost_receipt", OutcomeUnknownError, True),
        ("no_login", ConfigurationError, False),
        ("other_key", ConfigurationError, False),
    ],
)
def test_each_fault_has_its_error_and_the_identical_bytes_again_are_one_letter(by_sftp, fault, error, is_taken):
    channel = channel_to(by_sftp)
    message = message_of(channel)
    by_sftp.order(fault)

    with pytest.raises(error) as raised:
        channel.send(message)
    assert len(by_sftp.received()) == is_taken
    assert PERSON not in str(raised.value)
    assert not isinstance(raised.value, RejectedError)

    channel.send(message)
    assert len(by_sftp.received()) == 1


def test_a_slow_printer_is_waited_for(by_sftp):
    by_sftp.order("slow", 3)
    channel = channel_to(by_sftp)

    channel.send(message_of(channel))

    assert len(by_sftp.received()) == 1


# Reports


@pytest.mark.parametrize(
    ("fault", "kind", "is_bad_address"),
    [
        ("reject_address", ReceiptKind.RETURNED, True),
        ("reject", ReceiptKind.STOPPED, False),
        ("return_letter", ReceiptKind.RETURNED, True),
    ],
)
def test_a_letter_that_nobody_got_is_told_as_such(printer, fault, kind, is_bad_address):
    channel = channel_to(printer)
    printer.order(fault)

    channel.send(message_of(channel, "d-1", "d-2"))

    assert [received.document for received in printer.received()] == ["d-2"]
    last = {receipt.delivery_id: receipt for receipt in told(channel)}
    assert (last["d-1"].kind, last["d-1"].is_bad_address) == (kind, is_bad_address)
    assert last["d-2"].kind is ReceiptKind.DELIVERED


def test_a_report_that_never_comes_is_silence(printer):
    channel = channel_to(printer)
    printer.order("no_report")

    channel.send(message_of(channel))

    assert len(printer.received()) == 1
    assert told(channel) == []


def test_a_report_that_comes_again_says_the_same(printer):
    channel = channel_to(printer)
    printer.order("repeated_report")
    channel.send(message_of(channel))
    printer.room.work()

    receipts = told(channel)

    assert {(receipt.delivery_id, receipt.kind) for receipt in receipts} == {
        ("d-1", ReceiptKind.UNDER_WAY),
        ("d-1", ReceiptKind.DELIVERED),
    }
    assert list((printer.room._reports).iterdir()) == []


def test_a_garbled_report_loses_no_letter_and_is_told(printer):
    channel = channel_to(printer)
    printer.order("garbled_report")
    channel.send(message_of(channel, "d-1", "d-2"))
    printer.room.work()

    channel.follow("")
    followed = channel.follow("")

    delivered = [receipt.delivery_id for receipt in followed.receipts if receipt.kind is ReceiptKind.DELIVERED]
    assert delivered == ["d-1", "d-2"]
    (problem,) = followed.problems
    assert [f"line {at}: " in problem for at in range(2, 8)] == [False, True, True, True, True, False]


def test_a_letter_that_comes_back_weeks_later_is_told(printer):
    channel = channel_to(printer)
    message = message_of(channel)
    channel.send(message)
    printer.room.work()
    assert told(channel)[-1].kind is ReceiptKind.DELIVERED

    printer.room.report(batch_name(message.content), ["d-1;returned;moved;2026-12-20T08:00:00+01:00"])

    (receipt,) = told(channel)
    assert (receipt.kind, receipt.is_bad_address) == (ReceiptKind.RETURNED, True)


def test_a_fault_that_a_printer_has_not_is_no_order(printer):
    with pytest.raises(ValueError, match="no such fault"):
        printer.order("flood")
    for fault in printer.faults:
        printer.order(fault)


def test_a_printer_works_by_itself(tmp_path):
    with PrintHouse(tmp_path / "printer") as printer:
        channel = channel_to(printer)
        channel.send(message_of(channel))

        assert len(printer.received()) == 1


def test_faults_at_random_never_print_a_letter_twice_and_never_lose_one(tmp_path):
    with PrintHouse(tmp_path / "printer", works_by_itself=False, slow_s=0) as printer:
        rnd = random.Random(7)
        channel = channel_to(printer)
        faults = ("disk_full", "damage", "cut", "cut_before_rename", "lost_receipt", "slow")
        for at in range(40):
            message = message_of(channel, f"d-{at}")
            printer.order(rnd.choice(faults))
            for _ in range(5):
                try:
                    channel.send(message)
                    break
                except (TransientError, OutcomeUnknownError):
                    if rnd.random() < 0.5:
                        printer.room.work()
                except HubError as error:
                    pytest.fail(repr(error))

        assert sorted(received.document for received in printer.received()) == sorted(f"d-{at}" for at in range(40))
