"""The sandbox's own reading of files to Bankgirot: by the positions of the manual, and nothing of the adapter."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import NamedTuple

_ENGLISH = {"É": "@", "Ä": "[", "Ö": "\\", "Å": "]", "Ü": "^", "é": "`", "ä": "{", "ö": "|", "å": "}", "ü": "~"}


class FileRefused(ValueError):
    """The whole file is sent back; the text says why."""


class Line(NamedTuple):
    """One record of a section, cut by positions from 1."""

    section: str  # the bankgiro of its opening record
    text: str

    @property
    def code(self) -> str:
        return self.text[:2]

    def at(self, first: int, last: int) -> str:
        """Return positions `first` to `last`."""
        return self.text[first - 1 : last]


def lines_of(content: bytes, seal_key: str) -> tuple[str, list[Line]]:
    """Return the day a file was written, as YYYYMMDD, and its records; blank key: seals are not looked at.

    Raises:
        FileRefused: it begins with no opening record, or its seal is missing or wrong.
    """
    texts = [text for text in content.decode("latin-1").replace("\r\n", "\n").split("\n") if text.strip()]
    if seal_key:
        _check_seal(texts, seal_key)
    records = [text.ljust(80) for text in texts if not text.startswith(("00", "99"))]
    if not records or not records[0].startswith("01") or records[0][10:18] != "AUTOGIRO":
        raise FileRefused("the file does not begin with an opening record")
    return max(text[2:10] for text in records if text[:2] == "01"), list(_sections(records))


def _sections(records: list[str]) -> Iterator[Line]:
    bankgiro = ""
    for text in records:
        if text.startswith("01"):
            bankgiro = text[68:78]
        else:
            yield Line(bankgiro, text)


def _check_seal(texts: list[str], seal_key: str) -> None:
    if not texts or texts[0][:2] + texts[0][8:12] != "00HMAC" or not texts[-1].startswith("99"):
        raise FileRefused("the file has no seal")
    key = bytes.fromhex(seal_key)
    sealed = "".join(texts[:-1])
    if texts[-1][8:40] != _mac(key, "00000000"):
        raise FileRefused("the file is sealed with another key")
    if texts[-1][40:72] != _mac(key, sealed):
        raise FileRefused("the seal does not verify")


def _mac(key: bytes, text: str) -> str:
    normal = "".join(_ENGLISH.get(letter, letter) for letter in text)
    plain = bytes(ord(letter) if " " <= letter <= "~" else 0xC3 for letter in normal)
    return hmac.new(key, plain, hashlib.sha256).hexdigest()[:32].upper()
