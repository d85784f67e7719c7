"""Which file this is: told by its opening records, never by its name.

The mandate register has no opening record and is told by the shape of its first row. Records to Bankgirot, mandates by
internet bank and the payment register are the same in both layouts; they are said to be of the new one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hub.formats.fixed_width import RecordLayout
from hub.model.direct_debits import Content
from hub_bankgiro.layouts import autogiro_from_bankgirot as from_bankgirot
from hub_bankgiro.layouts import autogiro_to_bankgirot, bgmax, supplier_payments, total_in

OLD, NEW = "old", "new"
TO_BANK, FROM_BANK = "to_bank", "from_bank"
MOST_TITLE_LINES = 10  # Bankgirot's examples have titles, blank lines and a ruler above their records


class FileForm(NamedTuple):
    """One kind of file and its records by code."""

    format: str
    layout: str  # `old`, `new`, or blank where there is one
    direction: str
    layouts: Mapping[str, RecordLayout]
    content: str = ""  # a Content, of Autogiro's answers

    def layout_of(self, record: str) -> RecordLayout | None:
        """Return the layout of a record, None for a code that the form does not have."""
        return self.layouts.get(record[:2]) or self.layouts.get(from_bankgirot.ROW)


def _answer(content: Content, layout: str, layouts: Mapping[str, RecordLayout]) -> FileForm:
    return FileForm(f"Autogiro, {content.replace('_', ' ')}", layout, FROM_BANK, layouts, content)


ORDERS = FileForm("Autogiro, to Bankgirot", NEW, TO_BANK, autogiro_to_bankgirot.LAYOUTS)
SPECIFICATION = _answer(Content.PAYMENT_SPECIFICATION, NEW, from_bankgirot.SPECIFICATION)
OLD_SPECIFICATION = _answer(Content.PAYMENT_SPECIFICATION, OLD, from_bankgirot.OLD_SPECIFICATION)
ADVICE = _answer(Content.MANDATE_ADVICE, NEW, from_bankgirot.MANDATE_ADVICE)
OLD_ADVICE = _answer(Content.MANDATE_ADVICE, OLD, from_bankgirot.OLD_MANDATE_ADVICE)
REJECTED = _answer(Content.REJECTED_REQUESTS, NEW, from_bankgirot.REJECTED)
OLD_REJECTED = _answer(Content.REJECTED_REQUESTS, OLD, from_bankgirot.OLD_REJECTED)
CHANGES = _answer(Content.CHANGED_REQUESTS, NEW, from_bankgirot.CHANGES)
OLD_CHANGES = _answer(Content.CHANGED_REQUESTS, OLD, from_bankgirot.OLD_CHANGES)
INTERNET_BANK = _answer(Content.INTERNET_BANK_MANDATES, NEW, from_bankgirot.INTERNET_BANK)
REQUEST_REGISTER = _answer(Content.REQUEST_REGISTER, NEW, from_bankgirot.REQUEST_REGISTER)
MANDATE_REGISTER = _answer(Content.MANDATE_REGISTER, NEW, from_bankgirot.MANDATE_REGISTER)
OLD_MANDATE_REGISTER = _answer(Content.MANDATE_REGISTER, OLD, from_bankgirot.OLD_MANDATE_REGISTER)
TOTAL_IN = FileForm("Total IN", "", FROM_BANK, total_in.LAYOUTS)
BGMAX = FileForm("BgMax", "", FROM_BANK, bgmax.LAYOUTS)
SUPPLIER_ORDERS = FileForm("LB, supplier payments", "", TO_BANK, supplier_payments.LAYOUTS)
SUPPLIER_ANSWERS = FileForm("LB, supplier payments", "", FROM_BANK, supplier_payments.LAYOUTS)
SPECIFICATIONS = (SPECIFICATION, OLD_SPECIFICATION)
AUTOGIRO_ANSWERS = (
    SPECIFICATION,
    OLD_SPECIFICATION,
    ADVICE,
    OLD_ADVICE,
    REJECTED,
    OLD_REJECTED,
    CHANGES,
    OLD_CHANGES,
    INTERNET_BANK,
    REQUEST_REGISTER,
    MANDATE_REGISTER,
    OLD_MANDATE_REGISTER,
)

_DAY = r"(?:19|20)\d\d[01]\d[0-3]\d"
_NO_DAY = rf"(?:{_DAY}|0{{8}}| {{8}})"
_NEW_OPENING = r"01AUTOGIRO {14}\d{8}.{12}"
_OLD_OPENING = r"01\d{8}AUTOGIRO9900"
_FORMS = tuple(
    (re.compile(opening), form)
    for opening, form in (
        (_NEW_OPENING + r"BET\. ?SPEC", SPECIFICATION),
        (_NEW_OPENING + "AG-MEDAVI", ADVICE),
        (_NEW_OPENING + "AVVISADE", REJECTED),
        (_NEW_OPENING + "MAKULERING", CHANGES),
        (_OLD_OPENING + "BEVAKNINGSREG", REQUEST_REGISTER),
        (_OLD_OPENING + "FELLISTA", OLD_REJECTED),
        (_OLD_OPENING + "MAK/", OLD_CHANGES),
        (_OLD_OPENING + " {40}", OLD_SPECIFICATION),
        (r"01\d{8}AUTOGIRO {44}\d{6}", ORDERS),
        (r"01\d{8}9900\d{10}AG-MEDAVI", OLD_ADVICE),
        (r"51\d{8}9900\d{10}AG-EMEDGIV", INTERNET_BANK),
        (rf"\d{{10}}[\d ]{{12}}\d{{16}}[12](?:\d\d|  ){_DAY}{_NO_DAY}[12] {{6}}[\d ]", MANDATE_REGISTER),
        (rf"\d{{10}}[\d ]{{12}}\d{{16}}[12][\d ]{_DAY}{_NO_DAY}[12]0[\d ]{{5}}[\d ]{{16}}", OLD_MANDATE_REGISTER),
        (r"00.{34}TL1TOTALIN", TOTAL_IN),
        (r"01BGMAX[ \t]", BGMAX),
        (r"11.{10}\d{6}LEVERANT.{1,2}RSBETALNINGAR.{0,7}[1-9]", SUPPLIER_ANSWERS),
        (r"11.{10}\d{6}LEVERANT", SUPPLIER_ORDERS),
    )
)
_SEAL_OPENING = re.compile(r"00\d{6}HMAC *$")


def form_of(record: str) -> FileForm | None:
    """Return the form of a file whose opening record this is, None for any other record."""
    return next((form for opening, form in _FORMS if opening.match(record)), None)


def is_seal_opening(record: str) -> bool:
    """Say whether a sealed file begins with this record: what it holds stands in the next."""
    return _SEAL_OPENING.match(record) is not None


def first_form(records: Iterable[str]) -> tuple[int, FileForm | None]:
    """Return how many titles stand above the opening record, and the form; (0, None) when nothing is known."""
    titles = 0
    for record in records:
        if form := form_of(record):
            return titles, form
        if not is_seal_opening(record):
            titles += 1
        if titles > MOST_TITLE_LINES:
            break
    return 0, None
