"""A folder of this machine says as surely as one by SFTP whether a file was handed over, whatever fails."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from hub.errors import ConfigurationError, OutcomeUnknownError, RejectedError, TransientError
from hub.transports.local_folder import LocalFolder
from tests.unit.transports.sftp_place import files_of

CONTENT = b"%PDF one page" * 50_000


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def folder(out: Path) -> LocalFolder:
    return LocalFolder(out)


def failing(monkeypatch, owner, name, number, *, times=1):
    """Let a call of the system fail so often, and then work."""
    real = getattr(owner, name)
    left = [times]

    def call(*given, **named):
        if left[0]:
            left[0] -= 1
            raise OSError(number, os.strerror(number))
        return real(*given, **named)

    monkeypatch.setattr(owner, name, call)


@pytest.mark.parametrize(
    ("call", "number", "error"),
    [
        ("open", errno.EACCES, ConfigurationError),
        ("open", errno.EROFS, ConfigurationError),
        ("open", errno.ENOENT, ConfigurationError),
        ("open", errno.ESTALE, TransientError),
        ("fsync", errno.ENOSPC, TransientError),
        ("fsync", errno.EDQUOT, TransientError),
        ("fsync", errno.EIO, TransientError),
        ("link", errno.ENOSPC, TransientError),
        ("link", errno.EACCES, ConfigurationError),
        ("link", errno.EIO, OutcomeUnknownError),
        ("link", errno.ESTALE, OutcomeUnknownError),
        ("link", errno.ETIMEDOUT, OutcomeUnknownError),
        ("link", errno.ENOENT, OutcomeUnknownError),
    ],
)
def test_each_failure_says_whether_the_file_was_handed_over_and_the_next_call_mends_it(
    folder, out, monkeypatch, call, number, error
):
    with monkeypatch.context() as broken:
        failing(broken, os, call, number, times=2 if call == "open" and number == errno.ENOENT else 1)
        with pytest.raises(error):
            folder.put("k1.pdf", CONTENT)
    assert "k1.pdf" not in files_of(out)

    folder.put("k1.pdf", CONTENT)
    assert files_of(out) == {"k1.pdf": CONTENT}


def test_a_full_disk_hands_nothing_over_and_leaves_an_unfinished_name_at_most(folder, out, monkeypatch):
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))  # the system itself refuses to write on
    try:
        with pytest.raises(TransientError, match="nothing was handed over"):
            folder.put("k1.pdf", CONTENT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert set(files_of(out)) <= {"k1.pdf.part"}


def test_the_file_and_its_name_are_put_on_the_disk(folder, out, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda at: (synced.append(os.readlink(f"/proc/self/fd/{at}")), real(at)))

    folder.put("k1.pdf", CONTENT)

    assert synced == [str(out / "k1.pdf.part"), str(out)]


def test_a_folder_that_cannot_be_put_on_the_disk_leaves_it_unknown(folder, out, monkeypatch):
    real = os.fsync

    def broken(at):
        if os.readlink(f"/proc/self/fd/{at}") == str(out):
            raise OSError(errno.EIO, "broken disk")
        real(at)

    monkeypatch.setattr(os, "fsync", broken)

    with pytest.raises(OutcomeUnknownError, match="may not be on the disk"):
        folder.put("k1.pdf", CONTENT)


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK])
def test_where_there_are_no_links_the_file_is_renamed_when_nothing_has_its_name(folder, out, monkeypatch, number):
    failing(monkeypatch, os, "link", number)

    folder.put("k1.pdf", CONTENT)

    assert files_of(out) == {"k1.pdf": CONTENT}


def test_where_there_are_no_links_another_file_is_not_renamed_over(folder, out, monkeypatch):
    def taken(_old, new):
        Path(new).write_bytes(b"another")
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", taken)

    with pytest.raises(RejectedError, match="another file"):
        folder.put("k1.pdf", CONTENT)
    assert (out / "k1.pdf").read_bytes() == b"another"


@pytest.mark.parametrize(
    ("there", "error"), [(CONTENT, None), (b"other", RejectedError)], ids=["the same file", "another file"]
)
def test_one_who_takes_the_name_meanwhile_is_not_written_over(folder, out, monkeypatch, there, error):
    real = os.link

    def late(old, new):
        Path(new).write_bytes(there)
        real(old, new)

    monkeypatch.setattr(os, "link", late)

    if error is None:
        folder.put("k1.pdf", CONTENT)
    else:
        with pytest.raises(error):
            folder.put("k1.pdf", CONTENT)
    assert (out / "k1.pdf").read_bytes() == there


def test_what_another_one_of_us_writes_at_the_same_time_is_not_cut_off(folder, out, monkeypatch):
    """Else its last block would leave a gap where its first ones were, and a file with a gap has the right size."""
    (out / "k1.pdf.part").write_bytes(CONTENT)
    failing(monkeypatch, os, "fsync", errno.EIO)

    with pytest.raises(TransientError):
        folder.put("k1.pdf", CONTENT)

    assert (out / "k1.pdf.part").read_bytes() == CONTENT


def test_a_temporary_name_that_is_a_link_is_not_written_through(folder, out, tmp_path):
    (tmp_path / "secret").write_bytes(b"s")
    (out / "k1.pdf.part").symlink_to(tmp_path / "secret")

    with pytest.raises(ConfigurationError):
        folder.put("k1.pdf", CONTENT)
    assert (tmp_path / "secret").read_bytes() == b"s"


def test_letters_are_not_for_everybody_on_the_machine(folder, out):
    folder.put("k1.pdf", CONTENT)

    assert (out / "k1.pdf").stat().st_mode & 0o007 == 0


def test_an_error_names_the_folder_and_no_file(folder, out):
    out.rmdir()

    with pytest.raises(ConfigurationError, match="mount what it lies in") as raised:
        folder.put("199001010000.pdf", CONTENT)
    assert "199001010000" not in str(raised.value)
