"""A folder's certificate is kept: who trusts its issuer goes on trusting the server that is begun again."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from hub.loopback import certificate
from hub.loopback.certificate import ServerCertificate, kept_certificate, make_certificate


def contents(kept: ServerCertificate) -> tuple[bytes, bytes]:
    return kept.ca_file.read_bytes(), kept.chain_file.read_bytes()


def test_it_is_made_once_for_a_folder(tmp_path: Path) -> None:
    first = contents(kept_certificate(tmp_path))

    assert contents(kept_certificate(tmp_path)) == first


def test_one_that_has_expired_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as past:
        past.setattr(certificate, "_HOLDS_FOR", timedelta(hours=-1))
        expired = contents(make_certificate(tmp_path))
    renewed = contents(kept_certificate(tmp_path))

    assert renewed[0] != expired[0]
    assert renewed == contents(kept_certificate(tmp_path))


@pytest.mark.parametrize("name", ["ca.pem", "server.pem"])
@pytest.mark.parametrize("harm", ["missing", "cut", "another's"])
def test_files_that_do_not_go_together_are_made_anew(tmp_path: Path, name: str, harm: str) -> None:
    kept_certificate(tmp_path)
    (tmp_path / "other").mkdir()
    make_certificate(tmp_path / "other")
    file = tmp_path / name
    if harm == "missing":
        file.unlink()
    elif harm == "cut":
        os.truncate(file, 100)
    else:
        file.write_bytes((tmp_path / "other" / name).read_bytes())
    before = file.read_bytes() if file.exists() else b""
    renewed = contents(kept_certificate(tmp_path))

    assert file.read_bytes() != before
    assert renewed == contents(kept_certificate(tmp_path))
