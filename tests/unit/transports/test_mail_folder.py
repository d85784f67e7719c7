"""Returned mail in a folder: at least once, oldest first, put aside and never deleted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hub.errors import ConfigurationError
from hub.transports import mail_folder
from hub.transports.mail_folder import MailFolder
from hub.transports.returned_mail import LARGEST_READ, MOST_AT_ONCE


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for part in ("tmp", "new", "cur"):
        (tmp_path / part).mkdir()
    return tmp_path


def put(folder: Path, name: str, content: bytes, changed_s: int = 1_000) -> Path:
    file = folder / name
    file.write_bytes(content)
    os.utime(file, (changed_s, changed_s))
    return file


def test_mail_comes_oldest_first_and_again_until_its_cursor_is_given(maildir):
    put(maildir / "new", "b", b"second", 2_000)
    put(maildir / "cur", "a:2,S", b"first", 1_000)
    folder = MailFolder(maildir)

    first = folder.since("")
    assert first.mails == (b"first", b"second")
    assert folder.since("").mails == first.mails
    assert folder.since(first.cursor).mails == ()
    assert len(list((maildir / "handled").iterdir())) == 2


def test_mail_that_comes_between_two_questions_is_not_put_aside_unread(maildir):
    put(maildir / "new", "a", b"first")
    folder = MailFolder(maildir)
    cursor = folder.since("").cursor
    put(maildir / "new", "b", b"older, and later", 1)

    assert folder.since(cursor).mails == (b"older, and later",)


def test_a_mail_that_is_renamed_while_it_is_read_comes_the_next_time(maildir, monkeypatch):
    """A mail program moves what it has shown; what was not read does not count as read."""
    put(maildir / "new", "a", b"first")
    put(maildir / "new", "b", b"second", 2_000)
    real = mail_folder._beginning

    def moved_first(path: Path) -> bytes | None:
        if path.name == "a":
            path.rename(maildir / "cur" / "a:2,S")
        return real(path)

    monkeypatch.setattr(mail_folder, "_beginning", moved_first)
    folder = MailFolder(maildir)
    fetched = folder.since("")
    assert fetched.mails == (b"second",)
    monkeypatch.undo()
    assert folder.since(fetched.cursor).mails == (b"first",)


def test_what_another_process_has_put_aside_is_no_fault(maildir, monkeypatch):
    file = put(maildir / "new", "a", b"first")
    folder = MailFolder(maildir)
    cursor = folder.since("").cursor
    found = folder._found()
    file.unlink()
    monkeypatch.setattr(folder, "_found", lambda: found)

    assert folder.since(cursor).mails == ()
    assert folder.since("").mails == ()


def test_another_mail_of_the_same_name_is_another_mail(maildir):
    put(maildir / "new", "a", b"first")
    folder = MailFolder(maildir)
    cursor = folder.since("").cursor
    put(maildir / "new", "a", b"second", 2_000)

    assert folder.since(cursor).mails == (b"second",)


def test_flags_that_a_mail_program_sets_do_not_make_it_another_mail(maildir):
    file = put(maildir / "new", "a", b"first")
    folder = MailFolder(maildir)
    cursor = folder.since("").cursor
    file.rename(maildir / "cur" / "a:2,S")

    assert folder.since(cursor).mails == ()


def test_much_mail_comes_in_parts(maildir):
    for number in range(MOST_AT_ONCE + 3):
        put(maildir / "new", f"{number:03}", b"%d" % number)
    folder = MailFolder(maildir)
    first = folder.since("")
    second = folder.since(first.cursor)

    assert (len(first.mails), first.has_more) == (MOST_AT_ONCE, True)
    assert (len(second.mails), second.has_more) == (3, False)


def test_of_a_huge_mail_the_beginning_is_read(maildir):
    put(maildir / "new", "a", b"x" * (LARGEST_READ + 1))

    assert [len(mail) for mail in MailFolder(maildir).since("").mails] == [LARGEST_READ]


def test_in_another_folder_only_files_at_rest_that_end_in_eml_are_mail(tmp_path):
    put(tmp_path, "a.eml", b"mail")
    put(tmp_path, "b.eml", b"still written", 9_999)
    put(tmp_path, "c.txt", b"else")
    put(tmp_path, ".d.eml", b"hidden")
    (tmp_path / "e.eml").symlink_to(tmp_path / "a.eml")

    assert MailFolder(tmp_path, now_s=lambda: 10_000).since("").mails == (b"mail",)
    assert MailFolder(tmp_path, now_s=lambda: 10_002).since("").mails == (b"mail", b"still written")


def test_a_folder_that_is_not_there_is_a_setting(tmp_path):
    with pytest.raises(ConfigurationError, match="returned mail"):
        MailFolder(tmp_path / "none").since("")


@pytest.mark.parametrize("cursor", ["nonsense", "../..", "0" * 10_000])
def test_a_cursor_of_another_place_puts_nothing_aside(maildir, cursor):
    put(maildir / "new", "a", b"first")

    assert MailFolder(maildir).since(cursor).mails == (b"first",)
