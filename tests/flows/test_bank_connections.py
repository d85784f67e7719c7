"""Files are fetched from a bank once, kept before they are deleted there, and handed over once, whatever goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bank_world import BankWorld
from payment_world import pay, payment_file
from sqlalchemy import Engine
from telling import assert_books_agree

from hub.errors import RuleViolation
from hub.services.bank_connections import fetching
from hub.services.runs import retry
from hub.testing.carrying import TURNS_FOR_WAITING_RUNS
from hub_autopay.sandbox import BY_HTTPS, BY_SFTP, FileBank
from tests.flows.test_delivery_at_once import Turn, beside

ORDER = b"<Document>an order of ours</Document>" * 100


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[FileBank]:
    with FileBank(tmp_path / "bank") as serving:
        yield serving


@pytest.fixture
def north(engine: Engine, bank: FileBank) -> BankWorld:
    return BankWorld(engine, bank)


both_doors = pytest.mark.parametrize("door", [BY_SFTP, BY_HTTPS])


def day(number: int) -> bytes:
    return payment_file("camt.054", [pay(10_000 + number, f"100{number}")], identity=f"n{number}")


@both_doors
def test_what_lies_at_the_bank_is_taken_in_and_posted(north: BankWorld, bank: FileBank, door: str) -> None:
    receivable = north.owe("1001", 10_001)
    for number in (1, 2, 3):
        bank.put(f"day{number}.xml", day(number))

    assert north.fetch(door)["exchanges"] == [1, 2, 3]

    assert bank.waiting() == []
    assert north.open_ore(receivable) == 0
    assert [(one.connection, one.direction, one.name, one.state, one.is_left) for one in north.files()] == [
        (door, "in", f"day{number}.xml", "booked", 0) for number in (3, 2, 1)
    ]
    assert north.fetch(door)["exchanges"] == []
    assert (north.looked(door).problem, bool(north.looked(door).fetched_at)) == ("", True)
    assert_books_agree(north)


@both_doors
def test_a_file_is_deleted_there_only_when_it_is_kept_here(
    north: BankWorld, bank: FileBank, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.put("day1.xml", day(1))

    def crash(*_given: object) -> int:
        raise MemoryError

    monkeypatch.setattr(north.bodies[fetching.RUN_KIND], "_take_in", crash)
    assert "MemoryError" in north.fetch(door)["problem"]
    assert (bank.waiting(), north.files()) == (["day1.xml"], [])

    north.set()
    assert north.fetch(door)["exchanges"] == [1]
    assert (bank.waiting(), len(north.files())) == ([], 1)


@both_doors
def test_a_crash_between_keeping_and_deleting_takes_nothing_in_twice(
    north: BankWorld, bank: FileBank, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.put("day1.xml", day(1))
    connection = north.plugins.bank_connections[door]

    def crash(_file: object) -> None:
        raise MemoryError

    monkeypatch.setattr(connection, "taken", crash)
    assert "MemoryError" in north.fetch(door)["problem"]
    assert [(one.state, one.is_left) for one in north.files()] == [("booked", 1)]

    monkeypatch.undo()
    assert north.fetch(door)["exchanges"] == []

    assert (bank.waiting(), [(one.state, one.is_left) for one in north.files()]) == ([], [("booked", 0)])


def test_a_bank_that_keeps_its_files_gives_each_once(north: BankWorld, bank: FileBank) -> None:
    north.set(**{BY_SFTP: {"keeps_files": True}})
    bank.put("day1.xml", day(1))

    assert [north.fetch(BY_SFTP)["exchanges"], north.fetch(BY_SFTP)["exchanges"]] == [[1], []]

    assert bank.waiting() == ["day1.xml"]
    bank.put("day1.xml", day(2) + b"\n")  # under the same name another file
    assert north.fetch(BY_SFTP)["exchanges"] == [2]


@pytest.mark.parametrize("fault", ["half_file", "short_file", "download_busy", "download_reset_after_accept"])
def test_half_a_file_is_none_and_holds_up_no_other(north: BankWorld, bank: FileBank, fault: str) -> None:
    bank.put("day1.xml", day(1))
    bank.put("day2.xml", day(2))
    bank.order(fault)

    north.fetch(BY_HTTPS)  # has to look again for the first

    assert [(one.exchange_no, one.name, one.state) for one in north.files()] == [
        (2, "day1.xml", "booked"),
        (1, "day2.xml", "booked"),
    ]
    assert (bank.waiting(), north.looked(BY_HTTPS).problem) == ([], "")


def test_a_file_that_does_not_come_whole_waits_there(north: BankWorld, bank: FileBank) -> None:
    bank.put("day1.xml", day(1))
    bank.order("half_file", TURNS_FOR_WAITING_RUNS)

    stopped = north.fetch(BY_HTTPS)

    assert stopped["state"] == "queued"
    assert north.looked(BY_HTTPS).problem in stopped["problem"]
    assert (bank.waiting(), north.files()) == (["day1.xml"], [])
    north.pass_time(minutes=2)
    assert (bank.waiting(), north.looked(BY_HTTPS).problem) == ([], "")


@pytest.mark.parametrize("fault", ["wrong_token", "wrong_key"])
def test_a_bank_that_is_not_who_it_was_or_does_not_know_us_stops_the_look(
    north: BankWorld, bank: FileBank, fault: str
) -> None:
    door = BY_SFTP if fault == "wrong_key" else BY_HTTPS
    bank.put("day1.xml", day(1))
    bank.order(fault)

    stopped = north.fetch(door)

    assert stopped["state"] == "failed"
    assert "failed_run" in north.tasks()
    assert north.looked(door).problem in north.tasks()["failed_run"]
    assert north.fetch(door)["exchanges"] == [1]


def test_a_file_that_is_too_large_holds_up_no_other(north: BankWorld, bank: FileBank) -> None:
    https = {**bank.settings["connections"][BY_HTTPS]["https"], "largest_mb": 1}
    north.set(**{BY_HTTPS: {"https": https}})
    bank.put("a_huge.xml", b"x" * 1_000_001)
    bank.put("day1.xml", day(1))

    assert north.fetch(BY_HTTPS)["exchanges"] == [1]

    assert bank.waiting() == ["a_huge.xml"]
    assert "a_huge.xml, which is not taken" in north.tasks()["bank_file_refused"]


def test_what_cannot_be_read_is_kept_and_told_as_rejected(north: BankWorld, bank: FileBank) -> None:
    bank.put("notes.txt", b"no bank file at all")

    north.fetch(BY_SFTP)

    assert [(one.state, one.exchange_state) for one in north.files()] == [("rejected", "quarantined")]
    assert "no enabled reader" in north.files()[0].reason


def test_the_same_bytes_at_both_doors_are_posted_once(north: BankWorld, bank: FileBank) -> None:
    for door in (BY_SFTP, BY_HTTPS):
        bank.put(f"by_{door}.xml", day(1))
        north.fetch(door)

    assert [(one.connection, one.state) for one in north.files()] == [(BY_HTTPS, "duplicate"), (BY_SFTP, "booked")]
    assert north.number("SELECT count(*) FROM voucher WHERE tenant = :t") == 1


# --- to the bank ---------------------------------------------------------------------------------------------------


@both_doors
def test_a_file_that_is_handed_over_is_followed_through_what_the_bank_says(
    north: BankWorld, bank: FileBank, door: str
) -> None:
    number = north.hand_over(door, ORDER)

    assert list(bank.handed_over().values()) == [ORDER]
    seen = [north.files()[0].state]
    for said in ("received", "accepted", "partly", "booked"):
        north.told(number, said, f"the bank says {said}")
        seen.append(north.files()[0].state)
    assert seen == ["handed_over", "received", "accepted", "partly", "booked"]
    north.told(number, "received")  # comes late
    assert (north.files()[0].state, north.files()[0].reason) == ("booked", "the bank says booked")


@pytest.mark.parametrize(
    ("door", "fault"),
    [
        (BY_SFTP, "lost_receipt"),
        (BY_SFTP, "cut"),
        (BY_SFTP, "disk_full"),
        (BY_HTTPS, "upload_reset_after_accept"),
        (BY_HTTPS, "upload_error_after_accept"),
        (BY_HTTPS, "upload_busy"),
        (BY_HTTPS, "upload_reset_before_reading"),
        (BY_HTTPS, "upload_refuse"),
    ],
)
def test_whatever_goes_wrong_the_bank_has_the_file_once(
    north: BankWorld, bank: FileBank, door: str, fault: str
) -> None:
    bank.order(fault)
    number = north.hand_over(door, ORDER)
    north.pass_time(minutes=20, times=4)

    taken = list(bank.handed_over().values())
    state = next(one.state for one in north.files() if one.exchange_no == number)
    assert (taken, state) == (([], "not_handed_over") if fault == "upload_refuse" else ([ORDER], "handed_over"))


def test_a_bank_that_took_the_file_away_leaves_a_doubt_for_a_person_and_its_answer_settles_it(
    north: BankWorld, bank: FileBank, tmp_path: Path
) -> None:
    bank.order("lost_receipt")
    number = north.hand_over(BY_SFTP, ORDER)
    for path in (tmp_path / "bank" / "from_customer").iterdir():
        path.unlink()
    north.pass_time(hours=1)
    assert (north.files()[0].state, list(bank.handed_over())) == ("unknown", [])

    north.told(number, "accepted")

    assert (north.files()[0].state, north.files()[0].exchange_state) == ("accepted", "delivered")
    north.pass_time(hours=30, times=10)
    assert (north.tasks(), list(bank.handed_over())) == ({}, [])


def test_an_answer_about_a_refused_file_and_a_turn_do_not_wait_for_each_other(
    north: BankWorld, bank: FileBank, engine: Engine
) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("one writer at a time")
    bank.order("upload_refuse")
    number = north.hand_over(BY_HTTPS, ORDER)

    with beside(Turn(north, f"bank_{BY_HTTPS}")):
        north.told(number, "accepted")

    assert north.files()[0].state == "accepted"
    assert {"late_attempt", "unknown_attempt"} <= north.tasks().keys()


def test_only_of_what_we_sent_it_is_told_what_the_bank_says(north: BankWorld, bank: FileBank) -> None:
    bank.put("day1.xml", day(1))
    north.fetch(BY_SFTP)

    with pytest.raises(RuleViolation, match="came in"):
        north.told(1, "accepted")


def test_nothing_is_handed_over_to_a_bank_that_is_not_who_it_was(north: BankWorld, bank: FileBank) -> None:
    bank.order("wrong_key")
    north.hand_over(BY_SFTP, ORDER)
    assert (north.files()[0].state, bank.handed_over()) == ("created", {})
    assert "failed_run" in north.tasks()

    with north.store.write() as work:
        retry(work, "send:north:order-1:1")
    north.pass_time(minutes=1)

    assert (north.files()[0].state, list(bank.handed_over().values())) == ("handed_over", [ORDER])
