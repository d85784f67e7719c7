"""A home, and rounds of work for it: receivables, a file that pays them, receivables that come late, and messages.

Receivable `k` is paid once, by payment `k`, whichever round they belong to; so what must be true at the end is known.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from invented_payments import BANKGIRO, BOOKED, FIRST_OPEN, PER_SECTION, amount_of, invented_name, ocr

from hub.contracts import Promise
from hub_bankgiro.writer import BgMaxWriter, WrittenEntry

TENANT = "north"
SOURCE_SYSTEM = "invented"
HUB_TOML = """
[database]
url = "file:database.url"

[engine]
poll_ms = 50
heartbeat_s = 1
silent_after_s = 5
"""
TENANT_TOML = """
id = "{tenant}"
name = "North Energy"

[[companies]]
number = "1"
name = "North Energy AB"
organisation_number = "556677-8899"
accounts = {{ bank = "1930", clearing = "1940", suspense = "2990", receivable = "1510", revenue = "3000", write_off = "3740", error_account = "2999" }}
payee_accounts = [{{ bankgiro = "{bankgiro}" }}]

[[source_systems]]
name = "{source_system}"
company = "1"

[plugins.bankgiro]

[plugins.demonstration_channels]
address = "{counterparty}"
timeout_s = {timeout_s}
margin_s = {margin_s}
"""  # noqa: E501 - an inline table of TOML is one line
_COLUMNS = ("number", "invoice_date", "due_date", "amount", "debtor_name", "reference")


class Round(NamedTuple):
    """Some work: payments `first` to `first + payments`, of which the last `late` arrive before their receivables."""

    number: int
    first: int
    payments: int
    late: int
    messages: int  # on each channel
    channels: Sequence[Promise] = tuple(Promise)

    @property
    def in_time(self) -> range:
        """The receivables that are there when the file comes."""
        return range(self.first, self.first + self.payments - self.late)

    @property
    def delayed(self) -> range:
        """The receivables that come after it."""
        return range(self.first + self.payments - self.late, self.first + self.payments)


def make_home(folder: Path, database_url: str, counterparty: str, *, timeout_s: float, margin_s: int) -> None:
    """Write the settings of one installation with one tenant."""
    (folder / "tenants").mkdir(parents=True)
    (folder / "database.url").write_text(database_url, encoding="utf-8")
    (folder / "hub.toml").write_text(HUB_TOML, encoding="utf-8")
    values = {"tenant": TENANT, "bankgiro": BANKGIRO, "source_system": SOURCE_SYSTEM, "counterparty": counterparty}
    (folder / "tenants" / f"{TENANT}.toml").write_text(
        TENANT_TOML.format(**values, timeout_s=timeout_s, margin_s=margin_s), encoding="utf-8"
    )


def write_receivables(file: Path, indexes: range) -> None:
    """Write a file of receivables."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, delimiter=";")
        writer.writerow(_COLUMNS)
        for index in indexes:
            amount = f"{amount_of(index) // 100}.{amount_of(index) % 100:02}"
            row = (index + 1, "2026-10-01", "2026-10-31", amount, invented_name(index), ocr(FIRST_OPEN + index))
            writer.writerow(row)


def write_payments(file: Path, work: Round) -> None:
    """Write a BgMax file that pays the receivables of a round."""
    with file.open("w", encoding="latin-1", newline="\r\n") as opened:
        opened.writelines(f"{record}\n" for record in _records(work))


def _records(work: Round) -> Iterator[str]:
    writer = BgMaxWriter(f"20261120{work.number:06}000000")
    yield writer.start()
    last = work.first + work.payments
    for section, start in enumerate(range(work.first, last, PER_SECTION), 1):
        yield writer.open_section(BANKGIRO)
        for index in range(start, min(start + PER_SECTION, last)):
            yield from writer.entry(_entry(index))
        serial = f"{work.number * 100 + section:05}"
        yield writer.close_section(date.fromisoformat(BOOKED), serial=serial, bank_account="5841000001009823")
    yield writer.end()


def _entry(index: int) -> WrittenEntry:
    return WrittenEntry(amount_of(index), ocr(FIRST_OPEN + index), serial=f"{index + 1:012}", name=invented_name(index))
