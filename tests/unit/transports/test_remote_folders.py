"""What every folder of an outside party promises, held by the one on SFTP and the one on this machine alike."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from hub.contracts import RemoteFile, RemoteFolder
from hub.errors import ConfigurationError, RejectedError, TransientError
from hub.loopback.sftp_server import SftpServer
from hub.transports import looks, remote_files
from hub.transports.local_folder import LocalFolder
from tests.unit.transports.sftp_place import USERS, files_of, party

SMALL = b"%PDF one page"
LARGE = os.urandom(200_001)  # several blocks, the last one short


class Place(NamedTuple):
    folder: RemoteFolder
    out: Path
    missing: RemoteFolder


@pytest.fixture(params=["sftp", "local"])
def place(request, tmp_path: Path) -> Iterator[Place]:
    out = tmp_path / "served" / "out"
    out.mkdir(parents=True)
    if request.param == "local":
        yield Place(LocalFolder(out), out, LocalFolder(out / "nowhere"))
        return
    with SftpServer(tmp_path / "served", USERS, slow_s=30) as server, party(server) as ours:
        yield Place(ours.folder("out"), out, ours.folder("out/nowhere"))


@pytest.fixture
def folder(place: Place) -> RemoteFolder:
    return place.folder


@pytest.fixture
def out(place: Place) -> Path:
    return place.out


@pytest.fixture
def inbox(folder, monkeypatch) -> RemoteFolder:
    """The same folder, with a clock that goes on eleven seconds with each look."""
    now = iter(range(0, 10**15, 11 * 10**9))
    monkeypatch.setattr(looks, "steady_ns", lambda: next(now))
    return folder


def test_it_is_what_the_contract_says(folder):
    assert isinstance(folder, RemoteFolder)


# Handing over


@pytest.mark.parametrize("content", [b"", SMALL, LARGE, b"x" * (3 * 1024 * 1024)], ids=len)
def test_a_file_arrives_whole_and_under_its_name_alone(folder, out, content):
    source = io.BytesIO(content)
    source.seek(len(content) // 2)  # whoever gave it may have read it

    folder.put("k1.pdf", source)

    assert files_of(out) == {"k1.pdf": content}


def test_the_same_file_again_is_done_already(folder, out):
    folder.put("k1.pdf", LARGE)
    folder.put("k1.pdf", LARGE)

    assert files_of(out) == {"k1.pdf": LARGE}


@pytest.mark.parametrize("there", [b"another", LARGE[:-1], LARGE + b"x", LARGE[:-1] + b"x"], ids=len)
def test_another_file_of_this_name_is_never_written_over(folder, out, there):
    (out / "k1.pdf").write_bytes(there)

    with pytest.raises(RejectedError, match="another file"):
        folder.put("k1.pdf", LARGE)
    assert files_of(out) == {"k1.pdf": there}


@pytest.mark.parametrize("kind", ["folder", "link to the same"])
def test_what_is_no_plain_file_is_not_called_ours(folder, out, tmp_path, kind):
    (tmp_path / "elsewhere").write_bytes(SMALL)
    (out / "k1.pdf").mkdir() if kind == "folder" else (out / "k1.pdf").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(RejectedError):
        folder.put("k1.pdf", SMALL)


@pytest.mark.parametrize("name", ["", ".", "..", "../k1", "a/b", ".hidden", "k1.part", "k1.TMP", "a\nb", "a\0b", "c:"])
def test_a_name_that_is_none_is_refused(folder, out, name):
    with pytest.raises(RejectedError):
        folder.put(name, SMALL)

    assert files_of(out) == {}


@pytest.mark.parametrize(
    "begun",
    [LARGE[:40_000], LARGE[:-1], LARGE, b"", b"other" * 9_000, LARGE[:70_000] + b"damaged", LARGE + b"more"],
    ids=["prefix", "nearly", "whole", "empty", "other", "damaged", "longer"],
)
def test_what_was_begun_before_becomes_the_file(folder, out, begun):
    (out / "k1.pdf.part").write_bytes(begun)

    folder.put("k1.pdf", LARGE)

    assert files_of(out) == {"k1.pdf": LARGE}


def test_a_folder_that_is_not_there_is_a_setting_to_mend_and_is_not_made(place, tmp_path):
    gone = RemoteFile("k1.pdf", 1)
    acts = (
        lambda: place.missing.put("k1.pdf", SMALL),
        place.missing.waiting,
        lambda: place.missing.find("k1.pdf"),  # a mount that has gone does not mean that nothing was delivered
    )
    for act in acts:
        with pytest.raises(ConfigurationError):
            act()
    with pytest.raises(TransientError):
        place.missing.fetch(gone, tmp_path)
    assert not (place.out / "nowhere").exists()


# Fetching


def test_a_file_is_found_by_its_name(folder, out):
    (out / "a.txt").write_bytes(SMALL)
    (out / "folder").mkdir()

    found = folder.find("a.txt")

    assert found == RemoteFile("a.txt", len(SMALL), int((out / "a.txt").stat().st_mtime))
    assert (folder.find("b.txt"), folder.find("folder")) == (None, None)
    with pytest.raises(RejectedError):
        folder.find("../a.txt")


def test_a_file_is_listed_when_it_has_come_to_rest(inbox, out):
    (out / "a.txt").write_bytes(SMALL)
    assert inbox.waiting() == []
    (out / "b.txt").write_bytes(SMALL)
    assert [file.name for file in inbox.waiting()] == ["a.txt"]
    with (out / "a.txt").open("ab") as growing:
        growing.write(b"more")

    assert [file.name for file in inbox.waiting()] == ["b.txt"]
    assert sorted((file.name, file.size) for file in inbox.waiting()) == [
        ("a.txt", len(SMALL) + 4),
        ("b.txt", len(SMALL)),
    ]


def test_two_looks_in_quick_succession_are_not_rest(folder, out):
    (out / "a.txt").write_bytes(SMALL)

    assert [folder.waiting(), folder.waiting()] == [[], []]


def test_names_that_are_unsafe_or_unfinished_and_what_is_no_file_are_left(inbox, out):
    for name in ("good.txt", ".hidden", "begun.PART", "line\nbreak", "back\\slash", "a:b", "~x", "-rf", "end "):
        (out / name).write_bytes(SMALL)
    (out / os.fsdecode(b"latin-\xe9.txt")).write_bytes(SMALL)
    (out / "folder").mkdir()
    (out / "link").symlink_to(out / "good.txt")

    inbox.waiting()
    assert [file.name for file in inbox.waiting()] == ["good.txt"]


def test_many_names_are_all_listed(inbox, out):
    for number in range(100):
        (out / f"{number:03}").touch()

    inbox.waiting()
    assert sorted(file.name for file in inbox.waiting()) == [f"{number:03}" for number in range(100)]


def test_a_folder_without_end_is_refused(folder, out, monkeypatch):
    monkeypatch.setattr(remote_files, "MOST_LISTED", 5)
    for number in range(6):
        (out / str(number)).touch()

    with pytest.raises(ConfigurationError, match="more than 5"):
        folder.waiting()
    (out / "0").unlink()
    folder.put("k1.pdf", SMALL)  # the folder can be used on


@pytest.mark.parametrize("content", [b"", SMALL, LARGE, b"x" * (3 * 1024 * 1024)], ids=len)
def test_a_file_is_fetched_whole_and_deleted_when_it_is_kept(inbox, out, tmp_path, content):
    (out / "a.txt").write_bytes(content)
    inbox.waiting()
    (file,) = inbox.waiting()

    fetched = inbox.fetch(file, tmp_path)
    assert (fetched.read_bytes(), files_of(out)) == (content, {"a.txt": content})

    inbox.remove(file)
    inbox.remove(file)
    assert files_of(out) == {}


def test_a_file_that_has_changed_is_neither_fetched_nor_deleted(folder, out, tmp_path):
    (out / "a.txt").write_bytes(SMALL)
    listed = folder.find("a.txt")
    assert listed is not None
    (out / "a.txt").write_bytes(SMALL + b"more")

    for act in (lambda: folder.fetch(listed, tmp_path), lambda: folder.remove(listed)):
        with pytest.raises(TransientError, match="has changed"):
            act()
    assert files_of(out) == {"a.txt": SMALL + b"more"}


def test_a_file_that_grows_while_it_is_fetched_leaves_nothing_here(folder, out, tmp_path, monkeypatch):
    (out / "a.txt").write_bytes(SMALL)
    listed = folder.find("a.txt")
    assert listed is not None
    synced = os.fsync

    def grown(descriptor):
        (out / "a.txt").write_bytes(SMALL + b"more")
        synced(descriptor)

    monkeypatch.setattr(os, "fsync", grown)
    (tmp_path / "in").mkdir()

    with pytest.raises(TransientError, match="has changed"):
        folder.fetch(listed, tmp_path / "in")
    assert files_of(tmp_path / "in") == {}


@pytest.mark.parametrize("act", ["fetch", "remove"])
def test_a_name_that_leads_elsewhere_is_not_followed(folder, out, tmp_path, act):
    (out.parent / "secret.txt").write_bytes(SMALL)
    elsewhere = RemoteFile("../secret.txt", len(SMALL), int((out.parent / "secret.txt").stat().st_mtime))

    with pytest.raises(RejectedError):
        folder.fetch(elsewhere, tmp_path) if act == "fetch" else folder.remove(elsewhere)
    assert (out.parent / "secret.txt").exists()


@pytest.mark.parametrize("act", ["fetch", "remove"])
def test_a_link_that_takes_a_files_place_is_not_followed(folder, out, tmp_path, act):
    (out / "a.txt").write_bytes(SMALL)
    listed = folder.find("a.txt")
    assert listed is not None
    (tmp_path / "secret").write_bytes(SMALL)
    (out / "a.txt").unlink()
    (out / "a.txt").symlink_to(tmp_path / "secret")

    with pytest.raises(TransientError, match="has changed"):
        folder.fetch(listed, tmp_path) if act == "fetch" else folder.remove(listed)
