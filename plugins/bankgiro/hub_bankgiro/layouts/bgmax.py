"""BgMax records (*posttyper*), with the positions the manual prints.

Source: Bankgiro Inbetalningar, teknisk manual, November 2019.
"""

from __future__ import annotations

from hub.formats.field_kinds import (
    AMOUNT,
    COUNT,
    CalendarDate,
    Constant,
    Digits,
    OneOf,
    ShiftedDigits,
    Spare,
    Symbol,
    Text,
)
from hub.formats.fixed_width import Field, RecordLayout
from hub_bankgiro.codes import CHANNELS, DEDUCTION_CODES, IMAGE_MARKS, REFERENCE_CODES

CURRENCIES = ("SEK", "EUR")  # deposits in euro ended on 31 October 2016; older files have them
ANY_DIGIT = "0123456789"  # reserved codes can be read and are reported; a letter cannot

START = RecordLayout(
    "01",
    "file header",
    [
        Field("layout", 3, 22, Constant("BGMAX"), "layoutnamn"),
        Field("version", 23, 24, Constant("01"), "versionsnummer"),
        Field("timestamp", 25, 44, Digits(), "skrivdag och mikrosekund"),
        Field("test_mark", 45, 45, OneOf(("P", "T")), "testmarkering"),
        Field("spare", 46, 80, Spare(), "reserv"),
    ],
)

OPENING = RecordLayout(
    "05",
    "section header",
    [
        Field("bankgiro", 3, 12, Digits(), "mottagarens bankgironummer"),
        Field("plusgiro", 13, 22, Digits(may_be_blank=True), "mottagarens plusgironummer"),
        Field("currency", 23, 25, OneOf(CURRENCIES), "valuta"),
        Field("spare", 26, 80, Spare(), "reserv"),
    ],
)


def _reference_fields() -> list[Field]:
    """Fields that records 20 to 23 share."""
    return [
        Field("sender", 3, 12, ShiftedDigits(), "avsändarens bankgironummer"),
        Field("reference", 13, 37, Text(is_right_aligned=True), "referens"),
        Field("amount", 38, 55, AMOUNT, "betalningsbelopp"),
        Field("reference_code", 56, 56, Symbol("".join(REFERENCE_CODES.codes), ANY_DIGIT)),
        Field("channel", 57, 57, Symbol("".join(CHANNELS.codes), ANY_DIGIT), "kanalkod"),
        Field("serial", 58, 69, Digits(may_be_blank=True), "BGC-löpnummer"),
        Field("image", 70, 70, Symbol("".join(IMAGE_MARKS.codes) + " ", ANY_DIGIT + " ")),
    ]


_TAIL = [Field("spare", 71, 80, Spare(), "reserv")]

PAYMENT = RecordLayout("20", "payment", [*_reference_fields(), *_TAIL])
DEDUCTION = RecordLayout(
    "21",
    "deduction",
    [
        *_reference_fields(),
        Field("remainder", 71, 71, Symbol("".join(DEDUCTION_CODES.codes), ANY_DIGIT + " ")),
        Field("spare", 72, 80, Spare(), "reserv"),
    ],
)
EXTRA_REFERENCE = RecordLayout("22", "extra reference", [*_reference_fields(), *_TAIL])
NEGATIVE_REFERENCE = RecordLayout("23", "extra reference, negative", [*_reference_fields(), *_TAIL])

INFORMATION = RecordLayout(
    "25",
    "information",
    [
        Field("text", 3, 52, Text(), "informationstext"),
        Field("spare", 53, 80, Spare(), "reserv"),
    ],
)
PAYER_NAME = RecordLayout(
    "26",
    "payer name",
    [
        Field("name", 3, 37, Text(), "betalarens namn"),
        Field("extra_name", 38, 72, Text(), "extra namnfält"),
        Field("spare", 73, 80, Spare(), "reserv"),
    ],
)
PAYER_STREET = RecordLayout(
    "27",
    "payer address 1",
    [
        Field("street", 3, 37, Text(), "betalarens adress"),
        Field("postcode", 38, 46, Text(), "betalarens postnummer"),
        Field("spare", 47, 80, Spare(), "reserv"),
    ],
)
PAYER_TOWN = RecordLayout(
    "28",
    "payer address 2",
    [
        Field("town", 3, 37, Text(), "betalarens ort"),
        Field("country", 38, 72, Text(), "betalarens land"),
        Field("country_code", 73, 74, Text(), "landkod"),
        Field("spare", 75, 80, Spare(), "reserv"),
    ],
)
PAYER_IDENTITY = RecordLayout(
    "29",
    "payer organisation number",
    [
        Field("identity", 3, 14, ShiftedDigits(), "betalarens organisationsnummer"),
        Field("spare", 15, 80, Spare(), "reserv"),
    ],
)

DEPOSIT = RecordLayout(
    "15",
    "deposit",
    [
        Field("bank_account", 3, 37, Text(is_right_aligned=True), "mottagarens bankkontonummer"),
        Field("date", 38, 45, CalendarDate(), "betalningsdag"),
        Field("serial", 46, 50, Digits(may_be_blank=True), "löpnummer"),
        Field("amount", 51, 68, AMOUNT, "insättningsbelopp"),
        Field("currency", 69, 71, OneOf(CURRENCIES), "valuta"),
        Field("count", 72, 79, COUNT, "antal betalningar"),
        Field("deposit_type", 80, 80, Text(), "typ av insättning"),
    ],
)

END = RecordLayout(
    "70",
    "file trailer",
    [
        Field("payments", 3, 10, COUNT, "antal betalningsposter"),
        Field("deductions", 11, 18, COUNT, "antal avdragsposter"),
        Field("extra_references", 19, 26, COUNT, "antal extra referensnummerposter"),
        Field("deposits", 27, 34, COUNT, "antal insättningsposter"),
        Field("spare", 35, 80, Spare(), "reserv"),
    ],
)

LAYOUTS = {
    layout.code: layout
    for layout in (
        START,
        OPENING,
        PAYMENT,
        DEDUCTION,
        EXTRA_REFERENCE,
        NEGATIVE_REFERENCE,
        INFORMATION,
        PAYER_NAME,
        PAYER_STREET,
        PAYER_TOWN,
        PAYER_IDENTITY,
        DEPOSIT,
        END,
    )
}


def _optional(*layouts: RecordLayout) -> str:
    return "".join(f"(?:{layout.pattern}\n|)" for layout in layouts)


PLAIN_PAYMENT = (
    rf"(?!20.{{35}}0{{18}}){PAYMENT.pattern}\n"
    + _optional(INFORMATION, PAYER_NAME, PAYER_STREET, PAYER_TOWN, PAYER_IDENTITY)
    + "(?=20|21|15)"
)
"""A payment in its most usual form: regular fields, an amount, at most one record of each kind, and nothing after it
that would belong to it. A reader takes these in one go and every other record by itself, with the same result."""

ANY_RECORD = r"(.{80})\n"
