"""Reports are fetched, told, and deleted when what they say has been kept; nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.contracts import RemoteFile
from hub.errors import ConfigurationError, TransientError
from hub.transports.local_folder import LocalFolder
from hub_letter import following
from hub_letter.following import Reports

BATCH = "batch-0b0f7a3e-0000-5000-8000-000000000001"
LINE = "{};posted;;2026-11-23T10:00:00+01:00\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reports").mkdir()
    return tmp_path / "reports"


@pytest.fixture
def reports(folder: Path) -> Reports:
    found = Reports(LocalFolder(folder, settled_after_s=0), ())
    found.follow("")  # the first look at a folder shows nothing yet
    return found


def put(folder: Path, *ids: str, name: str = f"{BATCH}.ack.csv", garbled: str = "") -> None:
    lines = "".join(LINE.format(id) for id in ids)
    (folder / name).write_text(f"attempt_id;status;code;at\n{lines}{garbled}", encoding="utf-8")


def look(reports: Reports, cursor: str = "") -> following.Followed:
    reports.follow(cursor)
    return reports.follow(cursor)


def ids(followed: following.Followed) -> list[str]:
    return [receipt.delivery_id for receipt in followed.receipts]


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_report_is_deleted_only_when_it_is_asked_with_the_cursor_behind_it(folder, reports):
    put(folder, "d-1", "d-2")

    first = look(reports)
    again = reports.follow("")  # whoever asked died before it kept anything
    assert ids(first) == ids(again) == ["d-1", "d-2"]
    assert names(folder) == [f"{BATCH}.ack.csv"]

    after = reports.follow(again.cursor)
    assert (ids(after), names(folder), after.problems) == ([], [], [])


def test_another_process_goes_on_with_the_cursor(folder, reports):
    put(folder, "d-1")
    cursor = look(reports).cursor

    other = Reports(LocalFolder(folder, settled_after_s=0), ())
    assert ids(other.follow(cursor)) == []
    assert names(folder) == []


def test_a_report_that_was_added_to_is_not_deleted_and_is_told_anew(folder, reports):
    put(folder, "d-1")
    cursor = look(reports).cursor
    put(folder, "d-1", "d-2")

    assert ids(look(reports, cursor)) == ["d-1", "d-2"]
    assert names(folder) == [f"{BATCH}.ack.csv"]


def test_several_reports_of_one_batch_are_told_and_what_is_none_is_left(folder, reports):
    put(folder, "d-1", name=f"{BATCH}-1.ack.csv")
    put(folder, "d-2", name=f"{BATCH}-2.ack.csv")
    for name in (f"{BATCH}.ack.csv.part", f"{BATCH}.zip", "batch-1.ack.csv", "notes.txt"):
        put(folder, "d-9", name=name)

    followed = look(reports)
    reports.follow(followed.cursor)

    assert sorted(ids(followed)) == ["d-1", "d-2"]
    assert {receipt.external_id for receipt in followed.receipts} == {BATCH}
    assert names(folder) == sorted([f"{BATCH}.ack.csv.part", f"{BATCH}.zip", "batch-1.ack.csv", "notes.txt"])


def test_garbled_lines_lose_no_others_and_are_told_once_and_the_file_stays(folder, reports):
    put(folder, "d-1", garbled="x;y\n")

    first = look(reports)
    assert ids(first) == ["d-1"]
    assert first.problems == [
        f"{BATCH}.ack.csv: line 3: it has 2 columns instead of 4; the file was left there for you"
    ]

    second = look(reports, first.cursor)
    assert (ids(second), second.problems) == ([], [])
    second = look(reports, second.cursor)  # and the cursor behind that still knows it
    assert (ids(second), second.problems) == ([], [])
    assert names(folder) == [f"{BATCH}.ack.csv"]

    put(folder, "d-1", "d-2")  # it is mended
    third = look(reports, second.cursor)
    assert (ids(third), third.problems) == (["d-1", "d-2"], [])
    reports.follow(third.cursor)
    assert names(folder) == []


def test_a_file_that_is_too_large_is_told_and_not_fetched(folder, reports, monkeypatch):
    monkeypatch.setattr(following, "LARGEST", 10)
    put(folder, "d-1")

    followed = look(reports)

    assert ids(followed) == []
    assert "which is no report" in followed.problems[0]


def test_many_reports_are_told_in_turns(folder, reports, monkeypatch):
    monkeypatch.setattr(following, "MOST_FILES", 2)
    for at in range(5):
        put(folder, f"d-{at}", name=f"{BATCH}-{at}.ack.csv")

    told, cursor, has_more = [], "", True
    reports.follow("")
    while has_more:
        followed = reports.follow(cursor)
        told += ids(followed)
        cursor, has_more = followed.cursor, followed.has_more
    reports.follow(cursor)

    assert sorted(told) == [f"d-{at}" for at in range(5)]
    assert names(folder) == []


@pytest.mark.parametrize("cursor", ["x", "{}", "[]", "[[1], [2]]", '[[["../../secret", 1, 1]], []]', "null"])
def test_a_cursor_that_is_none_of_ours_deletes_nothing(folder, reports, cursor, tmp_path):
    put(folder, "d-1")
    (tmp_path / "secret").write_bytes(b"s")

    assert ids(look(reports, cursor)) == ["d-1"]
    assert names(folder) == [f"{BATCH}.ack.csv"]
    assert (tmp_path / "secret").exists()


class Breaking(LocalFolder):
    """A folder whose connection is lost at some file."""

    breaks_at = ""

    def fetch(self, file: RemoteFile, into: Path) -> Path:
        if file.name == self.breaks_at:
            raise TransientError("the connection was lost")
        return super().fetch(file, into)


def test_what_was_read_before_the_connection_was_lost_is_told(folder):
    broken = Breaking(folder, settled_after_s=0)
    broken.breaks_at = f"{BATCH}-2.ack.csv"
    reports = Reports(broken, ())
    for at in (1, 2):
        put(folder, f"d-{at}", name=f"{BATCH}-{at}.ack.csv")
    (folder / f"{BATCH}-1.ack.csv").touch()

    reports.follow("")
    first = reports.follow("")
    assert (ids(first), first.has_more) == (["d-1"], True)
    with pytest.raises(TransientError):
        reports.follow(first.cursor)


def test_a_folder_that_is_gone_is_a_setting_to_mend(folder, reports):
    folder.rmdir()

    with pytest.raises(ConfigurationError):
        reports.follow("")
