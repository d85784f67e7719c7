"""Nothing is said to a machine that does not show a pinned key, and no secret reaches a message."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from hub.errors import ConfigurationError, TransientError
from hub.loopback.sftp_server import SftpServer, SftpUser
from hub.transports.sftp import SftpLogin, SftpParty
from tests.unit.transports.sftp_place import PASSWORD, USERS, party, said

PASSPHRASE = "of the private key"
KINDS = {
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ecdsa": lambda: ec.generate_private_key(ec.SECP256R1()),
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    with SftpServer(tmp_path, USERS) as running:
        yield running


def key_pair(kind: str, passphrase: str = "") -> tuple[str, str]:
    key = KINDS[kind]()
    quickly = PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(1)  # sixteen are usual, and slow on purpose
    hidden = quickly.build(passphrase.encode()) if passphrase else NoEncryption()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, hidden).decode()
    return private, key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def is_let_in(place: SftpParty) -> bool:
    with place:
        return list(place.folder("/").waiting()) == []


def pins(server: SftpServer) -> list[str]:
    kind, base64 = server.host_key.get_name(), server.host_key.get_base64()
    return [
        server.fingerprint,
        f"{server.fingerprint}=",
        f"{kind} {server.fingerprint}",
        server.known_hosts_line,
        f"{server.known_hosts_line} a remark",
        f"{kind} {base64}",
    ]


def test_a_pinned_key_is_taken_in_each_of_its_forms(server):
    assert all(is_let_in(party(server, host_keys=[pin])) for pin in pins(server))


def test_one_of_several_pinned_keys_is_enough(server):
    other = paramiko.ECDSAKey.generate()

    assert is_let_in(party(server, host_keys=[other.fingerprint, server.fingerprint]))


@pytest.mark.parametrize(("pinned", "says"), [(0, "no host key is pinned"), (1, "has changed its key")])
def test_another_key_is_refused_and_shown_and_nothing_is_sent(server, pinned, says):
    secrets_asked_for = []
    login = SftpLogin("hub", lambda: secrets_asked_for.append(1) or PASSWORD)
    keys = [paramiko.ECDSAKey.generate().fingerprint][:pinned]

    with pytest.raises(ConfigurationError, match=says) as raised, party(server, login, host_keys=keys) as ours:
        ours.folder("/").waiting()

    assert server.fingerprint in str(raised.value)
    assert "write that one in the settings" in str(raised.value)
    assert secrets_asked_for == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48",
        "SHA256:short",
        "host.example ssh-ed25519",
        "host.example ssh-ed25519 not-base64!",
        "host.example ssh-ed25519 AAAAB3NzaC1yc2EAAAADAQABAAAA",
        "@cert-authority *.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA",
        "@revoked host.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA",
    ],
)
def test_a_pin_that_is_none_is_refused_before_anything_is_opened(server, text):
    with pytest.raises(ConfigurationError, match="pinned host key"):
        party(server, host_keys=[text])
    assert server.connections == 0


def test_the_kind_of_key_that_is_pinned_is_the_one_that_is_asked_for(tmp_path):
    rsa_key = paramiko.RSAKey.from_private_key(io.StringIO(key_pair("rsa")[0]))
    with SftpServer(tmp_path, USERS) as server:
        serve = server._serve

        def with_both(opened):
            transport_class = paramiko.Transport
            made = transport_class.add_server_key

            def add_two(transport, key):
                made(transport, key)
                made(transport, rsa_key)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(transport_class, "add_server_key", add_two)
                serve(opened)

        server._serve = with_both
        for key in (server.host_key, rsa_key):
            pin = f"{key.get_name()} {key.fingerprint}"
            assert is_let_in(party(server, host_keys=[pin]))


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_a_private_key_opens_the_account(tmp_path, kind, passphrase):
    private, public = key_pair(kind, passphrase)
    login = SftpLogin("hub", private_key=said(private), passphrase=said(passphrase) if passphrase else None)

    with SftpServer(tmp_path, {"hub": SftpUser(public_key=public)}) as server:
        assert is_let_in(party(server, login))


def test_a_host_may_want_both_the_key_and_the_password(tmp_path):
    private, public = key_pair("ed25519")
    with SftpServer(tmp_path, {"hub": SftpUser(PASSWORD, public)}) as server:
        assert is_let_in(party(server, SftpLogin("hub", said(PASSWORD), said(private))))
        with pytest.raises(ConfigurationError, match="does not let us in"):
            is_let_in(party(server, SftpLogin("hub", None, said(private))))


@pytest.mark.parametrize(
    "login",
    [
        SftpLogin("hub", said("wrong-secret")),
        SftpLogin("nobody", said("wrong-secret")),
        SftpLogin("hub", private_key=said(key_pair("ed25519")[0])),
        SftpLogin("hub", private_key=said(key_pair("ed25519", PASSPHRASE)[0])),
        SftpLogin("hub", private_key=said(key_pair("ed25519", PASSPHRASE)[0]), passphrase=said("wrong-secret")),
        SftpLogin("hub", private_key=said("wrong-secret")),
    ],
    ids=["password", "user", "key", "no passphrase", "wrong passphrase", "no key"],
)
def test_a_wrong_secret_is_a_setting_to_mend_and_is_not_repeated(server, login):
    with pytest.raises(ConfigurationError) as raised:
        is_let_in(party(server, login))

    assert "wrong-secret" not in str(raised.value)
    assert "PRIVATE" not in str(raised.value)


def test_without_any_secret_nothing_is_tried(server):
    with pytest.raises(ConfigurationError, match="neither a password nor"):
        party(server, SftpLogin("hub"))


def damaged(upstream: int, at: int, listening: socket.socket) -> None:
    """Pass one connection on, with another byte at one place of what the server says."""
    ours, _ = listening.accept()
    with ours, socket.create_connection(("127.0.0.1", upstream)) as theirs:
        said = theirs.recv(4096)  # its name
        ours.sendall(said)
        theirs.sendall(ours.recv(4096))
        offers = bytearray(theirs.recv(4096))  # its algorithms
        offers[at] = 0xFF
        ours.sendall(offers)
        ours.recv(4096)


@pytest.mark.parametrize("at", [5, 22, 30, 100, 300])
def test_what_is_damaged_on_its_way_is_tried_again_and_is_no_error_of_the_library(server, at):
    """Of 400 connections with single bytes damaged a third ended in UnicodeDecodeError."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        passing_on = threading.Thread(target=damaged, args=(server.port, at, listening))
        passing_on.start()
        port = listening.getsockname()[1]
        place = SftpParty("127.0.0.1", SftpLogin("hub", said(PASSWORD)), [server.fingerprint], port=port, timeout_s=5)
        with pytest.raises(TransientError, match="before anything was sent"):
            is_let_in(place)
        passing_on.join()
