"""A file is handed over whole, once, to the right machine; whatever breaks says whether it was handed over."""

from __future__ import annotations

import gc
import io
import math
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.contracts import RemoteFile
from hub.errors import ConfigurationError, OutcomeUnknownError, RejectedError, TransientError
from hub.loopback.faults import Fault
from hub.loopback.sftp_server import SftpServer
from hub.transports import sftp, sftp_download, sftp_wire, watched_time
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


def test_a_hundred_files_share_one_connection(server, ours, out):
    for number in range(100):
        ours.folder("out").put(f"{number}.pdf", SMALL)

    assert (server.connections, len(files_of(out))) == (1, 100)


def test_requests_are_not_held_back_by_the_system(ours, folder):
    folder.put("k1.pdf", SMALL)
    assert ours._connection is not None

    assert ours._connection._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../k1", "a/b", "a\\b", ".hidden", "k1.part", "a\nb", "a\0b", "a" * 201, "a\udce9", "~x", "c:"],
)
def test_a_name_that_is_none_is_refused_before_anything_is_opened(server, folder, name):
    with pytest.raises(RejectedError):
        folder.put(name, SMALL)

    assert server.connections == 0


# Going on with what was interrupted


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


def test_what_another_one_of_us_writes_at_the_same_time_is_not_cut_off(server, folder, out):
    """Else its last block would leave a gap where its first ones were, and a file with a gap has the right size."""
    (out / "k1.pdf.part").write_bytes(bytes(BLOCK) + LARGE[BLOCK:])  # its first block is still on its way
    server.faults.order("write", Fault.DISK_FULL, math.ceil(len(LARGE) / BLOCK))

    with pytest.raises(TransientError):
        folder.put("k1.pdf", LARGE)

    assert (out / "k1.pdf.part").read_bytes() == bytes(BLOCK) + LARGE[BLOCK:]


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


@pytest.mark.parametrize(
    ("there", "error"), [(SMALL, None), (None, OutcomeUnknownError)], ids=["it is named", "somebody took it"]
)
def test_another_one_of_us_who_is_faster_by_the_other_rename_is_seen(server, folder, out, monkeypatch, there, error):
    server.faults.order("rename", Fault.ERROR)
    real = sftp_wire.Sftp.posix_rename

    def late(wire, old, new):
        (out / "k1.pdf.part").unlink()
        if there is not None:
            (out / "k1.pdf").write_bytes(there)
        real(wire, old, new)

    monkeypatch.setattr(sftp_wire.Sftp, "posix_rename", late)

    if error is None:
        folder.put("k1.pdf", SMALL)
    else:
        with pytest.raises(error):
            folder.put("k1.pdf", SMALL)


@pytest.mark.parametrize("act", ["fetch", "remove"])
def test_a_file_that_another_one_of_us_takes_meanwhile_stops_nothing(folder, out, tmp_path, monkeypatch, act):
    (out / "a.txt").write_bytes(SMALL)
    listed = folder.find("a.txt")
    assert listed is not None
    same = sftp_download._require_same

    def taken(*given):
        same(*given)
        (out / "a.txt").unlink()

    monkeypatch.setattr(sftp_download, "_require_same", taken)

    if act == "remove":
        folder.remove(listed)
    else:
        with pytest.raises(TransientError, match="has changed"):
            folder.fetch(listed, tmp_path)


@pytest.mark.parametrize("path", ["", ".", "/", "//"])
def test_the_folder_that_an_account_begins_in_needs_no_name(server, ours, path):
    ours.folder(path).put("k1.pdf", SMALL)

    assert (server.root / "k1.pdf").read_bytes() == SMALL


@pytest.mark.parametrize(("path", "place"), [("", "./a"), (".", "./a"), ("/", "/a"), ("/out/", "/out/a"), ("o", "o/a")])
def test_a_path_begins_at_the_root_only_with_a_slash(ours, path, place):
    """Two slashes at the beginning name another machine to some servers."""
    assert sftp_download.path_of(ours.folder(path)._path, "a") == place


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
    before = set(threading.enumerate())
    with party(server) as other:
        other.folder("out").waiting()
    server.hang_up()

    for thread in set(threading.enumerate()) - before:
        thread.join(5)  # each ends by itself
        assert not thread.is_alive()


def test_a_party_that_is_not_needed_any_more_hangs_up_and_leaves_no_thread_behind(server):
    before = set(threading.enumerate())
    other = party(server)
    other.folder("out").waiting()
    begun = set(threading.enumerate()) - before
    del other
    gc.collect()

    assert {thread.name for thread in begun} > {"connection watch"}  # the library's, and the server's, that hears it
    for thread in begun:
        thread.join(5)
        assert not thread.is_alive()


# Fetching


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
