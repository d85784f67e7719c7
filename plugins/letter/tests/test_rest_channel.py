"""What is left of an archive is put where the printer takes it, under the name of its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.contracts import DocumentChannel, Promise
from hub.errors import OutcomeUnknownError
from hub.model.attempts import Message
from hub.testing.contexts import ContextInMemory
from hub_letter.rest_channel import RestChannel, archive_name
from hub_letter.sandbox import FolderPrintHouse
from hub_letter.settings import LetterSettings
from plugins.letter.tests.test_incoming_archive import element, source

CONTENT = source(element()).getvalue()
MESSAGE = Message("letter_rest:1:1", CONTENT)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[FolderPrintHouse]:
    with FolderPrintHouse(tmp_path, works_by_itself=False) as opened:
        yield opened


def channel(house: FolderPrintHouse, **more: object) -> RestChannel:
    return RestChannel(LetterSettings.model_validate({**house.settings, **more}), ContextInMemory())


def test_a_passed_on_archive_is_printed_once_however_often_it_is_sent(house):
    sent = channel(house)
    names = [sent.send(MESSAGE).external_id for _ in range(2)]
    first = house.received()
    sent.send(MESSAGE)

    assert [one.document for one in house.received()] == [one.document for one in first] == ["7"]
    assert {f"{name}.zip" for name in names} == {archive_name(CONTENT)}


def test_the_printer_reports_nothing_of_what_has_no_number_of_ours(house, tmp_path):
    channel(house).send(MESSAGE)
    house.room.work()

    assert list((tmp_path / "reports").iterdir()) == []


def test_archives_may_be_put_elsewhere_than_batches(house, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    sent = channel(house, rest={"folder": str(other)})

    sent.send(MESSAGE)

    assert [file.name for file in other.iterdir()] == [archive_name(CONTENT)]
    assert sent.endpoint != channel(house).endpoint


def test_other_bytes_under_the_name_may_be_an_archive_that_arrived(house, tmp_path):
    (tmp_path / "in" / archive_name(CONTENT)).write_bytes(b"changed")

    with pytest.raises(OutcomeUnknownError):
        channel(house).send(MESSAGE)


def test_it_takes_part_in_no_route_and_promises_what_the_printer_does(house):
    assert not isinstance(channel(house), DocumentChannel)
    assert channel(house).promise is Promise.IDEMPOTENT
    assert channel(house, prints_once=False).promise is Promise.NEITHER
