"""The tamper seal (*sigill*) of files to Bankgirot: HMAC with SHA-256, cut to 16 bytes, over normalised records.

Source: Bankgirot, HMAC-SHA256-128 tamper protection; checked with the public test key and a published sealed file.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import NamedTuple

from hub.errors import ConfigurationError, FormatError

KEY_DIGITS = 32
KEY_CHECK_TEXT = b"00000000"
_SEAL_BYTES = 16
_KEY = re.compile(rf"[0-9A-Fa-f]{{{KEY_DIGITS}}}")
_LETTERS = {
    0xC9: 0x40, 0xC4: 0x5B, 0xD6: 0x5C, 0xC5: 0x5D, 0xDC: 0x5E,
    0xE9: 0x60, 0xE4: 0x7B, 0xF6: 0x7C, 0xE5: 0x7D, 0xFC: 0x7E,
}  # fmt: skip
"""É Ä Ö Å Ü, large and small, of latin-1."""
_OTHER = 0xC3
NORMAL = bytes(byte if 0x20 <= byte <= 0x7E else _LETTERS.get(byte, _OTHER) for byte in range(256))


def key_of(digits: str) -> bytes:
    """Return the key of 32 hexadecimal digits. Raises ConfigurationError, which never repeats them."""
    if not _KEY.fullmatch(digits.strip()):
        raise ConfigurationError("the seal key is not 32 hexadecimal digits", hint="write it as Bankgirot gives it")
    return bytes.fromhex(digits.strip())


def key_check_value(key: bytes) -> str:
    """Return what tells which key was used without giving it away (*KVV*).

    >>> key_check_value(bytes.fromhex("1234567890ABCDEF1234567890ABCDEF"))
    'FF365893D899291C3BF505FB3175E880'
    """
    return _hex(hmac.new(key, KEY_CHECK_TEXT, hashlib.sha256))


class Sealing:
    """A seal in the making: takes the records one by one, without their line ends."""

    def __init__(self, key: bytes) -> None:
        self._mac = hmac.new(key, digestmod=hashlib.sha256)
        self.key_check = key_check_value(key)

    def add(self, record: bytes) -> None:
        """Take a record, from 00 up to but not with 99."""
        self._mac.update(record.translate(NORMAL))

    @property
    def mac(self) -> str:
        """The seal value (*MAC*) of what was taken."""
        return _hex(self._mac)


class StatedSeal(NamedTuple):
    """What record 99 says."""

    key_check: str
    mac: str
    line: int


def check(stated: StatedSeal, sealing: Sealing) -> None:
    """Compare a file's seal with one made of its records.

    Raises:
        FormatError: `SEAL_KEY` when it was sealed with another key, `SEAL_DIFFERS` when the records were changed.
    """
    if not _is_same(stated.key_check, sealing.key_check):
        message = "the file was sealed with another key; ask which key is in use"
        raise FormatError(message, code="SEAL_KEY", line=stated.line, record="99", field="key_check")
    if not _is_same(stated.mac, sealing.mac):
        message = "the seal does not verify: the file was changed after it was sealed; make or fetch it again"
        raise FormatError(message, code="SEAL_DIFFERS", line=stated.line, record="99", field="mac")


def _is_same(stated: str, made: str) -> bool:
    return hmac.compare_digest(stated.upper().encode("utf-8"), made.encode("ascii"))


def _hex(mac: hmac.HMAC) -> str:
    return mac.digest()[:_SEAL_BYTES].hex().upper()
