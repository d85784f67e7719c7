"""A file is handed over whole, once, to the right machine; whatever breaks says whether it was handed over."""

from __future__ import annotations

import io
import math
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.contracts import RemoteFile, RemoteFolder
from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.loopback.faults import Fault
from hub.loopback.sftp_server import SftpServer
from hub.transports import sftp, sftp_download, watched_time
from hub.transports.sftp import SftpFolder, SftpLogin, SftpParty
from hub.transports.sftp_wire import BLOCK
from hub.transports.steady_time import steady_ns
from tests.unit.transports.sftp_place import PASSWORD, USERS, files_of, party, said

SMALL = b"%PDF one page"
LARGE = os.urandom(200_001)  # several blocks, the last one short


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    root = tmp_path / "served"
    (root / "out").mkdir(parents=True)
    with SftpServer(root, USERS, slow_s=30) as running:
        yield running


@pytest.fixture
def out(server: SftpServer) -> Path:
    return server.root / "out"


@pytest.fixture
def ours(server: SftpServer) -> Iterator[SftpParty]:
    with party(server) as connected:
        yield connected


@pytest.fixture
def folder(ours: SftpParty) -> SftpFolder:
    return ours.folder("out")


# Handing over


@pytest.mark.parametrize("content", [b"", SMALL, LARGE, b"x" * (3 * 1024 * 1024)], ids=len)
@pytest.mark.parametrize("extensions", [{}, None], ids=["plain", "extended"])
def test_a_file_arrives_whole_and_under_its_name_alone(tmp_path, content, extensions):
    (tmp_path / "out").mkdir()
    with (
        SftpServer(tmp_path, USERS, **({} if extensions is None else {"extensions": extensions})) as server,
        party(server) as ours,
    ):
        ours.folder("/out/").put("k1.pdf", io.BytesIO(content))

    assert files_of(tmp_path / "out") == {"k1.pdf": content}


def test_a_folder_is_what_the_contract_says(folder):
    assert isinstance(folder, RemoteFolder)


def test_a_hundred_files_share_one_connection(server, ours, out):
    for number in range(100):
        ours.folder("out").put(f"{number}.pdf", SMALL)

    assert (server.connections, len(files_of(out))) == (1, 100)


def test_requests_are_not_held_back_by_the_system(ours, folder):
    folder.put("k1.pdf", SMALL)
    assert ours._connection is not None

    assert ours._connection._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


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


def test_a_file_that_cannot_be_compared_is_not_called_ours(folder, out, monkeypatch):
    (out / "k1.pdf").mkdir()

    with pytest.raises(RejectedError):
        folder.put("k1.pdf", SMALL)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../k1", "a/b", "a\\b", ".hidden", "k1.part", "a\nb", "a\0b", "a" * 201, "a\udce9", "~x", "c:"],
)
def test_a_name_that_is_none_is_refused_before_anything_is_opened(server, folder, name):
    with pytest.raises(RejectedError):
        folder.put(name, SMALL)

    assert server.connections == 0


# Going on with what was interrupted


@pytest.mark.parametrize(
    "begun",
    [LARGE[:40_000], LARGE[:-1], LARGE, b"", b"other" * 9_000, LARGE[:70_000] + b"damaged", LARGE + b"more"],
    ids=["prefix", "nearly", "whole", "empty", "other", "damaged", "longer"],
)
def test_what_was_begun_goes_on_where_it_agrees(folder, out, begun):
    (out / "k1.pdf.part").write_bytes(begun)

    folder.put("k1.pdf", LARGE)

    assert files_of(out) == {"k1.pdf": LARGE}


def test_an_upload_that_was_cut_goes_on_and_does_not_begin_anew(server, folder, out):
    blocks_before = 3
    server.slow_s = 0  # no fault for the first blocks
    server.faults.order("write", Fault.SLOW, blocks_before)
    server.faults.order("write", Fault.RESET_AFTER_ACCEPT)
    with pytest.raises(TransientError, match="nothing was handed over"):
        folder.put("k1.pdf", LARGE)
    assert list(files_of(out)) == ["k1.pdf.part"]
    begun = (out / "k1.pdf.part").stat().st_size
    assert 0 < begun < len(LARGE)
    server.faults.order("write", Fault.SLOW, math.ceil((len(LARGE) - begun) / BLOCK))
    server.faults.order("write", Fault.DISK_FULL)  # for one block more than is left

    folder.put("k1.pdf", LARGE)

    assert files_of(out) == {"k1.pdf": LARGE}


# What goes wrong


@pytest.mark.parametrize(
    ("target", "fault", "error", "handed_over"),
    [
        ("write", Fault.REFUSE, ConfigurationError, False),
        ("write", Fault.DISK_FULL, TransientError, False),
        ("write", Fault.DAMAGE, TransientError, False),
        ("write", Fault.RESET_AFTER_ACCEPT, TransientError, False),
        ("rename", Fault.REFUSE, ConfigurationError, False),
        ("rename", Fault.RESET_BEFORE_READING, OutcomeUnknownError, False),
        ("rename", Fault.RESET_AFTER_ACCEPT, OutcomeUnknownError, True),
        ("login", Fault.REFUSE, ConfigurationError, False),
        ("login", Fault.RESET_BEFORE_READING, TransientError, False),
        ("host_key", Fault.OTHER_KEY, ConfigurationError, False),
    ],
)
def test_each_failure_says_whether_the_file_was_handed_over_and_the_next_call_mends_it(
    server, folder, out, target, fault, error, handed_over
):
    server.faults.order(target, fault)

    with pytest.raises(error) as raised:
        folder.put("k1.pdf", LARGE)
    assert ("k1.pdf" in files_of(out)) is handed_over
    assert PASSWORD not in str(raised.value)

    folder.put("k1.pdf", LARGE)
    assert files_of(out) == {"k1.pdf": LARGE}


def test_a_refusal_does_not_cost_the_connection(server, folder):
    server.faults.order("write", Fault.DISK_FULL)
    with pytest.raises(TransientError):
        folder.put("k1.pdf", LARGE)
    folder.put("k2.pdf", LARGE)

    assert server.connections == 1


def test_a_rename_that_works_by_no_other_way_is_done_by_the_extension(server, folder, out):
    server.faults.order("rename", Fault.ERROR)

    folder.put("k1.pdf", SMALL)

    assert files_of(out) == {"k1.pdf": SMALL}


def test_a_temporary_file_that_somebody_takes_may_have_been_handed_over(folder, out, monkeypatch):
    named = sftp.Upload._name

    def taken(upload, connection):
        (out / "k1.pdf.part").unlink()
        named(upload, connection)

    monkeypatch.setattr(sftp.Upload, "_name", taken)

    with pytest.raises(OutcomeUnknownError, match="taken away"):
        folder.put("k1.pdf", SMALL)


@pytest.mark.parametrize(
    ("there", "error"), [(SMALL, None), (b"other", RejectedError)], ids=["the same file", "another file"]
)
def test_one_who_takes_the_name_meanwhile_is_not_written_over(folder, out, monkeypatch, there, error):
    named = sftp.Upload._name

    def taken(upload, connection):
        (out / "k1.pdf").write_bytes(there)
        named(upload, connection)

    monkeypatch.setattr(sftp.Upload, "_name", taken)

    if error is None:
        folder.put("k1.pdf", SMALL)
    else:
        with pytest.raises(error):
            folder.put("k1.pdf", SMALL)
    assert (out / "k1.pdf").read_bytes() == there


def test_a_folder_that_is_not_there_is_a_setting_to_mend(ours):
    with pytest.raises(ConfigurationError, match="look at its path"):
        ours.folder("nowhere").put("k1.pdf", SMALL)
    with pytest.raises(ConfigurationError, match="look at its path"):
        ours.folder("nowhere").waiting()


def test_nobody_listening_means_that_nothing_was_sent(server):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    nobody = SftpParty("127.0.0.1", SftpLogin("hub", said("x")), [server.fingerprint], port=port)

    with pytest.raises(TransientError, match="nothing was sent"):
        nobody.folder("out").put("k1.pdf", SMALL)


def test_one_who_accepts_and_says_nothing_is_left_when_the_time_is_up(server):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mute = SftpParty(
            "127.0.0.1", SftpLogin("hub", said("x")), [server.fingerprint], port=silent.getsockname()[1], timeout_s=0.2
        )
        began_s = time.monotonic()
        with pytest.raises(TransientError, match="its time was up"):
            mute.folder("out").put("k1.pdf", SMALL)
        assert time.monotonic() - began_s < 5


@pytest.mark.parametrize(
    ("target", "fault", "error"),
    [
        ("write", Fault.SLOW, TransientError),
        ("rename", Fault.SLOW, OutcomeUnknownError),
        ("rename", Fault.TIME_OUT_AFTER_ACCEPT, OutcomeUnknownError),
    ],
)
def test_a_slow_answer_ends_when_the_time_is_up(server, target, fault, error):
    server.faults.order(target, fault)

    with party(server) as ours:
        ours.folder("out").waiting()  # connecting takes as long as it takes
        ours._timeout_s = 0.2
        with pytest.raises(error, match="its time was up"):
            ours.folder("out").put("k1.pdf", SMALL)
    server.closing.set()  # ends its slowness


def test_one_who_wakes_up_when_its_time_is_up_does_not_name_the_file(folder, out, monkeypatch):
    compared = sftp.Upload._compare_digest

    def frozen(upload, wire):
        compared(upload, wire)
        monkeypatch.setattr(watched_time, "steady_ns", lambda: 2**63)

    monkeypatch.setattr(sftp.Upload, "_compare_digest", frozen)

    with pytest.raises(TransientError, match="nothing was handed over"):
        folder.put("k1.pdf", SMALL)
    assert list(files_of(out)) == ["k1.pdf.part"]


def test_a_look_up_that_takes_longer_than_the_call_may_hands_nothing_over(server, ours, out, monkeypatch):
    folder = ours.folder("out")
    opened = ours._opened

    def late():
        connection = opened()
        monkeypatch.setattr(sftp, "steady_ns", lambda: steady_ns() + ours.longest_call_s(0) * 10**9)
        return connection

    monkeypatch.setattr(ours, "_opened", late)

    with pytest.raises(TransientError, match="nothing was handed over"):
        folder.put("k1.pdf", SMALL)
    assert files_of(out) == {}


def test_a_connection_that_the_other_side_has_closed_is_opened_anew(server, ours, folder):
    folder.put("k1.pdf", SMALL)
    assert ours._connection is not None
    server.hang_up()
    ours._connection._transport.join(10)

    folder.put("k2.pdf", SMALL)

    assert server.connections == 2


def test_an_unused_connection_is_not_kept(server):
    with party(server, kept_for_s=0.05) as ours:
        ours.folder("out").waiting()
        assert ours._connection is not None
        ours._connection._transport.join(10)
        assert not ours._connection.is_open
        ours.folder("out").waiting()

    assert server.connections == 2


def test_closing_leaves_no_thread_behind(server, ours):
    before = threading.active_count()
    with party(server) as other:
        other.folder("out").waiting()
    server.hang_up()

    left = [thread.name for thread in threading.enumerate() if thread.name == "sftp watch"]
    assert left == []
    assert threading.active_count() <= before + 1  # the server's, which ends by itself


# Fetching


@pytest.fixture
def inbox(folder, monkeypatch) -> SftpFolder:
    """The same folder, with a clock that goes on eleven seconds with each look."""
    now = iter(range(0, 10**15, 11 * 10**9))
    monkeypatch.setattr(sftp_download, "steady_ns", lambda: next(now))
    return folder


def test_a_file_is_listed_when_it_has_come_to_rest(inbox, out):
    (out / "a.txt").write_bytes(SMALL)
    assert inbox.waiting() == []
    (out / "b.txt").write_bytes(SMALL)
    assert [file.name for file in inbox.waiting()] == ["a.txt"]
    with (out / "a.txt").open("ab") as growing:
        growing.write(b"more")

    assert [file.name for file in inbox.waiting()] == ["b.txt"]
    assert [(file.name, file.size) for file in inbox.waiting()] in (
        [("a.txt", len(SMALL) + 4), ("b.txt", len(SMALL))],
        [("b.txt", len(SMALL)), ("a.txt", len(SMALL) + 4)],
    )


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


@pytest.mark.parametrize("fault", [Fault.RESET_BEFORE_READING])
def test_a_fetch_that_breaks_leaves_nothing_here(server, folder, out, tmp_path, fault):
    (out / "a.txt").write_bytes(LARGE)
    listed = folder.find("a.txt")
    server.faults.order("read", fault)
    (tmp_path / "in").mkdir()

    with pytest.raises(TransientError):
        folder.fetch(listed, tmp_path / "in")
    assert list((tmp_path / "in").iterdir()) == []
    assert folder.fetch(listed, tmp_path / "in").read_bytes() == LARGE


def test_a_file_that_is_too_large_is_refused_before_it_is_fetched(ours, server, tmp_path):
    with pytest.raises(RejectedError, match="larger"):
        SftpFolder(ours, "out", largest=10).fetch(RemoteFile("a.txt", 11), tmp_path)

    assert server.connections == 0


@pytest.mark.parametrize("act", ["fetch", "remove"])
def test_a_name_that_leads_elsewhere_is_not_followed(folder, server, tmp_path, act):
    (server.root / "secret.txt").write_bytes(SMALL)
    elsewhere = RemoteFile("../secret.txt", len(SMALL), int((server.root / "secret.txt").stat().st_mtime))

    with pytest.raises(HubError):
        folder.fetch(elsewhere, tmp_path) if act == "fetch" else folder.remove(elsewhere)
    assert (server.root / "secret.txt").exists()


def test_a_folder_without_end_is_refused(folder, out, monkeypatch):
    monkeypatch.setattr(sftp_download, "MOST_LISTED", 5)
    for number in range(6):
        (out / str(number)).touch()

    with pytest.raises(ConfigurationError, match="more than 5"):
        folder.waiting()
    (out / "0").unlink()
    folder.put("k1.pdf", SMALL)  # the connection can be used on
