"""Autogiro: records from Bankgirot (*posttyper*), in the new layout and where it differs in the old one.

Codes mean other records in other files, so there is one table for each content. Source: Autogiro, teknisk manual,
Bankgirot, chapters 7 and 8.
"""

from __future__ import annotations

from hub.formats.field_kinds import AMOUNT, COUNT, CalendarDate, Constant, Digits, OneOf, Spare, Text
from hub.formats.fixed_width import Field, RecordLayout
from hub_bankgiro.kinds import MAYBE_DATE, Echoed, Unused

Layouts = dict[str, RecordLayout]
ROW = "row"  # the code of the mandate register's records, which have none
_BLANK_OK = Digits(may_be_blank=True)
_MARK = Field("mark", 11, 14, Constant("9900"), "konstant")
_WRITTEN = Field("date", 3, 10, CalendarDate(), "skrivdag")


def _spare(first: int, last: int = 80, name: str = "spare") -> Field:
    return Field(name, first, last, Spare(), "reserv")


def _by_code(*layouts: RecordLayout) -> Layouts:
    return {layout.code: layout for layout in layouts}


OPENING = RecordLayout(
    "01",
    "opening, new layout",
    [
        Field("service", 3, 22, Constant("AUTOGIRO"), "layoutnamn"),
        _spare(23, 24),
        Field("date", 25, 32, CalendarDate(), "skrivdag"),
        Field("time", 33, 44, _BLANK_OK, "klockslag"),
        Field("content", 45, 64, Text(), "innehåll"),
        Field("customer", 65, 70, Digits(), "kundnummer hos Bankgirot"),
        Field("bankgiro", 71, 80, Digits(), "mottagarens bankgironummer"),
    ],
)
OLD_OPENING = RecordLayout(
    "01",
    "opening, old layout, and payment register",
    [
        _WRITTEN,
        Field("service", 11, 18, Constant("AUTOGIRO"), "layoutnamn"),
        Field("mark", 19, 22, Constant("9900"), "konstant"),
        Field("content", 23, 62, Text(), "innehåll"),
        Field("customer", 63, 68, Digits(), "kundnummer hos Bankgirot"),
        Field("bankgiro", 69, 78, Digits(), "mottagarens bankgironummer"),
        _spare(79),
    ],
)


def _old_advice_opening(code: str, content: str) -> RecordLayout:
    return RecordLayout(
        code,
        "opening without customer number",
        [
            _WRITTEN,
            _MARK,
            Field("bankgiro", 15, 24, Digits(), "mottagarens bankgironummer"),
            Field("content", 25, 34, Constant(content), "innehåll"),
            _spare(35),
        ],
    )


OLD_ADVICE_OPENING = _old_advice_opening("01", "AG-MEDAVI")
INTERNET_BANK_OPENING = _old_advice_opening("51", "AG-EMEDGIV")


# --- payment specification (betalningsspecifikation) -----------------------------------------------------------------


def _section(code: str, name: str) -> RecordLayout:
    return RecordLayout(
        code,
        name,
        [
            Field("account", 3, 37, Text(is_right_aligned=True), "mottagarens bankkonto"),
            Field("date", 38, 45, CalendarDate(), "betalningsdag"),
            Field("serial", 46, 50, _BLANK_OK, "löpnummer"),
            Field("amount", 51, 68, AMOUNT, "godkänt belopp"),
            _spare(69, 71),
            Field("count", 72, 79, COUNT, "antal godkända"),
            _spare(80, 80, "end"),
        ],
    )


def _carried_out() -> list[Field]:
    return [
        Field("date", 3, 10, CalendarDate(), "betalningsdag"),
        Field("period", 11, 11, Text(), "periodkod"),
        Field("times", 12, 14, Echoed(_BLANK_OK), "antal självförnyande"),
        _spare(15, 15),
        Field("payer", 16, 31, Digits(), "betalarnummer"),
        Field("amount", 32, 43, AMOUNT, "belopp"),
        Field("bankgiro", 44, 53, Digits(), "mottagarens bankgironummer"),
        Field("reference", 54, 69, Text(), "referens"),
    ]


STATUSES = ("0", "1", "2", "9", " ")  # blank is the old layout's word for paid


def _outcome(code: str, name: str) -> RecordLayout:
    status = [_spare(70, 79, "middle"), Field("status", 80, 80, OneOf(STATUSES), "betalningsstatus")]
    return RecordLayout(code, name, [*_carried_out(), *status])


REFUND = RecordLayout(
    "77",
    "refund",
    [
        *_carried_out(),
        Field("refund_date", 70, 77, CalendarDate(), "återbetalningsdag"),
        Field("refund_code", 78, 79, Digits(), "återbetalningskod"),
        _spare(80, 80, "end"),
    ],
)
SPECIFICATION_END = RecordLayout(
    "09",
    "end of a payment specification",
    [
        _WRITTEN,
        _MARK,
        Field("in_sections", 15, 20, COUNT, "antal insättningsposter"),
        Field("in_count", 21, 32, COUNT, "antal godkända inbetalningar"),
        Field("out_sections", 33, 38, COUNT, "antal uttagsposter"),
        Field("out_count", 39, 50, COUNT, "antal godkända utbetalningar"),
        Field("refund_sections", 51, 56, COUNT, "antal uttagsposter för återbetalningar"),
        Field("refund_count", 57, 68, COUNT, "antal återbetalningar"),
        _spare(69),
    ],
)
SUMS_END = RecordLayout(
    "09",
    "end with sums",
    [
        _WRITTEN,
        _MARK,
        Field("unused", 15, 28, Unused()),
        Field("out_amount", 29, 40, AMOUNT, "summa utbetalningar"),
        Field("out_count", 41, 46, COUNT, "antal utbetalningar"),
        Field("in_count", 47, 52, COUNT, "antal inbetalningar"),
        Field("unused_too", 53, 56, Unused()),
        Field("in_amount", 57, 68, AMOUNT, "summa inbetalningar"),
        Field("unused_end", 69, 80, Unused()),
    ],
)
_COLLECTED, _PAID_OUT = _outcome("82", "incoming payment"), _outcome("32", "outgoing payment")
SPECIFICATION = _by_code(
    OPENING,
    _section("15", "deposit"),
    _COLLECTED,
    _section("16", "withdrawal for outgoing payments"),
    _PAID_OUT,
    _section("17", "withdrawal for refunds"),
    REFUND,
    SPECIFICATION_END,
)
OLD_SPECIFICATION = _by_code(OLD_OPENING, _COLLECTED, _PAID_OUT, SUMS_END)


# --- mandate advice (medgivandeavisering) ----------------------------------------------------------------------------

ADVICE = RecordLayout(
    "73",
    "mandate advice",
    [
        Field("bankgiro", 3, 12, Digits(), "mottagarens bankgironummer"),
        Field("payer", 13, 28, Digits(), "betalarnummer"),
        Field("account", 29, 44, _BLANK_OK, "betalarens kontonummer"),
        Field("identity", 45, 56, _BLANK_OK, "personnummer eller organisationsnummer"),
        Field("unused", 57, 61, Unused()),
        Field("information", 62, 63, Digits(), "informationskod"),
        Field("comment", 64, 65, Digits(), "kommentarskod"),
        Field("date", 66, 73, MAYBE_DATE, "behandlingsdag"),
        Field("valid_from", 74, 79, _BLANK_OK, "giltig från"),
        _spare(80),
    ],
)
ADVICE_END = RecordLayout(
    "09", "end of mandate advice", [_WRITTEN, _MARK, Field("count", 15, 21, COUNT, "antal poster"), _spare(22)]
)
MANDATE_ADVICE = _by_code(OPENING, ADVICE, ADVICE_END)
OLD_MANDATE_ADVICE = _by_code(OLD_ADVICE_OPENING, ADVICE, ADVICE_END)


# --- rejected requests (avvisade betalningsuppdrag): one column to the left ------------------------------------------


def _rejected(code: str, name: str) -> RecordLayout:
    return RecordLayout(
        code,
        name,
        [
            Field("date", 3, 10, Echoed(MAYBE_DATE), "betalningsdag"),
            Field("period", 11, 11, Text(), "periodkod"),
            Field("times", 12, 14, Echoed(_BLANK_OK), "antal självförnyande"),
            Field("payer", 15, 30, Echoed(Digits()), "betalarnummer"),
            Field("amount", 31, 42, Echoed(AMOUNT), "belopp"),
            Field("reference", 43, 58, Text(), "referens"),
            Field("comment", 59, 60, Digits(), "kommentarskod"),
            _spare(61),
        ],
    )


REJECTED_END = RecordLayout(
    "09",
    "end of rejected requests",
    [
        _WRITTEN,
        _MARK,
        Field("out_count", 15, 20, COUNT, "antal utbetalningar"),
        Field("out_amount", 21, 32, AMOUNT, "summa utbetalningar"),
        Field("in_count", 33, 38, COUNT, "antal inbetalningar"),
        Field("in_amount", 39, 50, AMOUNT, "summa inbetalningar"),
        _spare(51),
    ],
)
_REJECTED = (_rejected("82", "rejected incoming payment"), _rejected("32", "rejected outgoing payment"), REJECTED_END)
REJECTED = _by_code(OPENING, *_REJECTED)
OLD_REJECTED = _by_code(OLD_OPENING, *_REJECTED)


# --- cancellations and changes (makuleringar och ändringar) ----------------------------------------------------------

CHANGE_CODES = ("03", "11", "21", "22", "23", "24", "25", "26", "27", "28", "29")
CHANGES_OF_SEVERAL = ("21", "22", "26", "27")  # positions 41 to 48 count them


def _change(code: str) -> RecordLayout:
    return RecordLayout(
        code,
        "cancelled or changed request",
        [
            Field("date", 3, 10, Echoed(MAYBE_DATE), "betalningsdag"),
            Field("payer", 11, 26, Echoed(_BLANK_OK), "betalarnummer"),
            Field("direction", 27, 28, Text(), "transaktionskod"),
            Field("amount", 29, 40, Echoed(AMOUNT), "belopp"),
            Field("label", 41, 48, Text(), "referenstext eller antal"),
            Field("new_date", 49, 56, Echoed(MAYBE_DATE), "ny betalningsdag"),
            Field("reference", 57, 72, Text(), "referens"),
            Field("comment", 73, 74, Digits(), "kommentarskod"),
            _spare(75),
        ],
    )


_CHANGES = (*(_change(code) for code in CHANGE_CODES), SUMS_END)
CHANGES = _by_code(OPENING, *_CHANGES)
OLD_CHANGES = _by_code(OLD_OPENING, *_CHANGES)


# --- mandates by internet bank (medgivanden via internetbank) --------------------------------------------------------

ASKED = RecordLayout(
    "52",
    "mandate by internet bank",
    [
        Field("bankgiro", 3, 12, Digits(), "mottagarens bankgironummer"),
        Field("payer", 13, 28, Digits(), "betalarnummer"),
        Field("account", 29, 44, _BLANK_OK, "betalarens kontonummer"),
        Field("identity", 45, 56, _BLANK_OK, "personnummer eller organisationsnummer"),
        Field("unused", 57, 61, Unused()),
        Field("reminder", 62, 62, OneOf(("0", "1", "2")), "typ av medgivande"),
        _spare(63),
    ],
)
ASKED_TEXT = RecordLayout("53", "the payer's words", [Field("text", 3, 38, Text(), "information"), _spare(39)])


def _address(code: str) -> RecordLayout:
    lines = [Field("first", 3, 38, Text(), "namn eller adress"), Field("second", 39, 74, Text(), "namn eller adress")]
    return RecordLayout(code, "name and address", [*lines, _spare(75)])


ASKED_TOWN = RecordLayout(
    "56",
    "postcode and town",
    [Field("postcode", 3, 7, Text(), "postnummer"), Field("town", 8, 43, Text(), "ort"), _spare(44)],
)
ASKED_END = RecordLayout(
    "59", "end of mandates by internet bank", [_WRITTEN, _MARK, Field("count", 15, 21, COUNT, "antal"), _spare(22)]
)
INTERNET_BANK = _by_code(
    INTERNET_BANK_OPENING, ASKED, ASKED_TEXT, _address("54"), _address("55"), ASKED_TOWN, ASKED_END
)


# --- registers -------------------------------------------------------------------------------------------------------


def _waiting(code: str, name: str) -> RecordLayout:
    return RecordLayout(
        code,
        name,
        [
            Field("date", 3, 10, MAYBE_DATE, "betalningsdag"),
            Field("period", 11, 11, Text(), "periodkod"),
            Field("times", 12, 14, Echoed(_BLANK_OK), "antal självförnyande"),
            _spare(15, 15),
            Field("payer", 16, 31, Digits(), "betalarnummer"),
            Field("amount", 32, 43, AMOUNT, "belopp"),
            _spare(44, 53, "middle"),
            Field("reference", 54, 69, Text(), "referens"),
            _spare(70, 80, "end"),
        ],
    )


REQUEST_REGISTER = _by_code(
    OLD_OPENING, _waiting("82", "waiting incoming payment"), _waiting("32", "waiting outgoing payment"), SUMS_END
)

_REGISTERED = [
    Field("bankgiro", 1, 10, Digits(), "mottagarens bankgironummer"),
    Field("identity", 11, 22, _BLANK_OK, "personnummer eller organisationsnummer"),
    Field("payer", 23, 38, Digits(), "betalarnummer"),
    Field("origin", 39, 39, OneOf(("1", "2")), "källa"),
]
_STATES = OneOf(("1", "2"))
MANDATE_REGISTER_ROW = RecordLayout(
    "",
    "registered mandate, new layout",
    [
        *_REGISTERED,
        Field("active_year", 40, 41, _BLANK_OK, "aktivt år"),
        Field("created", 42, 49, MAYBE_DATE, "skapad"),
        Field("changed", 50, 57, MAYBE_DATE, "ändrad"),
        Field("state", 58, 58, _STATES, "status"),
        _spare(59, 64),
        Field("account", 65, 80, _BLANK_OK, "betalarens kontonummer"),
    ],
)
OLD_MANDATE_REGISTER_ROW = RecordLayout(
    "",
    "registered mandate, old layout",
    [
        *_REGISTERED,
        Field("active_year", 40, 40, _BLANK_OK, "aktivt år"),
        Field("created", 41, 48, MAYBE_DATE, "skapad"),
        Field("changed", 49, 56, MAYBE_DATE, "ändrad"),
        Field("state", 57, 57, _STATES, "status"),
        Field("max_mark", 58, 58, Constant("0")),
        Field("max_amount", 59, 63, _BLANK_OK, "maxbelopp i kronor"),
        Field("account", 64, 79, _BLANK_OK, "betalarens kontonummer"),
        _spare(80),
    ],
)
MANDATE_REGISTER = {ROW: MANDATE_REGISTER_ROW}
OLD_MANDATE_REGISTER = {ROW: OLD_MANDATE_REGISTER_ROW}
