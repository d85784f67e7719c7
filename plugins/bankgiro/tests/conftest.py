"""What the tests of this plugin share: reading bytes, and files made by the writer."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date

import pytest

from hub.model.payment_file import FileEvent
from hub_bankgiro.reader import BgMaxReader
from hub_bankgiro.writer import BgMaxWriter, WrittenEntry

Read = Callable[..., list[FileEvent]]
MakeRecords = Callable[..., list[str]]


@pytest.fixture
def read() -> Read:
    """Read a file given as bytes or as a list of records."""

    def read_file(content: bytes | Sequence[str], *, strict: bool = False, per_code: int = 20) -> list[FileEvent]:
        data = content if isinstance(content, bytes) else "".join(f"{r}\r\n" for r in content).encode("latin-1")
        return list(BgMaxReader(strict=strict, warnings_per_code=per_code).read(io.BytesIO(data)))

    return read_file


@pytest.fixture
def make_records() -> MakeRecords:
    """Make the records of a file with one section of the given entries."""

    def make(*entries: WrittenEntry, test_mark: str = "P", currency: str = "SEK") -> list[str]:
        file = BgMaxWriter("20261120183000000001", test_mark=test_mark)
        records = [file.start(), file.open_section("9912346", currency=currency)]
        for entry in entries or (WrittenEntry(12500, "657866", serial="000000000001"),):
            records += file.entry(entry)
        return [*records, file.close_section(date(2026, 11, 20), serial="7", bank_account="58410000010"), file.end()]

    return make


@pytest.fixture
def of_many(pytestconfig: pytest.Config) -> Callable[[int], int]:
    """Return how many of so many examples a search tries: a third, and all with `--in-full`."""
    in_full = pytestconfig.getoption("--in-full", default=False)
    return lambda many: many if in_full else many // 3
