"""Supplier payments (*Leverantörsbetalningar*, LB): looked at, never written; the service ends in 2026.

Sources: jacob22/accounting and niho/bankgirot, which read and write these files, and three of Bankgirot's examples.
Accounts are text, since examples mask their digits.
"""

from __future__ import annotations

from hub.formats.field_kinds import AMOUNT, COUNT, Spare, Text
from hub.formats.fixed_width import Field, RecordLayout
from hub_bankgiro.kinds import Echoed

Layouts = dict[str, RecordLayout]
MONITORING = "2"  # the report code of the file of balances


def _spare(first: int, last: int = 80) -> Field:
    return Field("spare", first, last, Spare(), "reserv")


def _text(code: str, name: str) -> RecordLayout:
    return RecordLayout(code, name, [Field("text", 3, 80, Text())])


def _payment(code: str, name: str) -> RecordLayout:
    return RecordLayout(
        code,
        name,
        [
            Field("payee", 3, 12, Text(), "mottagarens bankgiro eller utbetalningsnummer"),
            Field("reference", 13, 37, Text(), "referens"),
            Field("amount", 38, 49, AMOUNT, "belopp"),
            Field("date", 50, 55, Text(), "betalningsdag"),
            Field("letter", 56, 60, Text(), "betalningstyp"),
            Field("note", 61, 80, Text(), "egen information"),
        ],
    )


OPENING = RecordLayout(
    "11",
    "opening",
    [
        Field("bankgiro", 3, 12, Text(), "avsändarens bankgironummer"),
        Field("written", 13, 18, Text(), "skrivdag"),
        Field("service", 19, 40, Text(), "layoutnamn"),
        Field("date", 41, 46, Text(), "betalningsdag"),
        Field("report", 47, 47, Text(), "rapportkod"),
        Field("middle", 48, 59, Text()),
        Field("currency", 60, 62, Text(), "valuta"),
        _spare(63),
    ],
)
END = RecordLayout(
    "29",
    "end",
    [
        Field("bankgiro", 3, 12, Text(), "avsändarens bankgironummer"),
        Field("count", 13, 20, COUNT, "antal poster"),
        Field("amount", 21, 32, Echoed(AMOUNT), "summa"),
        Field("sign", 33, 33, Text(), "tecken"),
        _spare(34),
    ],
)
PAYMENT_CODES = ("14", "15", "16", "17", "54", "65")
DEDUCTED_CODES = ("15", "16", "17")
BALANCE_CODES = ("40", "41", "42", "43")
LAYOUTS: Layouts = {
    "11": OPENING,
    "12": _text("12", "fixed text"),
    "13": _text("13", "headings"),
    **{code: _payment(code, "payment") for code in PAYMENT_CODES},
    "20": _text("20", "what remains of a deduction"),
    "21": _text("21", "what remains of a deduction"),
    "25": _text("25", "information"),
    "26": _text("26", "name"),
    "27": _text("27", "address"),
    "29": END,
    "40": _text("40", "account, or a balance"),
    "41": _text("41", "balance"),
    "42": _text("42", "balance"),
    "43": _text("43", "balance"),
    "46": _text("46", "comment"),
    "49": _text("49", "comment"),
    "LB": _text("LB", "change"),
}
