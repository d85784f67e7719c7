"""Entries of statements that rules of the settings book: bank against the account that the rule names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from hub.model.bank_rules import BankEntry, BankRule, RuledMovement
from hub.model.books import Voucher
from hub.model.payments import Lump
from hub.model.tenant import Tenant
from hub.rules.payments.bank_rules import first_match
from hub.services.payees import Payees
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "bank_rules"
RULED = "ruled"  # state of a movement


class Ruled(NamedTuple):
    """An entry and the rule that books it."""

    entry: BankEntry
    rule: BankRule


Place = tuple[int, int]  # section and entry of a file
Counterpart = tuple[str, str]  # the account of the other side, and what the line says


def ruled_entries(
    work: UnitOfWork, tenant: Tenant, exchange_no: int, sections: Collection[int] = ()
) -> dict[Place, Ruled]:
    """Return the entries of a file that rules book, each with the first rule that fits; with `sections` only theirs.

    An entry that also holds payments or reversals is booked by them, whole; one that names a payment that we have
    ordered, such as a refund, is booked as that.
    """
    payees = Payees(tenant, work.accounts.numbers()).by_number
    rules = {number: payee.account.bank_rules for number, payee in payees.items() if payee.account.bank_rules}
    if not rules:
        return {}
    found = {
        entry.key: Ruled(entry, rule)
        for entry in work.bank_rules.entries(exchange_no, rules.keys())
        if (not sections or entry.section_no in sections)
        and entry.amount_ore
        and (rule := first_match(entry, rules[entry.account_no])) is not None
    }
    if not found:
        return {}
    others = work.bank_rules.with_payments(exchange_no, {entry_no for _, entry_no in found})
    ordered = work.refunds.ordered({text for one in found.values() for text in one.entry.texts})
    return {place: one for place, one in found.items() if place not in others and ordered.isdisjoint(one.entry.texts)}


def as_movement(exchange_no: int, entry: BankEntry) -> Lump:
    """Return an entry as a movement of the bank account, not yet numbered."""
    return Lump(
        lump_no=0,
        exchange_no=exchange_no,
        section_no=entry.section_no,
        entry_no=entry.entry_no,
        account_no=entry.account_no,
        currency=entry.currency,
        booked_date=entry.booked_date,
        amount_ore=entry.amount_ore,
        entry_reference=entry.entry_reference,
        state=RULED,
    )


def counters(ruled: Mapping[Place, Ruled], lumps: Iterable[Lump]) -> dict[int, Counterpart]:
    """Return the other side of each movement, by lump."""
    rules = {lump.lump_no: ruled[lump.section_no, lump.entry_no].rule for lump in lumps}
    return {number: (rule.account, rule.line_text) for number, rule in rules.items()}


def note_ruled(
    work: UnitOfWork, ruled: Mapping[Place, Ruled], lumps: Iterable[Lump], vouchers: Iterable[Voucher]
) -> None:
    """Write by which rule each movement was booked, and tell it."""
    numbers = {voucher.key: voucher.number for voucher in vouchers}
    companies = {(key.section_no, key.currency, key.booked_date): number for key, number in numbers.items()}
    rows = []
    for lump in lumps:
        rule = ruled[lump.section_no, lump.entry_no].rule
        voucher_no = companies[lump.section_no, lump.currency, lump.booked_date]
        rows.append(RuledMovement(lump.lump_no, rule.name, rule.account, rule.line_text, lump.amount_ore, voucher_no))
        work.events.record(
            "bank_entry_booked",
            lump_no=lump.lump_no,
            exchange_no=lump.exchange_no,
            rule=rule.name,
            account=rule.account,
            text=rule.line_text,
            amount_ore=lump.amount_ore,
            currency=lump.currency,
            booked_date=lump.booked_date,
            voucher_no=voucher_no,
        )
    work.bank_rules.add(rows)
