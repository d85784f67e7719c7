"""Autogiro: records to Bankgirot (*posttyper*), the same in the old and the new layout.

A file is one or more sections, each beginning with its own record 01; there is no closing record. A sealed file has
record 00 before and 99 behind them. Source: Autogiro, teknisk manual, Bankgirot, chapters 5 and 6.
"""

from __future__ import annotations

from hub.formats.field_kinds import AMOUNT, CalendarDate, Constant, Digits, OneOf, Spare, Text
from hub.formats.fixed_width import Field, RecordLayout
from hub_bankgiro.kinds import DATE_OR_AT_ONCE

PERIODS = ("0", "1", "2", "3", "4", "5", "6", "7", "8")
DIRECTIONS = ("82", "32")
_BLANK_OK = Digits(may_be_blank=True)
_BANKGIRO = Field("bankgiro", 3, 12, Digits(), "mottagarens bankgironummer")
_PAYER = Field("payer", 13, 28, Digits(), "betalarnummer")
_DATE = Field("date", 29, 36, CalendarDate(), "betalningsdag")
_AMOUNT = Field("amount", 37, 48, AMOUNT, "belopp")
_CODE = Field("direction", 49, 50, OneOf(DIRECTIONS), "transaktionskod")
_REFERENCE = Field("reference", 59, 74, Text(), "referens")


def _spare(first: int, last: int = 80, name: str = "spare") -> Field:
    return Field(name, first, last, Spare(), "reserv")


OPENING = RecordLayout(
    "01",
    "opening of a section",
    [
        Field("date", 3, 10, CalendarDate(), "skrivdag"),
        Field("service", 11, 18, Constant("AUTOGIRO"), "layoutnamn"),
        _spare(19, 62),
        Field("customer", 63, 68, Digits(), "kundnummer hos Bankgirot"),
        Field("bankgiro", 69, 78, Digits(), "mottagarens bankgironummer"),
        _spare(79, 80, "end"),
    ],
)
CANCELLED_MANDATE = RecordLayout("03", "mandate cancelled", [_BANKGIRO, _PAYER, _spare(29)])
NEW_MANDATE = RecordLayout(
    "04",
    "new mandate, or answer to one by internet bank",
    [
        _BANKGIRO,
        _PAYER,
        Field("account", 29, 44, _BLANK_OK, "betalarens kontonummer"),
        Field("identity", 45, 56, _BLANK_OK, "personnummer eller organisationsnummer"),
        _spare(57, 76),
        Field("rejects", 77, 78, OneOf(("  ", "AV")), "avvisning"),
        _spare(79, 80, "end"),
    ],
)
CHANGED_PAYER_NUMBER = RecordLayout(
    "05",
    "payer number changed",
    [
        _BANKGIRO,
        _PAYER,
        Field("new_bankgiro", 29, 38, Digits(), "nytt mottagarbankgironummer"),
        Field("new_payer", 39, 54, Digits(), "nytt betalarnummer"),
        _spare(55),
    ],
)


def _request(code: str, name: str) -> RecordLayout:
    return RecordLayout(
        code,
        name,
        [
            Field("date", 3, 10, DATE_OR_AT_ONCE, "betalningsdag"),
            Field("period", 11, 11, OneOf(PERIODS), "periodkod"),
            Field("times", 12, 14, _BLANK_OK, "antal självförnyande"),
            _spare(15, 15),
            Field("payer", 16, 31, Digits(), "betalarnummer"),
            Field("amount", 32, 43, AMOUNT, "belopp"),
            Field("bankgiro", 44, 53, Digits(), "mottagarens bankgironummer"),
            Field("reference", 54, 69, Text(), "referens"),
            _spare(70, 80, "end"),
        ],
    )


COLLECTED = _request("82", "incoming payment")
PAID_OUT = _request("32", "outgoing payment")
CANCELLED_OF_PAYER = RecordLayout("23", "all requests of a payer cancelled", [_BANKGIRO, _PAYER, _spare(29)])
CANCELLED_OF_DAY = RecordLayout("24", "a payer's requests of a day cancelled", [_BANKGIRO, _PAYER, _DATE, _spare(37)])
CANCELLED_ONE = RecordLayout(
    "25",
    "one request cancelled",
    [_BANKGIRO, _PAYER, _DATE, _AMOUNT, _CODE, _spare(51, 58), _REFERENCE, _spare(75, 80, "end")],
)
_NEW_DATE = Field("new_date", 51, 58, CalendarDate(), "ny betalningsdag")
MOVED_ALL = RecordLayout("26", "all requests moved", [_BANKGIRO, _spare(13, 50), _NEW_DATE, _spare(59, 80, "end")])
MOVED_OF_DAY = RecordLayout(
    "27",
    "requests of a day moved",
    [_BANKGIRO, _spare(13, 28), _DATE, _spare(37, 50, "middle"), _NEW_DATE, _spare(59, 80, "end")],
)
MOVED_OF_PAYER = RecordLayout(
    "28",
    "a payer's requests of a day moved",
    [_BANKGIRO, _PAYER, _DATE, _spare(37, 50), _NEW_DATE, _spare(59, 80, "end")],
)
MOVED_ONE = RecordLayout(
    "29",
    "one request moved",
    [_BANKGIRO, _PAYER, _DATE, _AMOUNT, _CODE, _NEW_DATE, _REFERENCE, _spare(75, 80, "end")],
)
SEAL_OPENING = RecordLayout(
    "00",
    "opening of a sealed file",
    [
        Field("date", 3, 8, Digits(), "sigilldatum"),
        Field("mark", 9, 12, Constant("HMAC"), "sigillmetod"),
        _spare(13),
    ],
)
SEAL = RecordLayout(
    "99",
    "tamper seal",
    [
        Field("date", 3, 8, Digits(), "sigilldatum"),
        Field("key_check", 9, 40, Text(), "nyckelverifieringsvärde"),
        Field("mac", 41, 72, Text(), "sigillvärde"),
        _spare(73),
    ],
)
MANDATE_CODES = ("03", "04", "05")
REQUEST_CODES = ("82", "32")
CHANGE_CODES = ("23", "24", "25", "26", "27", "28", "29")
LAYOUTS = {
    layout.code: layout
    for layout in (
        OPENING,
        CANCELLED_MANDATE,
        NEW_MANDATE,
        CHANGED_PAYER_NUMBER,
        COLLECTED,
        PAID_OUT,
        CANCELLED_OF_PAYER,
        CANCELLED_OF_DAY,
        CANCELLED_ONE,
        MOVED_ALL,
        MOVED_OF_DAY,
        MOVED_OF_PAYER,
        MOVED_ONE,
        SEAL_OPENING,
        SEAL,
    )
}
