"""A sound connection to a bank in memory, and one broken connection for each check of the kit."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import BinaryIO

from hub.contracts import BankConnection
from hub.errors import TransientError
from hub.model.bank_connections import BankFile, Fetched
from hub.testing.conformance import BankPlace

SECRET = "hemligt-ord"
FAULT = "half"
_CALLS = count(1)


class Bank:
    """Files by name, and what goes wrong next."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.was_used = False
        self.goes_wrong = False


class SoundConnection:
    """One instance of many; all that is known lies at the bank."""

    name = "sound"
    channel = ""
    way = "memory"
    endpoint = "memory://bank"

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def fetch(self, cursor: str) -> Fetched:
        return Fetched(tuple(BankFile(self.key_of(name), name) for name in self.bank.files), cursor)

    def key_of(self, name: str) -> str:
        return f"{name}:{digest(self.bank.files[name])}"

    @contextmanager
    def open(self, file: BankFile) -> Iterator[BinaryIO]:
        if self.bank.goes_wrong:
            self.bank.goes_wrong = False
            yield self.when_it_goes_wrong(file)
        else:
            yield io.BytesIO(self.content_of(file.name))

    def content_of(self, name: str) -> bytes:
        return self.bank.files[name]

    def when_it_goes_wrong(self, file: BankFile) -> BinaryIO:
        raise TransientError(f"{file.name} broke off")

    def taken(self, file: BankFile) -> None:
        self.bank.files.pop(file.name, None)


class MemoryPlace(BankPlace):
    """The bank of a test."""

    secrets = (SECRET,)
    faults = (FAULT,)

    def __init__(self, kind: type[SoundConnection]) -> None:
        self._kind = kind
        self._bank = Bank()

    def connection(self) -> BankConnection:
        return self._kind(self._bank)

    def put(self, name: str, content: bytes) -> None:
        self._bank.files[name] = content
        self._bank.was_used = True

    def waiting(self) -> Sequence[str]:
        return list(self._bank.files)

    def order(self, fault: str) -> None:
        assert fault == FAULT
        self._bank.goes_wrong = True


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class OtherNameEachTime(SoundConnection):
    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self.name = f"sound_{next(_CALLS)}"  # type: ignore[misc]


class SecretInTheAddress(SoundConnection):
    endpoint = f"memory://hub:{SECRET}@bank"


class FileWhereThereIsNone(SoundConnection):
    def fetch(self, cursor: str) -> Fetched:
        return super().fetch(cursor) if self.bank.was_used else Fetched((BankFile("1", "readme.txt"),))


class LineEndsAreMended(SoundConnection):
    def content_of(self, name: str) -> bytes:
        content = super().content_of(name)
        return content.replace(b"\n", b"\r\n") if name.endswith(".txt") else content


class KeyIsTheContent(SoundConnection):
    def key_of(self, name: str) -> str:
        return digest(self.bank.files[name])


class KeyIsTheLook(SoundConnection):
    def key_of(self, name: str) -> str:
        return f"{super().key_of(name)}:{next(_CALLS)}"


class KeyIsTheName(SoundConnection):
    def key_of(self, name: str) -> str:
        return name


class ReadIsTaken(SoundConnection):
    def content_of(self, name: str) -> bytes:
        content = super().content_of(name)
        return self.bank.files.pop(name) if content == b"<Document>one day</Document>" else content


class LastOneStays(SoundConnection):
    def taken(self, file: BankFile) -> None:
        if len(self.bank.files) > 1:
            super().taken(file)


class AllAreTaken(SoundConnection):
    def taken(self, file: BankFile) -> None:
        self.bank.files.clear()


class TakenOnce(SoundConnection):
    def taken(self, file: BankFile) -> None:
        del self.bank.files[file.name]


class LostWhenItGoesWrong(SoundConnection):
    def when_it_goes_wrong(self, file: BankFile) -> BinaryIO:
        del self.bank.files[file.name]
        return super().when_it_goes_wrong(file)


class HalfIsLent(SoundConnection):
    def when_it_goes_wrong(self, file: BankFile) -> BinaryIO:
        content = self.bank.files[file.name]
        return io.BytesIO(content[: len(content) // 2])


class SecretInTheError(SoundConnection):
    def when_it_goes_wrong(self, file: BankFile) -> BinaryIO:
        raise TransientError(f"{file.name} broke off for hub:{SECRET}")


BROKEN_CONNECTIONS: dict[str, type[SoundConnection]] = {
    "test_is_a_bank_connection_with_a_stable_name": OtherNameEachTime,
    "test_where_it_leads_is_told_without_secrets": SecretInTheAddress,
    "test_a_bank_with_nothing_for_us_gives_nothing": FileWhereThereIsNone,
    "test_every_file_is_found_whole": LineEndsAreMended,
    "test_every_file_has_a_key_of_its_own": KeyIsTheContent,
    "test_the_same_file_has_the_same_key_at_every_look": KeyIsTheLook,
    "test_another_file_of_the_same_name_has_another_key": KeyIsTheName,
    "test_looking_and_reading_leave_files_there": ReadIsTaken,
    "test_what_is_taken_is_not_found_again_as_another": LastOneStays,
    "test_only_what_is_taken_goes": AllAreTaken,
    "test_taken_may_be_said_again": TakenOnce,
    "test_a_fault_ends_in_an_error_of_the_contract_and_loses_nothing": LostWhenItGoesWrong,
    "test_half_a_file_is_never_lent": HalfIsLent,
    "test_errors_hold_no_secret": SecretInTheError,
}
