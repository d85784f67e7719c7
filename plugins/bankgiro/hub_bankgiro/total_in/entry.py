"""One payment or deduction of Total IN with the records that follow it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.errors import FormatError
from hub.model.payment_file import (
    Deduction,
    Key,
    OtherEntry,
    OtherKind,
    Part,
    PartKind,
    PayeeAccount,
    Payer,
    Payment,
    ReferenceQuality,
)
from hub_bankgiro.codes import DEDUCTION_CODES
from hub_bankgiro.record_files import Record

MOST_FOLLOWING_RECORDS = 10_000  # without a limit one payment could fill the memory
RATE_DECIMALS = 4
_ORE = 100


class Entry:
    """A record 20 or 25 and what has followed it so far."""

    def __init__(self, record: Record, currency: str) -> None:
        self.code, self.line = record.code, record.line
        self._values = record.read()
        self.amount_ore: int = self._values["amount"]
        self._currency = currency
        self._parts: list[Part] = []
        self._texts: list[str] = []
        self._said: dict[str, dict[str, Any]] = {}  # records 50 to 70, by code
        self._following = 0

    def add(self, record: Record) -> None:
        """Take a record that follows. Raises FormatError."""
        self._following += 1
        if self._following > MOST_FOLLOWING_RECORDS or record.code in self._said:
            message = "a record is repeated, or more follow the payment than any bank sends"
            raise FormatError(message, code="RECORD_REPEATED", line=record.line, record=record.code)
        values = record.read()
        if record.code == "30":
            self._parts += self._parts_of(values)
        elif record.code == "40":
            self._texts += [text for text in (values["text"], values["second_text"]) if text]
        else:
            self._said[record.code] = values

    def _parts_of(self, values: dict[str, Any]) -> Iterator[Part]:
        kind = PartKind.CREDIT_NOTE if self.code == "25" else PartKind.INVOICE
        for reference in (values["reference"], values["second_reference"]):
            if reference.strip("0"):
                yield Part(reference, None, kind)

    def finish(self) -> Payment | Deduction | OtherEntry:
        """Return the event; a record about no money is another entry."""
        reference = self._values["reference"] if self._values["reference"].strip("0") else ""
        transaction = self._values["transaction"]
        keys = (Key("total_in", transaction),) if transaction.strip("0") else ()
        texts = (*self._texts, *self._foreign())
        if not self.amount_ore:
            references = (reference,) if reference else ()
            return OtherEntry(
                self.line, 1, 0, self._currency, None, OtherKind.UNKNOWN, self.code, references, texts, keys
            )
        fields = (
            self.line,
            1,
            self.amount_ore,
            self._currency,
            None,
            reference,
            ReferenceQuality.GIVEN if reference else ReferenceQuality.NONE,
            tuple(self._parts),
            texts,
            self._payer(),
            keys,
            "foreign" if "70" in self._said else "",
            self._account(),
        )
        if self.code == "20":
            return Payment(*fields)
        return Deduction(*fields, remainder=DEDUCTION_CODES.names.get(self._values["remainder"], ""))

    def _account(self) -> PayeeAccount | None:
        """Return the bankgiro that a payment came in by, where it is not the account's own plusgiro."""
        bankgiro = self._values.get("bankgiro", "").lstrip("0")
        return PayeeAccount("bankgiro", bankgiro) if bankgiro else None

    def _foreign(self) -> Iterator[str]:
        """Yield what was sent from abroad, in words; the amount that counts is the payment's own."""
        if said := self._said.get("70"):
            whole, decimals = divmod(said["rate"], 10**RATE_DECIMALS)
            yield f"{said['currency']} {_decimal(said['foreign_amount'])} kurs {whole},{decimals:0{RATE_DECIMALS}}"
            if said["charges"]:
                yield f"avgift {said['charges_currency']} {_decimal(said['charges'])}".replace("  ", " ")

    def _payer(self) -> Payer | None:
        """Return who paid: the sender (50) where there is one, since the account may be the sender's bank's own."""
        sender, holder = self._named("50", "51", "52"), self._named("61", "62", "63")
        account = self._said.get("60", {})
        name, address = sender if sender[0] else holder
        identity = account.get("identity", "").lstrip("0")
        if not name.casefold().startswith(holder[0].casefold()):
            identity = ""  # the account holder's, who is another
        payer = Payer(name, account.get("account", "").lstrip("0"), identity, address)
        return payer if any(payer) else None

    def _named(self, name: str, street: str, town: str) -> tuple[str, tuple[str, ...]]:
        names, streets, towns = (self._said.get(code, {}) for code in (name, street, town))
        place = f"{towns.get('postcode', '')} {towns.get('town', '')}".strip()
        lines = (streets.get("street", ""), streets.get("second_street", ""), place, towns.get("country", ""))
        full_name = f"{names.get('name', '')} {names.get('extra_name', '')}".strip()
        return full_name, tuple(line for line in lines if line)


def _decimal(hundredths: int) -> str:
    return f"{hundredths // _ORE},{hundredths % _ORE:02}"
