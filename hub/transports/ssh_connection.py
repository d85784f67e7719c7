"""One SSH connection to a machine that proves who it is; whatever fails here fails before anything is sent."""

from __future__ import annotations

import io
import logging
import socket
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

import paramiko

from hub.errors import ConfigurationError, HubError, TransientError
from hub.transports.host_keys import PinnedKeys
from hub.transports.sftp_packets import WireError
from hub.transports.sftp_wire import Sftp
from hub.transports.steady_time import steady_ns
from hub.transports.timed_calls import connected
from hub.transports.watched_time import Watch

CONNECT_TIMEOUT_S = 10.0  # the TCP connection, the keys and the login together
BROKEN = (paramiko.SSHException, WireError, OSError, EOFError)
_KEY_KINDS: Sequence[type[paramiko.PKey]] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
# The library logs every connection that breaks; where nobody has asked for logs that must not end on the screen.
logging.getLogger("paramiko").addHandler(logging.NullHandler())


class SftpLogin(NamedTuple):
    """Whom we log in as; each secret is fetched when it is needed and kept nowhere, as `context.secret` gives it."""

    user: str
    password: Callable[[], str] | None = None
    private_key: Callable[[], str] | None = None  # its text, as OpenSSH or PEM writes it
    passphrase: Callable[[], str] | None = None  # of the private key


class SshConnection:
    """Open until it is closed, or its time is up; `sftp` is what goes over it."""

    def __init__(
        self, host: str, port: int, login: SftpLogin, pinned: PinnedKeys, *, timeout_s: float, kept_for_s: float
    ) -> None:
        """Connect, compare the host key, log in.

        Raises:
            TransientError: there is no connection.
            ConfigurationError: the host key is not pinned, or we are not let in.
        """
        self.is_naming = False  # whether a rename has been sent and not been answered
        longest_s = min(CONNECT_TIMEOUT_S, timeout_s)
        ends_ns = steady_ns() + round(longest_s * 1_000_000_000)
        try:
            self._socket = connected(host, port, longest_s)  # with TCP_NODELAY: requests are small and many
        except (OSError, UnicodeError):
            raise TransientError(f"{host}:{port} cannot be reached: nothing was sent") from None
        self.watch = Watch(self._socket, first_ends_ns=ends_ns, kept_for_s=kept_for_s)
        # Whose settings have changed is not told that it is over: what it leaves open is hung up with it.
        self._hanging_up = weakref.finalize(self, _hang_up, self.watch, self._socket)
        try:
            self._transport = paramiko.Transport(self._socket)
            self._open(f"{host}:{port}", login, pinned, longest_s)
        except BaseException as error:
            self.close()
            if isinstance(error, HubError) or not isinstance(error, Exception):
                raise
            # The library raises ValueError and others for what is no SSH, or was damaged on its way.
            is_late = self.watch.is_over or steady_ns() >= ends_ns  # the library may notice it before the watch does
            why = "its time was up" if is_late else type(error).__name__
            raise TransientError(f"{host}:{port} broke off before anything was sent ({why})") from None

    @property
    def is_open(self) -> bool:
        """Whether anything can be asked over it, as far as we know."""
        return self._transport.is_active() and not self.watch.is_over

    def close(self) -> None:
        """Close all of it, without waiting for the other side."""
        self._hanging_up()
        if hasattr(self, "_transport"):
            self._transport.close()
            if self._transport.ident is not None:
                self._transport.join(CONNECT_TIMEOUT_S)
        self._socket.close()

    def _open(self, place: str, login: SftpLogin, pinned: PinnedKeys, longest_s: float) -> None:
        transport = self._transport
        options = transport.get_security_options()
        options.key_types = tuple(pinned.algorithms(options.key_types))
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = longest_s
        try:
            transport.start_client(timeout=longest_s)
        except paramiko.ssh_exception.IncompatiblePeer:
            hint = "ask the other side for a newer SSH server"
            raise ConfigurationError(f"{place} and we have no safe algorithm in common", hint=hint) from None
        shown = transport.get_remote_server_key()
        pinned.require(place, shown.get_name(), shown.asbytes())
        _log_in(transport, place, login)
        channel = transport.open_session(timeout=longest_s)
        channel.invoke_subsystem("sftp")
        self.sftp = Sftp(channel, self.watch.refuse_when_over)


def _hang_up(watch: Watch, opened: socket.socket) -> None:
    """Let the watch and the library's thread end by themselves; any thread may do it that finds garbage."""
    watch.close()
    with suppress(OSError):  # it has ended by itself
        opened.shutdown(socket.SHUT_RDWR)


def _log_in(transport: paramiko.Transport, place: str, login: SftpLogin) -> None:
    """Log in by the key, the password, or the one and then the other where the host wants both."""
    still_wanted: Sequence[str] = ("password",)
    try:
        if login.private_key is not None:
            still_wanted = transport.auth_publickey(login.user, _private_key(login))
        if still_wanted and login.password is not None:
            still_wanted = transport.auth_password(login.user, login.password())
    except paramiko.AuthenticationException:
        if not transport.is_active():
            raise  # it hung up, which may have other reasons than us
    if not transport.is_authenticated():
        raise ConfigurationError(
            f"{place} does not let us in: nothing was sent",
            hint="look at the user and the password or key in the settings, and ask whether the account is open",
        )


def _private_key(login: SftpLogin) -> paramiko.PKey:
    """Return the key; nothing of its text reaches a message."""
    assert login.private_key is not None
    text = login.private_key()
    passphrase = login.passphrase() if login.passphrase is not None else None
    for kind in _KEY_KINDS:
        try:
            return kind.from_private_key(io.StringIO(text), passphrase)
        except paramiko.PasswordRequiredException:
            raise ConfigurationError("the private key has a passphrase", hint="name its secret too") from None
        except (paramiko.SSHException, ValueError, TypeError, IndexError):
            continue
    raise ConfigurationError(
        "the private key cannot be read, or its passphrase is wrong",
        hint="give the private part of an ed25519, ecdsa or rsa key, as ssh-keygen writes it",
    )
