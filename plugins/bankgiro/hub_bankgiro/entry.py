"""One payment or deduction with the records that follow it, gathered record by record."""

from __future__ import annotations

from typing import Any

from hub.errors import ControlTotalMismatch, FormatError
from hub.identifiers.luhn import has_check_digit
from hub.model.payment_file import Deduction, OtherEntry, OtherKind, Part, PartKind, Payment
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.translate import CHANNEL_NAMES, REMAINDERS, keys_of, payer_of, quality_of

ORDER = {"22": 1, "23": 1, "25": 2, "26": 3, "27": 4, "28": 5, "29": 6}
MOST_INFORMATION_RECORDS = 90  # by the manual
MOST_FOLLOWING_RECORDS = 10_000  # no bank sends so many; without a limit one payment could fill the memory
MISSING = {
    "name": "",
    "extra_name": "",
    "street": "",
    "postcode": "",
    "town": "",
    "country": "",
    "country_code": "",
    "identity": "",
}


def note_reserved_codes(values: dict[str, Any], line: int, record: str, oddities: Oddities) -> None:
    """Warn of codes the manual reserves, and of a reference that is called correct but is not."""
    reserved = [
        name
        for name, known in (("reference_code", "012345"), ("channel", "1234"), ("image", "01 "))
        if values[name] not in known
    ]
    if values.get("remainder", "0") not in "012":
        reserved.append("remainder")
    for name in reserved:
        oddities.note("RESERVED_CODE", "the manual does not name this code yet", line, record, name)
    if values["reference_code"] == "2" and not has_check_digit(values["reference"]):
        note_check_digit(line, record, oddities)


def note_check_digit(line: int, record: str, oddities: Oddities) -> None:
    """Warn of a reference with code 2 whose check digit is wrong; Bankgirot's own examples hold one."""
    oddities.note(
        "CHECK_DIGIT",
        "the bank calls the reference a correct OCR number, but its check digit is wrong",
        line,
        record,
        "reference",
    )


class Entry:
    """A record 20 or 21 and what has followed it so far."""

    def __init__(self, code: str, values: dict[str, Any], line: int, currency: str, oddities: Oddities) -> None:
        self.code = code
        self.line = line
        self.amount_ore: int = values["amount"]
        self._values = MISSING | values
        self._currency = currency
        self._oddities = oddities
        self._parts: list[Part] = []
        self._texts: list[str] = []
        self._codes: set[str] = set()
        self._place = 0
        self._following = 0

    def add(self, code: str, values: dict[str, Any], line: int) -> None:
        """Take a record 22 to 29. Raises FormatError when there is no end to them."""
        self._following += 1
        if self._following > MOST_FOLLOWING_RECORDS:
            raise FormatError(
                "more records follow the payment than any bank sends",
                code="TOO_MANY_RECORDS",
                line=line,
                record=code,
            )
        self._check_order(code, line)
        if code in ("22", "23"):
            self._add_part(code, values, line)
        elif code == "25":
            self._add_text(values["text"], line)
        elif code not in self._codes:
            self._codes.add(code)
            self._values.update(values)
        else:
            self._oddities.note("RECORD_REPEATED", "the first one is kept", line, code)

    def _check_order(self, code: str, line: int) -> None:
        if ORDER[code] < self._place:
            self._oddities.note("RECORD_ORDER", "stands after a record it precedes", line, code)
        self._place = max(self._place, ORDER[code])

    def _add_text(self, text: str, line: int) -> None:
        self._texts.append(text)
        if len(self._texts) == MOST_INFORMATION_RECORDS + 1:
            self._oddities.note("INFORMATION_RECORDS", "the manual allows 90 for a payment", line, "25")

    def _add_part(self, code: str, values: dict[str, Any], line: int) -> None:
        own = self._values
        for name in ("sender", "serial"):
            if values[name] != own[name]:
                self._oddities.note("PARENT_DIFFERS", "differs from the payment it follows", line, code, name)
        note_reserved_codes(values, line, code, self._oddities)
        is_negative = code == "23"
        amount_ore = -values["amount"] if is_negative else values["amount"]
        self._parts.append(
            Part(
                values["reference"],
                amount_ore or None,  # zero repeats a reference for information
                PartKind.CREDIT_NOTE if is_negative else PartKind.INVOICE,
                quality_of(values["reference_code"], values["reference"]),
            )
        )

    def finish(self) -> Payment | Deduction | OtherEntry:
        """Return the event. Raises ControlTotalMismatch when stated parts do not add up to the amount."""
        self._check_parts()
        values = self._values
        if self.amount_ore == 0:
            return self._without_amount()
        fields = (
            self.line,
            1,
            self.amount_ore,
            self._currency,
            None,
            values["reference"],
            quality_of(values["reference_code"], values["reference"]),
            tuple(self._parts),
            tuple(self._texts),
            payer_of(values["sender"], *(values[name] for name in MISSING)),
            keys_of(values["serial"]),
            CHANNEL_NAMES[values["channel"]],
        )
        if self.code == "20":
            return Payment(*fields)
        return Deduction(*fields, remainder=REMAINDERS.get(values["remainder"], ""))

    def _check_parts(self) -> None:
        shares = [part.amount_ore for part in self._parts if part.amount_ore is not None]
        total = sum(shares)
        # The manual does not say which sign the parts of a deduction carry.
        agrees = total == self.amount_ore or (self.code == "21" and -total == self.amount_ore)
        if shares and not agrees:
            raise ControlTotalMismatch(
                "the extra references do not add up to the payment they follow",
                stated=self.amount_ore,
                computed=total,
                line=self.line,
                record=self.code,
                field="amount",
            )

    def _without_amount(self) -> OtherEntry:
        """A record about no money is passed on as what it is: the hub's payments are above zero."""
        self._oddities.note("ZERO_AMOUNT", "no money is stated", self.line, self.code, "amount")
        references = [self._values["reference"], *(part.reference for part in self._parts)]
        return OtherEntry(
            self.line,
            1,
            0,
            self._currency,
            None,
            OtherKind.UNKNOWN,
            code=self.code,
            references=tuple(reference for reference in references if reference),
            texts=tuple(self._texts),
            keys=keys_of(self._values["serial"]),
        )
