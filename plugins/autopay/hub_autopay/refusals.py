"""Why a camt file is refused: one table of codes, what is wrong, and what to do next.

Everything else that differs from the schema is read, with a warning at most. The codes of the XML toolkit (`NOT_XML`,
`DTD_REFUSED`, `ITEM_TOO_LARGE`, `TEXT_TOO_LONG`, `REPEATED_ELEMENT`) and `CONTROL_TOTAL` come in addition.
"""

from __future__ import annotations

from hub.errors import FormatError

_ASK_BANK = "ask the bank for a corrected file"

REFUSALS: dict[str, tuple[str, str]] = {
    "UNSUPPORTED_MESSAGE": (
        "the message is not one that states booked payments",
        "order camt.054 notifications or camt.053 statements from the bank",
    ),
    "UNSUPPORTED_VERSION": ("version 001.01 of camt is built differently", "order version 001.02 or later"),
    "WRONG_ROOT": ("the document holds no camt message", "check that the right file was sent"),
    "NO_SECTION": ("the message holds no statement and no notification", _ASK_BANK),
    "ACCOUNT_MISSING": ("the section names no account before its entries", _ASK_BANK),
    "AMOUNT_MISSING": ("the amount is missing", _ASK_BANK),
    "AMOUNT_UNREADABLE": ("the amount is not an unsigned decimal number", _ASK_BANK),
    "AMOUNT_TOO_FINE": ("the amount has more than two decimals that are not zero", _ASK_BANK),
    "AMOUNT_TOO_LARGE": ("the amount has more than 18 digits in öre", _ASK_BANK),
    "CURRENCY_MISSING": ("the amount has no three-letter currency code", _ASK_BANK),
    "INDICATOR_MISSING": ("credit or debit is not stated", _ASK_BANK),
    "INDICATOR_UNREADABLE": ("credit or debit is neither CRDT nor DBIT", _ASK_BANK),
    "REVERSAL_UNREADABLE": ("the reversal indicator is neither true nor false", _ASK_BANK),
    "STATUS_MISSING": ("the entry does not say whether it is booked", _ASK_BANK),
    "DATE_UNREADABLE": ("the date is not a date", _ASK_BANK),
    "NO_DATE": ("a booked entry has no date, and neither has the file", _ASK_BANK),
    "COUNT_UNREADABLE": ("the count is not a number", _ASK_BANK),
    "DETAIL_AMOUNT_MISSING": (
        "some transaction details of the entry state their amount and others do not",
        _ASK_BANK,
    ),
    "ENTRY_UNORDERED": (
        "amount, indicator or status of a large entry come after its details",
        "ask the bank for a file in the order of the schema",
    ),
}


def refused(code: str, *, line: int | None = None, record: str = "", field: str = "", value: str = "") -> FormatError:
    """Build the error of one refusal; the offending text is kept apart and never printed."""
    what, next_step = REFUSALS[code]
    return FormatError(f"{what}; {next_step}", code=code, line=line, record=record, field=field, value=value)
