"""An archive of printed invoices: what a digital channel takes is stripped, the rest is passed on, each once."""

from __future__ import annotations

import io
import random
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

import pytest
from archive_world import PEOPLE, ArchiveWorld, SelectiveChannel, archive, entry, file_name, house, pdfs
from delivery_world import StubChannel, document
from sqlalchemy import Engine

from hub.contracts import ArchivedFile
from hub.errors import OutcomeUnknownError, RejectedError, TransientError
from hub.model.delivery import RouteStep
from hub.model.verification import CheckResult
from hub.services.delivery import archives
from hub.services.delivery.register import keep_recipients
from hub.services.verifying import verify
from hub.store.verifying import SqlVerifying
from hub.testing.sample_documents import sample_pdf
from hub_letter.sandbox import FolderPrintHouse

__all__ = ["house"]


@pytest.fixture
def kivra() -> SelectiveChannel:
    return SelectiveChannel(RouteStep.KIVRA, people=PEOPLE[:2])


@pytest.fixture
def letter() -> SelectiveChannel:
    return SelectiveChannel(RouteStep.LETTER, people=PEOPLE)


@pytest.fixture
def north(engine: Engine, house: FolderPrintHouse, kivra: SelectiveChannel, letter: SelectiveChannel) -> ArchiveWorld:
    return ArchiveWorld(engine, house, kivra, letter)


def found(world: ArchiveWorld) -> list[CheckResult]:
    return [one for one in verify(SqlVerifying(world.engine, world.store.tenant), world.store.contents, world.tenant)
            .results if one.found]  # fmt: skip


def states(world: ArchiveWorld) -> list[str]:
    return [world.one(str(1000 + at)).state for at in range(len(PEOPLE))]


def test_what_went_digitally_is_stripped_and_the_rest_goes_to_the_printer_in_one_archive(north, kivra, letter):
    taken = north.hand_over(archive())

    assert (taken.state, kivra.numbers, letter.numbers) == ("posted", ["1000", "1001"], [])
    assert [one.pdf for one in kivra.outgoing] == [sample_pdf("0"), sample_pdf("1")]
    assert not north.rendered
    (rest,) = north.passed_on()
    assert north.printed() == ["1002", "1003"]
    assert rest == {
        "ArchiveIndex.xml": "".join(
            ['<?xml version="1.0" encoding="iso-8859-1"?>\n<Index>\n', entry(2), entry(3), "</Index>\n"]
        ).encode("latin-1"),
        **{file_name(at): sample_pdf(str(at)) for at in (2, 3)},
    }
    assert states(north) == ["delivered"] * 4
    assert found(north) == []


def test_the_same_archive_again_changes_nothing(north, kivra):
    first = north.hand_over(archive())

    again = north.hand_over(archive())

    assert again.number == first.number
    assert (kivra.numbers, len(north.passed_on()), north.printed()) == (["1000", "1001"], 1, ["1002", "1003"])


def test_nothing_is_passed_on_while_something_may_still_come_back(north, kivra):
    kivra.goes_wrong.append(TransientError("not now"))
    north.hand_over(archive())
    assert (states(north), north.passed_on()) == (["sending", "delivered", "left_over", "left_over"], [])
    assert found(north) == []

    kivra.goes_wrong.append(RejectedError("no such user"))
    north.later(minutes=30)

    assert (kivra.numbers, north.printed(), len(north.passed_on())) == (["1001"], ["1000", "1002", "1003"], 1)


def test_the_rest_waits_no_longer_than_for_who_cannot_say_whom_they_reach(north, kivra):
    kivra.goes_wrong += [TransientError("not now")] * 100
    north.hand_over(archive())

    north.later(hours=north.tenant.delivery.wait_for_reach_h + 1)

    assert (states(north)[2:], north.printed()) == (["delivered"] * 2, ["1002", "1003"])


def test_what_comes_back_later_is_passed_on_by_itself_and_nothing_twice(north, kivra):
    north.hand_over(archive(entry(0), entry(2), files={**pdfs(), "read.me": b"for the printer"}))
    kivra.people = ()
    with north.store.write() as work:
        row = work.documents.latest(number="1000")[0]
        (step,) = [one for one in work.documents.steps([row.document_no]) if one.channel == "kivra"]
        work.documents.keep_steps([step._replace(outcome="returned", reason="moved out")])
        work.documents.change(row._replace(state="accepted", channel="", exchange_no=None), was=row)
        work.runs.enqueue("deliver:north:again", "deliver", {})

    north.work()

    assert north.printed() == ["1000", "1002"]
    assert sorted(sorted(one) for one in north.passed_on()) == sorted(
        [["ArchiveIndex.xml", file_name(0)], ["ArchiveIndex.xml", *(file_name(at) for at in (1, 2, 3)), "read.me"]]
    )


def test_what_is_no_document_goes_on_as_it_came_and_holds_no_other(north, kivra):
    wrong = {
        "amount is below zero": entry(0, belopp_att_betala="-5.00"),
        "does not say its invoice date": entry(1, fakturadatum=""),
        "none of the company's payee accounts": entry(2, gironr="5050-1055"),
    }
    north.hand_over(archive(*wrong.values(), entry(3)))

    files = north.files()
    assert [why for why, file in zip(wrong, files, strict=False) if why not in file.reason] == []
    assert [file.fate for file in files] == ["rest", "rest", "rest", "document"]
    assert (kivra.numbers, north.printed()) == ([], ["1000", "1001", "1002", "1003"])


def test_an_archive_that_all_went_digitally_leaves_nothing_to_pass_on(north, kivra):
    north.hand_over(archive(entry(0), entry(1), files={file_name(at): sample_pdf(str(at)) for at in (0, 1)}))

    assert (kivra.numbers, north.passed_on()) == (["1000", "1001"], [])


def test_what_was_handed_over_before_is_sent_no_second_time_on_paper_neither(north):
    north.hand_over(archive())

    again = north.hand_over(archive(entry(2), entry(3, kund_postort="Göteborg")))

    first, second = north.files(again.number)[:2]
    assert (first.fate, second.fate) == ("left_out", "left_out")
    assert "was handed over before" in first.reason
    assert "raise its version" in second.reason
    assert north.printed() == ["1002", "1003"]
    assert sum("was left out" in task for task in north.tasks()) == 2


EMPTIED = sample_pdf("3")[:9] + bytes(500) + b"startxref\n500\n%%EOF\n"


@pytest.mark.parametrize("damaged", [b"%PDF-1.7 cut", EMPTIED], ids=["cut", "zeros between begin and end"])
def test_a_damaged_archive_sends_nothing_and_may_come_again_whole(north, kivra, damaged):
    broken = archive(files={**pdfs(), file_name(3): damaged})

    refused = north.hand_over(broken)

    assert refused.state == "quarantined"
    assert refused.reason.startswith("line 6, record entry 4: the archive is damaged: its file is no whole PDF")
    assert PEOPLE[3] not in str(refused)
    assert (kivra.numbers, north.passed_on(), north.files()) == ([], [], [])
    assert north.hand_over(broken).number == refused.number
    assert (north.hand_over(archive()).state, north.printed()) == ("posted", ["1002", "1003"])


def protect(world: ArchiveWorld, at: int) -> None:
    with world.store.write() as work:
        keep_recipients(work, "north", {world.one(str(1000 + at)).recipient_key: {"is_protected": 1}})
    world.work()


def test_a_debtor_who_is_protected_since_is_left_to_a_person_and_the_others_go(north, kivra):
    kivra.goes_wrong += [TransientError("not now")]
    north.hand_over(archive())

    protect(north, 2)
    north.later(minutes=30)

    assert states(north) == ["delivered", "delivered", "held", "delivered"]
    assert north.printed() == ["1003"]


def test_a_rest_that_was_not_sent_yet_is_made_anew_without_who_is_protected_since(north):
    rest = north.rest_channels["letter_rest"] = StubChannel(RouteStep.LETTER, name="letter_rest")
    rest.goes_wrong += [TransientError("not now")]
    north.hand_over(archive(files={**pdfs(), "read.me": b"for the printer"}))

    protect(north, 2)
    north.later(minutes=30)

    (content,) = rest.taken
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        assert made.namelist() == ["ArchiveIndex.xml", file_name(3), "read.me"]
    assert states(north) == ["delivered", "delivered", "held", "delivered"]
    assert found(north) == []


def test_a_rest_that_the_printer_refuses_is_for_a_person(north):
    rest = north.rest_channels["letter_rest"] = StubChannel(RouteStep.LETTER, name="letter_rest")
    rest.goes_wrong += [RejectedError("no such printer")]

    north.hand_over(archive())

    assert states(north) == ["delivered", "delivered", "held", "held"]
    assert (rest.taken, len(north.events("archive_passed_on"))) == ([], 1)
    assert found(north) == []


def test_a_newer_version_goes_instead_of_one_that_is_left_over(north, kivra):
    kivra.goes_wrong += [TransientError("not now")]
    north.hand_over(archive())

    north.deliver(document("1002", source_system="archive_index", version=2))
    north.later(minutes=30)

    assert (states(north)[2], north.printed()) == ("delivered", ["1003"])
    assert sorted(kivra.numbers) == ["1000", "1001", "1002"]


def test_an_archive_that_was_taken_in_by_half_goes_on_where_it_stood(north, kivra, monkeypatch):
    monkeypatch.setattr(archives, "FILES_AT_ONCE", 1)
    incoming = north.archives["archive_index"]
    calls = iter([99, 3])  # it is read whole first, then taken in, and the process dies at the third file
    read = incoming.read

    def dying(stream: BinaryIO) -> Iterator[ArchivedFile]:
        dies_at = next(calls, 99)
        for number, one in enumerate(read(stream), 1):
            if number == dies_at:
                raise TransientError("the process died")
            yield one

    monkeypatch.setattr(incoming, "read", dying)
    taken = north.hand_over(archive())
    assert (taken.state, len(north.files()), north.passed_on()) == ("posting", 2, [])

    north.later(minutes=1)

    assert (kivra.numbers, north.printed(), len(north.passed_on())) == (["1000", "1001"], ["1002", "1003"], 1)
    assert len(north.files()) == 4


def test_what_may_have_arrived_is_printed_only_when_a_person_says_that_it_has_not(north, kivra):
    kivra.goes_wrong += [OutcomeUnknownError("no answer")]
    north.hand_over(archive())
    assert (states(north)[0], north.printed()) == ("unknown", ["1002", "1003"])

    kivra.people = ()
    with north.store.read() as work:
        (attempt,) = work.attempts.latest(state="unknown")
    north.tell("decide_attempt", attempt_no=attempt.attempt_no, verdict="not_delivered")

    assert (states(north)[0], north.printed()) == ("delivered", ["1000", "1002", "1003"])
    assert found(north) == []


def test_whatever_fails_each_invoice_arrives_once_by_the_other_sides_own_count(north, kivra, in_full):
    rnd = random.Random(4)
    faults = [TransientError("not now"), RejectedError("no such user"), OutcomeUnknownError("no answer")]
    numbers = [[f"{day}{at}" for at in range(len(PEOPLE))] for day in range(100, 112 if in_full else 105)]
    for day in numbers:
        kivra.people = tuple(rnd.sample(PEOPLE, rnd.randint(0, len(PEOPLE))))
        kivra.goes_wrong += [rnd.choice(faults) for _ in range(rnd.randint(0, 3))]
        north.hand_over(archive(*[entry(at, fakturanr=number) for at, number in enumerate(day)]))
    for _ in range(8):
        north.later(hours=1)

    got = Counter([*kivra.numbers, *north.printed()])
    unknown = {number for day in numbers for number in day if north.one(number).state == "unknown"}
    assert {number for number, times in got.items() if times != 1} == set()
    assert got.keys() | unknown == {number for day in numbers for number in day}
    assert not got.keys() & unknown
    assert 0 < len(unknown) < 12
    assert found(north) == []
