"""The data types of basic elements of UBL 2.1: how their text is written and which attributes they have.

An element's type is how its name ends: `cbc:PayableAmount` is an amount. What ends otherwise is text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final, NamedTuple

from hub_peppol.judging.structure.lexical import (
    Lexical,
    is_base64,
    is_date,
    is_decimal,
    is_flag,
    is_language,
    is_time,
    is_uri,
)


class Datatype(NamedTuple):
    """A kind of basic element; an attribute's test is None where any text will do."""

    name: str
    is_valid: Lexical | None
    told: str  # what its text must be
    attributes: Mapping[str, Lexical | None]
    required: str = ""  # the attribute that must be there


def texts(*attributes: str) -> dict[str, Lexical | None]:
    """Declare attributes of any text."""
    return dict.fromkeys(attributes)


def uris(*attributes: str) -> dict[str, Lexical | None]:
    """Declare attributes that are addresses."""
    return dict.fromkeys(attributes, is_uri)


LANGUAGE: Final[dict[str, Lexical | None]] = {"languageID": is_language}
NUMBER: Final = "a number such as 12.50"

TEXT = Datatype("text", None, "", LANGUAGE | texts("languageLocaleID"))
_AMOUNT = Datatype(
    "amount", is_decimal, NUMBER, texts("currencyID", "currencyCodeListVersionID"), required="currencyID"
)
_BINARY = Datatype(
    "file",
    is_base64,
    "a file in base64",
    uris("uri") | texts("format", "mimeCode", "encodingCode", "characterSetCode", "filename"),
    required="mimeCode",
)
_CODE = Datatype(
    "code",
    None,
    "",
    LANGUAGE
    | uris("listURI", "listSchemeURI")
    | texts("listID", "listAgencyID", "listAgencyName", "listName", "listVersionID", "name"),
)
_IDENTIFIER = Datatype(
    "identifier",
    None,
    "",
    uris("schemeDataURI", "schemeURI")
    | texts("schemeID", "schemeName", "schemeAgencyID", "schemeAgencyName", "schemeVersionID"),
)
_MEASURE = Datatype("measure", is_decimal, NUMBER, texts("unitCode", "unitCodeListVersionID"), required="unitCode")
_QUANTITY = Datatype(
    "quantity",
    is_decimal,
    NUMBER,
    texts("unitCode", "unitCodeListID", "unitCodeListAgencyID", "unitCodeListAgencyName"),
)
_NUMERIC = Datatype("number", is_decimal, NUMBER, texts("format"))
DATE = Datatype("date", is_date, "a date such as 2026-11-22", {})
_TIME = Datatype("time", is_time, "a time such as 12:30:00", {})
INDICATOR = Datatype("flag", is_flag, "true or false", {})

_BY_ENDING: Final = (
    ("Amount", _AMOUNT),
    ("BinaryObject", _BINARY),
    ("Code", _CODE),
    ("ID", _IDENTIFIER),
    ("URI", _IDENTIFIER),
    ("Measure", _MEASURE),
    ("Quantity", _QUANTITY),
    ("Numeric", _NUMERIC),
    ("Percent", _NUMERIC),
    ("Rate", _NUMERIC),
    ("Date", DATE),
    ("Time", _TIME),
    ("Indicator", INDICATOR),
)
_TEXT_ALL_THE_SAME: Final = frozenset({"TimeAmount"})


@cache
def datatype_of(name: str) -> Datatype:
    """Return the data type of a basic element by its name, without a prefix."""
    if name in _TEXT_ALL_THE_SAME:
        return TEXT
    return by_ending(_BY_ENDING, name) or TEXT


def by_ending(datatypes: Iterable[tuple[str, Datatype]], name: str) -> Datatype | None:
    """Return the first data type whose ending a name has."""
    return next((datatype for ending, datatype in datatypes if name.endswith(ending)), None)
