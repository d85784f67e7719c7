"""What a plugin implements to look into files that hold no payments, or more than payments, for `hub inspect`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import BinaryIO, NamedTuple, Protocol, runtime_checkable

from hub.errors import FormatError
from hub.model.payment_file import Warned
from hub.texts import said_by_others


class FileSeal(StrEnum):
    """Whether a file is as it was when it was sealed."""

    NONE = "none"  # it is not sealed
    UNCHECKED = "unchecked"  # it is, and no key was given
    OK = "ok"
    BAD = "bad"


@said_by_others
class FileDescription(NamedTuple):
    """What a file is and what stands in it, record by record. Amounts are whole öre."""

    format: str
    direction: str  # `to_bank` or `from_bank`
    records: Mapping[str, int]  # how many, by record code
    sum_ore: Mapping[str, int]  # sums of amounts, by record code; codes without amounts left out
    layout: str = ""  # `new` or `old`, where the format has had both
    seal: FileSeal = FileSeal.NONE
    errors: Sequence[FormatError] = ()  # why it is not whole, or not true in itself
    warnings: Sequence[Warned] = ()


@runtime_checkable
class FileDescriber(Protocol):
    """Says what stands in files of one family of formats, whole or not."""

    @property
    def name(self) -> str:
        """What people call the family, such as `Bankgirot`."""
        ...

    def recognises(self, head: bytes) -> bool:
        """Say whether a file that begins with `head` (at most 64 KiB) is of the family; never raises."""
        ...

    def describe(self, stream: BinaryIO, *, seal_key: str = "", strict: bool = False) -> FileDescription:
        """Describe a file from its beginning; the stream can be read more than once. Of broken files what can be told.

        `seal_key` is the key of its seal as the format writes it; `strict` refuses what can be read although damaged.

        Raises:
            ConfigurationError: the key is none.
        """
        ...
