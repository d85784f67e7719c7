"""The data types of Svefaktura 1.0: those of UBL 1.0, whose codes are lists of their day.

An element's type is how its name ends, as in UBL 2.1; what ends otherwise is text. `PlainID` is none of its elements:
the table says so of an identifier that has no attributes.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from hub_peppol.judging.code_list import CodeList
from hub_peppol.judging.structure.datatypes import (
    DATE,
    INDICATOR,
    LANGUAGE,
    NUMBER,
    TEXT,
    Datatype,
    by_ending,
    texts,
    uris,
)
from hub_peppol.judging.structure.lexical import Lexical, is_decimal, is_moment

_LISTS_VERSION: Final = "0.3"
_CODE_LISTS: Final = "urn:oasis:names:tc:ubl:codelist:"
_AGENCY: Final = {"codeListAgencyID": "6", "codeListAgencyName": "United Nations Economic Commission for Europe"}
_TREND: Final = "http://www.unece.org/trade/untdid/d03a/tred/tred{}.htm"


def _only(value: str) -> Lexical:
    return lambda text: text == value


def _any_of(*numbers: int) -> Lexical:
    codes = frozenset({*map(str, numbers), "ZZZ"})
    return lambda text: text in codes


def _is_currency(text: str) -> bool:
    return text in CodeList("svefaktura_currencies").codes


def _is_country(text: str) -> bool:
    return text in CodeList("svefaktura_countries").codes


def _listed(name: str, is_valid: Lexical, told: str, **fixed: str) -> Datatype:
    """Return a code of a list that the schema has in it; what is said of the list must be true of it."""
    said = {name: _only(value) for name, value in (_AGENCY | fixed).items()}
    return Datatype(name, is_valid, told, texts("name") | LANGUAGE | said)


_CURRENCY = _listed(
    "currency",
    _is_currency,
    "the code of a currency of its list, such as SEK",
    codeListID="ISO 4217 Alpha",
    codeListName="Currency",
    codeListVersionID=_LISTS_VERSION,
    codeListURI="http://www.bsi-global.com/Technical%2BInformation/Publications/_Publications/tig90x.doc",
    codeListSchemeURI=f"{_CODE_LISTS}CurrencyCode:1:0",
    languageID="en",
)
_COUNTRY = _listed(
    "country",
    _is_country,
    "the code of a country of its list, such as SE",
    codeListID="ISO3166-1",
    codeListName="Country",
    codeListVersionID=_LISTS_VERSION,
    codeListURI="http://www.iso.org/iso/en/prods-services/iso3166ma/02iso-3166-code-lists/list-en1-semic.txt",
    codeListSchemeURI=f"{_CODE_LISTS}CountryIdentificationCode:1:0",
    languageID="en",
)
_PAYMENT_MEANS = _listed(
    "payment means",
    _any_of(*range(1, 54), *range(60, 68), 70, *range(74, 79), *range(91, 98)),
    "the code of a means of payment (UN/ECE 4461), which is 1",
    codeListID="UN/ECE 4461",
    codeListName="Payment Means",
    codeListVersionID="D03A",
    codeListURI=_TREND.format(4461),
    codeListSchemeURI=f"{_CODE_LISTS}PaymentMeansCode:1:0",
)
_REASON = _listed(
    "reason",
    _any_of(*range(1, 90)),
    "the code of a reason (UN/ECE 4465), or ZZZ",
    codeListID="UN/ECE 4465",
    codeListName="Adjustment Reason Description",
    codeListVersionID="D03A",
    codeListURI=_TREND.format(4465),
    codeListSchemeURI=f"{_CODE_LISTS}AllowanceChargeReasonCode:1:0",
)
_AMOUNT = Datatype(
    "amount",
    is_decimal,
    NUMBER,
    {"amountCurrencyID": _is_currency, "amountCurrencyCodeListVersionID": _only(_LISTS_VERSION)},
    required="amountCurrencyID",
)
_CODE = Datatype(
    "code",
    None,
    "",
    LANGUAGE
    | uris("codeListURI", "codeListSchemeURI")
    | texts("name", "codeListID", "codeListAgencyID", "codeListAgencyName", "codeListName", "codeListVersionID"),
)
_SCHEME: Final = "identificationScheme"
_IDENTIFIER = Datatype(
    "identifier",
    None,
    "",
    uris(f"{_SCHEME}URI", f"{_SCHEME}DataURI")
    | texts(*(f"{_SCHEME}{what}" for what in ("ID", "AgencyID", "VersionID", "AgencyName", "Name"))),
)
_PLAIN = Datatype("plain identifier", None, "", {})
_UNIT: Final = "quantityUnitCode"
_QUANTITY = Datatype(
    "quantity",
    is_decimal,
    NUMBER,
    texts(_UNIT, *(f"{_UNIT}List{what}" for what in ("ID", "AgencyID", "AgencyName"))),
    required=_UNIT,
)
_NUMERIC = Datatype("number", is_decimal, NUMBER, {})
_MOMENT = Datatype("moment", is_moment, "a date and time such as 2026-11-22T00:00:00", {})

_BY_ENDING: Final = (
    ("CurrencyCode", _CURRENCY),
    ("IdentificationCode", _COUNTRY),
    ("PaymentMeansTypeCode", _PAYMENT_MEANS),
    ("ReasonCode", _REASON),
    ("Code", _CODE),
    ("PlainID", _PLAIN),
    ("ID", _IDENTIFIER),
    ("Amount", _AMOUNT),
    ("Quantity", _QUANTITY),
    ("Numeric", _NUMERIC),
    ("Percent", _NUMERIC),
    ("Rate", _NUMERIC),
    ("Date", DATE),
    ("DateTime", _MOMENT),
    ("Indicator", INDICATOR),
)


@cache
def datatype_of(name: str) -> Datatype:
    """Return the data type of a basic element by its name, without a prefix."""
    return by_ending(_BY_ENDING, name) or TEXT
