"""What bank rules would make of a file: read as it lies there, and nothing is kept of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import BinaryIO, NamedTuple

from hub.model.bank_rules import BankEntry, BankRule
from hub.model.payee_account import PayeeAccount
from hub.model.payment_file import (
    Deduction,
    FileEvent,
    Level,
    OtherEntry,
    OtherKind,
    Payment,
    Reversal,
    SectionClosed,
    SectionOpened,
)
from hub.model.tenant import Tenant
from hub.rules.payments.bank_rules import first_match
from hub.services.payments.reading import events_of
from hub.services.payments.receiving import HEAD_SIZE, NamedReader, choose_reader


class NotByRule(StrEnum):
    """Why no rule would book an entry."""

    NO_RULE_FITS = "no_rule_fits"
    NO_RULES = "no_rules"  # the account has none
    UNKNOWN_ACCOUNT = "unknown_account"  # the settings do not have it
    HAS_PAYMENTS = "has_payments"  # it is booked by them
    PENDING = "pending"  # the bank has not booked it
    NO_AMOUNT = "no_amount"


class TriedEntry(NamedTuple):
    """One entry of a statement that is no payment, and what would be booked of it. Amounts are signed öre."""

    account: str  # as the file writes it
    section: int
    entry: int
    booked_date: str
    amount_ore: int
    currency: str
    codes: tuple[str, ...]
    bank_codes: tuple[str, ...]
    texts: tuple[str, ...]
    rule: str  # blank when none books it
    counter_account: str
    line_text: str
    why_not: str  # blank when one does


def try_rules(tenant: Tenant, readers: Sequence[NamedReader], stream: BinaryIO) -> Iterator[TriedEntry]:
    """Yield the entries of a file's statements that are no payments, in file order.

    What another file has told before is not known here: it would not be booked again.

    Raises:
        UnrecognisedFile: no reader takes the file.
        FormatError: it contradicts itself; what came before is no file.
    """
    _, reader = choose_reader(readers, stream.read(HEAD_SIZE))
    section: _Section | None = None
    for number, event in _numbered(events_of(reader, stream)):
        if isinstance(event, SectionOpened):
            section = _Section(number, event, _account_of(tenant, event))
        elif section is not None and isinstance(event, SectionClosed):
            yield from section.tried(event.booked_date.isoformat() if event.booked_date else "")
        elif section is not None:
            section.take(event)


def _numbered(events: Iterable[FileEvent]) -> Iterator[tuple[int, FileEvent]]:
    number = 0
    for event in events:
        number += isinstance(event, SectionOpened)
        yield number, event


def _account_of(tenant: Tenant, opened: SectionOpened) -> PayeeAccount | None:
    for told in (opened.account, opened.alternative_account):
        owner = tenant.canonical_account(told.scheme, told.number) if told is not None else None
        if owner is not None:
            return owner[1]
    return None


class _Section:
    """The entries of one section that are no payments."""

    def __init__(self, number: int, opened: SectionOpened, account: PayeeAccount | None) -> None:
        self._number = number
        self._opened = opened
        self._account = account
        self._entries: dict[int, list[OtherEntry]] = {}
        self._with_payments: set[int] = set()

    def take(self, event: FileEvent) -> None:
        """Gather an event, if it is one of an account statement's entries."""
        if self._opened.level != Level.LUMP:
            return
        if isinstance(event, OtherEntry):
            self._entries.setdefault(event.entry, []).append(event)
        elif isinstance(event, Payment | Deduction | Reversal):
            self._with_payments.add(event.entry)

    def tried(self, day: str) -> Iterator[TriedEntry]:
        """Yield what would become of each; `day` is of those without one of their own."""
        for number, events in self._entries.items():
            entry = _bank_entry(self._number, events, day)
            rules: Sequence[BankRule] = self._account.bank_rules if self._account is not None else ()
            rule = first_match(entry, rules) if entry.booked_date else None
            why_not = self._why_not(number, events, entry, rules, rule)
            yield _tried(f"{self._opened.account.scheme}:{self._opened.account.number}", entry, rule, why_not)

    def _why_not(
        self,
        number: int,
        events: Sequence[OtherEntry],
        entry: BankEntry,
        rules: Sequence[BankRule],
        rule: BankRule | None,
    ) -> str:
        reasons = (
            (NotByRule.PENDING, any(event.kind == OtherKind.PENDING for event in events)),
            (NotByRule.NO_AMOUNT, not entry.amount_ore),
            (NotByRule.HAS_PAYMENTS, number in self._with_payments),
            (NotByRule.UNKNOWN_ACCOUNT, self._account is None),
            (NotByRule.NO_RULES, not rules),
            (NotByRule.NO_RULE_FITS, rule is None),
        )
        return next((reason for reason, holds in reasons if holds), "")


def _tried(account: str, entry: BankEntry, rule: BankRule | None, why_not: str) -> TriedEntry:
    books = rule if rule is not None and not why_not else None
    return TriedEntry(
        account=account,
        section=entry.section_no,
        entry=entry.entry_no,
        booked_date=entry.booked_date,
        amount_ore=entry.amount_ore,
        currency=entry.currency,
        codes=entry.codes,
        bank_codes=entry.bank_codes,
        texts=entry.texts,
        rule=books.name if books else "",
        counter_account=books.account if books else "",
        line_text=books.line_text if books else "",
        why_not=why_not,
    )


def _bank_entry(section: int, events: Sequence[OtherEntry], day: str) -> BankEntry:
    first = events[0]
    return BankEntry(
        section_no=section,
        entry_no=first.entry,
        account_no=0,
        currency=first.currency,
        booked_date=first.booked_date.isoformat() if first.booked_date else day,
        amount_ore=sum(event.amount_ore for event in events),
        entry_reference=first.entry_reference,
        codes=_each(event.code for event in events),
        bank_codes=_each(event.proprietary for event in events),
        texts=_each(text for event in events for text in (*event.texts, *event.references)),
        counterparties=_each(
            told
            for event in events
            if event.counterparty
            for told in (event.counterparty.name, event.counterparty.account)
        ),
    )


def _each(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))
