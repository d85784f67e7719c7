"""Host keys that the settings name: a machine that shows another key is not spoken to."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple

from hub.errors import ConfigurationError

_FINGERPRINT = re.compile(r"(?:(?P<kind>[a-z][a-z0-9@.-]+) +)?SHA256:(?P<digest>[A-Za-z0-9+/]{43})=?")
_KIND = re.compile(r"(ssh|ecdsa|sk)-[a-z0-9@.-]+")
_RSA = ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")  # one kind of key, which signs in several ways
_HINT = 'write "SHA256:…", as `ssh-keygen -lf` prints it, or a line of a known_hosts file'


class PinnedKey(NamedTuple):
    """One key; `kind` is blank when its fingerprint alone is known."""

    kind: str
    fingerprint: str


class PinnedKeys:
    """The keys that one host may show."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Take fingerprints, `ssh-ed25519 SHA256:…`, known-hosts lines and public keys.

        Raises:
            ConfigurationError: a text is none of these.
        """
        self._keys = tuple(_parsed(text.strip()) for text in texts)

    def algorithms(self, offered: Sequence[str]) -> Sequence[str]:
        """Return the host-key algorithms to ask for: those of the pinned keys first, where their kinds are known.

        A host has keys of several kinds and shows the kind that is asked for first.
        """
        wanted = {name for key in self._keys for name in (_RSA if key.kind in _RSA else (key.kind,))}
        return sorted(offered, key=lambda name: name not in wanted)  # stable: the library's order within each

    def require(self, host: str, kind: str, blob: bytes) -> None:
        """Let pass only a key that is pinned; `blob` is the public key as it is sent.

        Raises:
            ConfigurationError: it is another one; the message says which was seen.
        """
        seen = fingerprint(blob)
        if seen in {key.fingerprint for key in self._keys}:
            return
        what = "has changed its key, or is another machine" if self._keys else "is not known: no host key is pinned"
        raise ConfigurationError(
            f"{host} {what}: it shows {kind} {seen}; nothing was sent",
            hint="ask the other side which key is right, by another way than this, and write that one in the settings",
        )


def fingerprint(blob: bytes) -> str:
    """Return a public key's fingerprint as OpenSSH writes it."""
    return f"SHA256:{base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip('=')}"


def _parsed(text: str) -> PinnedKey:
    if found := _FINGERPRINT.fullmatch(text):
        return PinnedKey(found["kind"] or "", f"SHA256:{found['digest']}")
    fields = text.split()
    at = next((at for at, field in enumerate(fields[:2]) if _KIND.fullmatch(field)), None)
    if at is None or len(fields) < at + 2:  # lines with @revoked or @cert-authority too: neither pins a key
        raise ConfigurationError("a pinned host key cannot be read", hint=_HINT)
    try:
        blob = base64.b64decode(fields[at + 1], validate=True)
    except ValueError:  # binascii.Error is one, and so is a letter outside ASCII
        raise ConfigurationError("a pinned host key is damaged", hint=_HINT) from None
    kind = fields[at].encode()
    if blob[:4] != len(kind).to_bytes(4) or blob[4 : 4 + len(kind)] != kind:
        raise ConfigurationError("a pinned host key is of another kind than it says", hint=_HINT)
    return PinnedKey(fields[at], fingerprint(blob))
