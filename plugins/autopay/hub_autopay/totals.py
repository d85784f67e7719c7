"""The figures of one section: what was read against what the section states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from hub.errors import ControlTotalMismatch
from hub.formats.xml_layout import Values
from hub.model.payment_file import Level, Payment, Warned
from hub_autopay.head import Head
from hub_autopay.scalars import count, ore

RECORD = "TxsSummry"


class Check(NamedTuple):
    """One stated figure; `computed` are the values it may have, the first one is shown."""

    name: str
    stated: int
    computed: tuple[int, ...]


@dataclass
class Totals:
    """Running figures of a section. Sums are in öre; they mean something in one currency only."""

    entries: int = 0
    details: int = 0
    credits: int = 0
    debits: int = 0
    credit_ore: int = 0
    debit_ore: int = 0
    booked_entries: int = 0
    booked_ore: dict[str, int] = field(default_factory=dict)  # by currency
    payments: int = 0
    payment_ore: int = 0
    currencies: set[str] = field(default_factory=set)
    balances: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add_entry(self, head: Head, details: int) -> None:
        """Count one entry, whatever its status."""
        self.entries += 1
        self.details += max(details, 1)
        self.currencies.add(head.currency)
        if head.direction > 0:
            self.credits += 1
            self.credit_ore += head.signed_ore
        else:
            self.debits += 1
            self.debit_ore -= head.signed_ore
        if head.is_booked:
            self.booked_entries += 1
            self.booked_ore[head.currency] = self.booked_ore.get(head.currency, 0) + head.signed_ore

    def add_payment(self, paid: Payment) -> None:
        """Count one payment."""
        self.payments += 1
        self.payment_ore += paid.amount_ore

    def net_and_count(self, level: Level) -> tuple[int | None, int]:
        """Return what the section closes with: its payments, or all booked entries of a statement."""
        net, number = self.payment_ore, self.payments
        if level is Level.LUMP:
            net, number = sum(self.booked_ore.values()), self.booked_entries
        return (net if len(self.currencies) <= 1 else None), number


def summary_checks(summary: Values, totals: Totals, line: int) -> list[Check]:
    """Return the figures that a summary states, each with what was read.

    Some banks count transaction details where the schema counts entries: both are accepted as a total count. Sums over
    several currencies are not compared.
    """
    counts = (
        ("count", "TtlNtries/NbOfNtries", (totals.entries, totals.details)),
        ("credit_count", "TtlCdtNtries/NbOfNtries", (totals.credits,)),
        ("debit_count", "TtlDbtNtries/NbOfNtries", (totals.debits,)),
    )
    sums = (
        ("sum", "TtlNtries/Sum", totals.credit_ore + totals.debit_ore),
        ("net", "TtlNtries/TtlNetNtry", abs(totals.credit_ore - totals.debit_ore)),
        ("credit_sum", "TtlCdtNtries/Sum", totals.credit_ore),
        ("debit_sum", "TtlDbtNtries/Sum", totals.debit_ore),
    )
    checks = []
    for name, path, computed in counts:
        stated = count(summary.get(name, ""), line=line, record=RECORD, field=path)
        if stated is not None:
            checks.append(Check(path, stated, computed))
    if len(totals.currencies) <= 1:
        for name, path, total in sums:
            if name in summary:
                checks.append(Check(path, ore(summary[name], line=line, record=RECORD, field=path), (total,)))
    return checks


def is_partial(checks: list[Check]) -> bool:
    """Say whether the section holds fewer entries than it states, and nothing beyond it.

    Then the summary belongs to a whole of which this is a page or an extract; a count that agrees while a sum differs
    is a contradiction instead.
    """
    counts = [check for check in checks if check.name.endswith("NbOfNtries")]
    has_fewer = any(check.stated > max(check.computed) for check in counts)
    net = "TtlNtries/TtlNetNtry"
    return has_fewer and all(check.stated >= min(check.computed) for check in checks if check.name != net)


def refuse_differences(checks: list[Check], line: int) -> None:
    """Raise ControlTotalMismatch for the first figure that differs."""
    for name, stated, computed in checks:
        if stated not in computed:
            raise ControlTotalMismatch(
                "the section's summary differs from its entries; ask the bank for a corrected file",
                stated=stated,
                computed=computed[0],
                line=line,
                record=RECORD,
                field=name,
            )


def balance_warnings(totals: Totals, line: int) -> Iterator[Warned]:
    """Warn when opening balance and booked entries do not make the closing balance.

    Public statements break this often (extracts, balances in two currencies), so it is no reason to refuse one. The
    first balance of each kind counts.
    """
    opening, closing = totals.balances.get("opening"), totals.balances.get("closing")
    if opening is None or closing is None:
        return
    made = (opening[0] + totals.booked_ore.get(opening[1], 0), opening[1])
    if made != closing:
        yield Warned(
            "BALANCE_DIFFERS",
            "opening balance and booked entries do not make the closing balance; entries may be missing",
            line,
            "Bal",
            "CLBD",
        )
