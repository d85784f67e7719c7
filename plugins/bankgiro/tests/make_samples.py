"""Writes the samples of this plugin: `python plugins/bankgiro/tests/make_samples.py`; read the difference in review."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from hub.errors import FormatError
from hub.model.payment_file import Deduction, FileOpened, Payment, SectionClosed, SectionOpened, Warned
from hub_bankgiro.reader import BgMaxReader
from hub_bankgiro.writer import BgMaxWriter, WrittenEntry, WrittenReference

FOLDER = Path(__file__).parent / "samples"
DAY = date(2026, 11, 20)
STAMP = "20261120183000000001"
PAYER = {
    "sender": "5050105",
    "name": "Åkerö Bygg AB",
    "street": "Långgatan 4",
    "postcode": "12345",
    "town": "Älvby",
    "identity": "5560000001",
}


def plain() -> Iterator[str]:
    """Three payments with everything a usual payment has, and one that has nothing but an amount."""
    file = BgMaxWriter(STAMP)
    yield file.start()
    yield file.open_section("9912346")
    yield from file.entry(WrittenEntry(125000, "657866", serial="000000000101", texts=("Hyra november",), **PAYER))
    yield from file.entry(WrittenEntry(40050, "658765", serial="000000000102", **PAYER))
    yield from file.entry(WrittenEntry(1, "Faktura 77", "3", "3", "000000000103", "1", texts=("Tack", "för lånet")))
    yield from file.entry(WrittenEntry(9900, "", "1", "3", "000000000104", "1"))
    yield file.close_section(DAY, serial="7", bank_account="5841000001009823")
    yield file.end()


def deduction_and_parts() -> Iterator[str]:
    """A deduction, references repeated for information, and parts with shares, one of them negative."""
    file = BgMaxWriter(STAMP)
    yield file.start()
    yield file.open_section("9912346")
    copies = (WrittenReference("657866"), WrittenReference("658765"))
    yield from file.entry(
        WrittenEntry(140000, "657866 658765", "3", serial="000000000201", extra_references=copies, **PAYER)
    )
    yield from file.entry(WrittenEntry(50000, "89853", "3", "2", "000000000202", "0", "5050105", remainder="1"))
    shares = (
        WrittenReference("7495575", 100000),
        WrittenReference("8988777", 50000, "5"),
        WrittenReference("74450", 20000, "2", is_negative=True),
    )
    yield from file.entry(WrittenEntry(130000, "", "0", "3", "000000000203", "1", extra_references=shares))
    yield file.close_section(DAY, serial="8", bank_account="5841000001009823", deposit_type="K")
    yield file.end()


def two_sections() -> Iterator[str]:
    """A section in EUR with a payer abroad, then a converted plusgiro with an Autogiro payment without serial."""
    file = BgMaxWriter(STAMP)
    yield file.start()
    yield file.open_section("9912346", currency="EUR")
    abroad = {"name": "Nordlys AS", "extra_name": "c/o Fjord", "street": "Havnegata 1", "town": "Oslo"}
    yield from file.entry(
        WrittenEntry(150000, "657866", serial="000000000301", country="Norge", country_code="NO", **abroad)
    )
    yield file.close_section(DAY, serial="9", bank_account="5841000001009823")
    yield file.open_section("9912346", plusgiro="8156086")
    yield from file.entry(WrittenEntry(70000, "658765", channel="4", image=" "))
    yield file.close_section(DAY, serial="", bank_account="")
    yield file.end()


def marked_as_test() -> Iterator[str]:
    """The plain file with the test mark."""
    yield BgMaxWriter(STAMP, test_mark="T").start()
    yield from list(plain())[1:]


def unknown_record() -> Iterator[str]:
    """The plain file with a record of a type the manual does not have, inside a payment."""
    records = list(plain())
    yield from [*records[:4], "30" + "X" * 78, *records[4:]]


def wrong_total() -> Iterator[str]:
    """The plain file with one öre more in its first payment."""
    records = list(plain())
    yield from [*records[:2], records[2].replace("125000", "125001"), *records[3:]]


def truncated() -> Iterator[str]:
    """The plain file without its last record."""
    yield from list(plain())[:-1]


def tab_in_reference() -> Iterator[str]:
    """Deduction and parts, with the blanks before one repeated reference turned into TABs and the line trimmed."""
    for record in deduction_and_parts():
        is_copy = record.startswith("22") and "658765" in record
        yield record.replace(" " * 19, "\t\t   ", 1).rstrip() if is_copy else record


def lines(end: str, encoding: str = "latin-1", *, trimmed: bool = False) -> Callable[[Iterator[str]], bytes]:
    """Return how to join records into a file."""
    return lambda records: "".join((r.rstrip() if trimmed else r) + end for r in records).encode(encoding)


CASES: dict[str, tuple[Callable[[], Iterator[str]], Callable[[Iterator[str]], bytes]]] = {
    "plain_crlf": (plain, lines("\r\n")),
    "plain_unbroken": (plain, lines("")),
    "plain_cr": (plain, lines("\r")),
    "plain_trimmed_utf8": (plain, lines("\n", "utf-8", trimmed=True)),
    "deduction_and_parts": (deduction_and_parts, lines("\r\n")),
    "two_sections": (two_sections, lines("\n")),
    "marked_as_test": (marked_as_test, lines("\r\n")),
    "unknown_record": (unknown_record, lines("\n")),
    "tab_in_reference": (tab_in_reference, lines("\r\n")),
    "wrong_total": (wrong_total, lines("\r\n")),
    "truncated": (truncated, lines("\r\n")),
}


def described(data: bytes) -> dict[str, Any]:
    """Return what the reader says of a file, short enough to be read by a person."""
    seen: dict[str, Any] = {"sections": [], "entries": [], "warnings": []}
    try:
        for event in BgMaxReader().read(io.BytesIO(data)):
            _describe(event, seen)
    except FormatError as error:
        seen["error"] = {"code": error.code, "line": error.line, "record": error.record, "field": error.field}
    return seen


def _describe(event: object, seen: dict[str, Any]) -> None:
    if isinstance(event, FileOpened):
        seen["created_at"], seen["is_test"] = event.created_at, event.is_test
    elif isinstance(event, SectionOpened):
        seen["sections"].append({"account": event.account.number, "currency": event.currency})
    elif isinstance(event, SectionClosed):
        closed = {
            "net_ore": event.net_ore,
            "entries": event.entry_count,
            "date": str(event.booked_date),
            "serial": event.serial,
        }
        seen["sections"][-1] |= closed
    elif isinstance(event, Payment | Deduction):
        seen["entries"].append(_entry(event))
    elif isinstance(event, Warned):
        seen["warnings"].append(f"{event.code} line {event.line}")


def _entry(event: Payment | Deduction) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "is": type(event).__name__,
        "line": event.line,
        "amount_ore": event.amount_ore,
        "reference": event.reference,
        "quality": str(event.quality),
        "channel": event.channel,
        "keys": [list(key) for key in event.keys],
        "texts": list(event.texts),
        "parts": [[part.reference, part.amount_ore, str(part.kind), str(part.quality)] for part in event.parts],
        "payer": [*event.payer[:3], list(event.payer.address)] if event.payer else None,
    }
    return entry | ({"remainder": event.remainder} if isinstance(event, Deduction) else {})


def main() -> None:
    """Write every case and what the reader says of it."""
    FOLDER.mkdir(exist_ok=True)
    for name, (records, join) in CASES.items():
        data = join(records())
        (FOLDER / f"{name}.txt").write_bytes(data)
        text = json.dumps(described(data), ensure_ascii=False, indent=1)
        (FOLDER / f"{name}.expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
