"""The bank's words into the hub's: one row of the statement becomes one event, or is refused at its field."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from hub.errors import FormatError
from hub.identifiers import iban
from hub.model.payment_file import (
    Balance,
    Key,
    Level,
    OtherEntry,
    OtherKind,
    PayeeAccount,
    Payer,
    Payment,
    ReferenceQuality,
    Reversal,
    SectionOpened,
)
from hub.money import parse_kronor

KEY_KIND = "fjordbanken_id"
CURRENCIES = ("SEK", "NOK", "EUR")
COLUMNS = {
    "FJORDBANKEN": ("kind", "version", "created_at"),
    "KONTO": ("iban", "currency", "statement"),
    "IN": ("date", "amount"),
    "RAD": ("date", "type", "amount", "reference", "payer", "message", "id", "original_id"),
    "UT": ("date", "amount"),
    "SLUT": ("rows",),
}


class Row(NamedTuple):
    """One line of the file: its number, its record code, and its fields by name."""

    line: int
    record: str
    fields: dict[str, str]

    def refusal(self, field: str, code: str, message: str) -> FormatError:
        """Return the error for one field; its message never repeats the value."""
        value = self.fields.get(field, "")
        return FormatError(message, code=code, line=self.line, record=self.record, field=field, value=value)


def row_of(line: int, values: list[str]) -> Row:
    """Give the values of a line their names. Raises FormatError when the record is unknown or has other columns."""
    record, *rest = values
    names = COLUMNS.get(record)
    if names is None:
        raise FormatError("the bank has no such record", code="RECORD_UNKNOWN", line=line, field="record", value=record)
    if len(rest) != len(names):
        message = f"the record has {len(names)} columns, here stand {len(rest)}"
        raise FormatError(message, code="COLUMNS_DIFFER", line=line, record=record)
    return Row(line, record, dict(zip(names, rest, strict=True)))


def section_of(row: Row) -> SectionOpened:
    """Return the section that a KONTO record opens: every row in it moved the account, so its level is lump."""
    if not iban.is_valid(row.fields["iban"]):
        raise row.refusal("iban", "ACCOUNT_UNREADABLE", "the account is not a correct IBAN")
    if row.fields["currency"] not in CURRENCIES:
        raise row.refusal("currency", "CURRENCY_UNKNOWN", f"the bank has accounts in {', '.join(CURRENCIES)} only")
    account = PayeeAccount("iban", iban.compact(row.fields["iban"]))
    return SectionOpened(account, Level.LUMP, row.fields["currency"], row.fields["statement"])


def balance_of(row: Row, currency: str) -> Balance:
    """Return the balance that an IN or UT record states."""
    kind = "opening" if row.record == "IN" else "closing"
    return Balance(row.line, kind, _date_of(row), _amount_of(row), currency)


def entry_of(row: Row, entry: int, currency: str, *, keep_message: bool) -> Payment | Reversal | OtherEntry:
    """Return the event of a RAD record. Its type says what it is, and which sign its amount must have."""
    kind = row.fields["type"]
    amount_ore = _amount_of(row)
    is_credit = kind == "INSATTNING"
    if kind not in ("INSATTNING", "RETUR", "UTTAG", "AVGIFT"):
        raise row.refusal("type", "TYPE_UNKNOWN", "the bank has no such type of entry")
    if not amount_ore or (amount_ore > 0) is not is_credit:
        raise row.refusal(
            "amount", "AMOUNT_SIGN", f"the amount of {kind} must be {'above' if is_credit else 'below'} zero"
        )
    texts = (row.fields["message"],) if row.fields["message"] and keep_message else ()
    if is_credit:
        return _payment(row, entry, currency, amount_ore, texts)
    if kind == "RETUR":
        return _reversal(row, entry, currency, amount_ore)
    other = OtherKind.FEE if kind == "AVGIFT" else OtherKind.DEBIT
    return OtherEntry(row.line, entry, amount_ore, currency, _date_of(row), other, kind, (), texts, _keys(row, "id"))


def count_of(row: Row) -> int:
    """Return the number of rows that the SLUT record states."""
    text = row.fields["rows"]
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise row.refusal("rows", "COUNT_UNREADABLE", "the number of rows is not a whole number")
    return int(text)


def _payment(row: Row, entry: int, currency: str, amount_ore: int, texts: tuple[str, ...]) -> Payment:
    reference = row.fields["reference"]
    return Payment(
        line=row.line,
        entry=entry,
        amount_ore=amount_ore,
        currency=currency,
        booked_date=_date_of(row),
        reference=reference,
        quality=ReferenceQuality.GIVEN if reference else ReferenceQuality.NONE,
        texts=texts,
        payer=Payer(name=row.fields["payer"]) if row.fields["payer"] else None,
        keys=_keys(row, "id"),
        channel="electronic",
    )


def _reversal(row: Row, entry: int, currency: str, amount_ore: int) -> Reversal:
    keys = _keys(row, "original_id")
    if not keys:
        raise row.refusal("original_id", "ORIGINAL_MISSING", "a returned payment must name the original")
    reference = row.fields["reference"]
    return Reversal(
        row.line, entry, -amount_ore, currency, _date_of(row), reference, keys, reason=row.fields["message"]
    )


def _keys(row: Row, field: str) -> tuple[Key, ...]:
    return (Key(KEY_KIND, row.fields[field]),) if row.fields[field] else ()


def _amount_of(row: Row) -> int:
    try:
        return parse_kronor(row.fields["amount"], decimal_sign=",")
    except FormatError as error:
        raise row.refusal("amount", error.code, error.message) from None


def _date_of(row: Row) -> date:
    text = row.fields["date"]
    try:
        if text[4:5] != "-" or text[7:8] != "-":  # Python also takes 20261120 and 2026-W47-5
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise row.refusal("date", "DATE_UNREADABLE", "the date is not written as YYYY-MM-DD") from None
