"""The printer on this machine, ended and begun again on the same folder, is still the same printer."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.contracts import Received
from hub.model.attempts import Message
from hub.testing.contexts import ContextInMemory
from hub_letter import LetterChannel, LetterSettings, Plugin
from hub_letter.sandbox import FolderPrintHouse
from plugins.letter.tests.documents import outgoing


def house(folder: Path) -> FolderPrintHouse:
    return FolderPrintHouse(folder, works_by_itself=False)


def hand_over(printer: FolderPrintHouse, *ids: str) -> None:
    channel, _ = Plugin(LetterSettings.model_validate(printer.settings)).hub_delivery_channels(ContextInMemory({}))
    assert isinstance(channel, LetterChannel)
    (prepared,) = channel.prepare([outgoing(one) for one in ids]).prepared
    channel.send(Message("k1", prepared.content))


def counted(folder: Path) -> list[Received]:
    with house(folder) as printer:
        return list(printer.received())


@pytest.fixture
def before(tmp_path: Path) -> list[Received]:
    """Two letters of one batch, and what the first process counted."""
    with house(tmp_path) as printer:
        hand_over(printer, "d-1", "d-2")
        return list(printer.received())


def test_what_was_taken_before_still_counts(tmp_path: Path, before: list[Received]) -> None:
    assert len(before) == 2
    assert counted(tmp_path) == counted(tmp_path) == before


def test_a_name_that_was_printed_before_is_not_printed_again(tmp_path: Path, before: list[Received]) -> None:
    (report,) = (tmp_path / "reports").iterdir()
    report.unlink()
    with house(tmp_path) as printer:
        hand_over(printer, "d-1", "d-2")
        assert list(printer.received()) == before

    assert not list((tmp_path / "reports").iterdir())


def test_other_bytes_under_a_printed_name_do_not_replace_what_was_printed(
    tmp_path: Path, before: list[Received]
) -> None:
    with house(tmp_path) as printer:
        (printed,) = printer.room.batches
        hand_over(printer, "d-3")
        (other,) = (tmp_path / "in").glob("*.zip")
        other.rename(other.with_name(printed))
        assert list(printer.received()) == before

    assert counted(tmp_path) == before


def test_what_was_rejected_before_has_reached_nobody(tmp_path: Path) -> None:
    with house(tmp_path) as printer:
        printer.order("reject_address")
        hand_over(printer, "d-1", "d-2")
        (arrived,) = printer.received()

    assert counted(tmp_path) == [arrived]


def test_a_batch_whose_process_died_behind_taking_it_counts(tmp_path: Path, before: list[Received]) -> None:
    for written in (tmp_path / "taken").glob("*.json"):
        written.unlink()

    assert counted(tmp_path) == before
