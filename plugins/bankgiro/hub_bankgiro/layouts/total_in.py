"""Total IN and Total IN Bas of Plusgirot (*TL1*): records with positions as the record descriptions print them.

Source: Total IN, Total IN Basic, Record Descriptions, version 1.10, valid from October 2013, Nordea.
"""

from __future__ import annotations

from hub.formats.field_kinds import AMOUNT, COUNT, CalendarDate, Constant, Digits, Letters, Number, OneOf, Spare, Text
from hub.formats.fixed_width import Field, RecordLayout

REMAINDER_CODES = (" ", "0", "1", "2")


def _spare(first: int, last: int = 80) -> Field:
    return Field("spare", first, last, Spare(), "reserv")


def _two_texts(code: str, name: str, first: str, second: str) -> RecordLayout:
    return RecordLayout(code, name, [Field(first, 3, 37, Text()), Field(second, 38, 72, Text()), _spare(73)])


def _town(code: str) -> RecordLayout:
    return RecordLayout(
        code,
        "postcode, town and country",
        [Field("postcode", 3, 11, Text()), Field("town", 12, 46, Text()), Field("country", 47, 48, Text()), _spare(49)],
    )


START = RecordLayout(
    "00",
    "file header",
    [
        Field("customer", 3, 14, Text(), "kundnummer"),
        Field("timestamp", 15, 34, Digits(), "tidsstämpel"),
        Field("delivery", 35, 36, Digits(), "leveransnummer"),
        Field("layout", 37, 39, Constant("TL1"), "posttyp"),
        Field("service", 40, 49, OneOf(("TOTALIN   ", "TOTALIN-T ")), "tjänst"),
        _spare(50),
    ],
)
ACCOUNT = RecordLayout(
    "10",
    "account header",
    [
        Field("account", 3, 38, Text(), "kontonummer"),
        Field("currency", 39, 41, Letters(), "valuta"),
        Field("date", 42, 49, CalendarDate(), "bokföringsdag"),
        _spare(50),
    ],
)
_ENTRY = [
    Field("reference", 3, 37, Text(), "referens"),
    Field("amount", 38, 52, AMOUNT, "belopp"),
    Field("transaction", 53, 69, Digits(may_be_blank=True), "transaktionsnummer"),
]
PAYMENT = RecordLayout(
    "20",
    "payment",
    [*_ENTRY, Field("bankgiro", 70, 77, Digits(may_be_blank=True), "mottagande bankgironummer"), _spare(78)],
)
DEDUCTION = RecordLayout(
    "25", "deduction", [*_ENTRY, Field("remainder", 70, 70, OneOf(REMAINDER_CODES), "avdragskod"), _spare(71)]
)
REFERENCES = _two_texts("30", "more references", "reference", "second_reference")
MESSAGE = _two_texts("40", "message", "text", "second_text")
SENDER = _two_texts("50", "sender's name", "name", "extra_name")
SENDER_ADDRESS = _two_texts("51", "sender's address", "street", "second_street")
SENDER_TOWN = _town("52")
PAYER = RecordLayout(
    "60",
    "payer's account",
    [
        Field("account", 3, 38, Text(), "betalarens konto"),
        Field("account_type", 39, 39, Text(), "kontotyp"),
        Field("identity", 40, 59, Text(), "organisationsnummer"),
        _spare(60),
    ],
)
PAYER_NAME = _two_texts("61", "payer's name", "name", "extra_name")
PAYER_ADDRESS = _two_texts("62", "payer's address", "street", "second_street")
PAYER_TOWN = _town("63")
FOREIGN = RecordLayout(
    "70",
    "payment from abroad",
    [
        Field("charges", 3, 17, AMOUNT, "avgifter"),
        Field("charges_currency", 18, 20, Text(), "avgifternas valuta"),
        Field("spare", 21, 38, Spare(), "reserv"),
        Field("foreign_amount", 39, 53, AMOUNT, "belopp i utländsk valuta"),
        Field("currency", 54, 56, Letters(), "valuta"),
        Field("rate", 57, 68, Number("RATE_UNREADABLE"), "kurs med fyra decimaler"),
        Field("end", 69, 80, Spare(), "reserv"),
    ],
)
ACCOUNT_END = RecordLayout(
    "90",
    "account end",
    [
        Field("count", 3, 10, COUNT, "antal"),
        Field("amount", 11, 27, AMOUNT, "summa"),
        Field("statement", 28, 38, Text(), "kontoutdragsreferens"),
        _spare(39),
    ],
)
END = RecordLayout("99", "file end", [Field("records", 3, 17, COUNT, "antal poster"), _spare(18)])
LAYOUTS = {
    layout.code: layout
    for layout in (
        START,
        ACCOUNT,
        PAYMENT,
        DEDUCTION,
        REFERENCES,
        MESSAGE,
        SENDER,
        SENDER_ADDRESS,
        SENDER_TOWN,
        PAYER,
        PAYER_NAME,
        PAYER_ADDRESS,
        PAYER_TOWN,
        FOREIGN,
        ACCOUNT_END,
        END,
    )
}
