"""The sandbox's own reading of a content: what Kivra documents of it, and the code it answers to what is wrong.

Written from Kivra's documentation alone; it shares no line and no constant with the adapter.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

LARGEST_CONTENT = 1_000_000
MALFORMED, NO_OBJECT, BAD_PERSON, BAD_TYPE, BAD_COMPANY = 40008, 40026, 40009, 40012, 40018
BAD_FILES, BAD_ACCOUNT, NO_RECEIVER, BAD_FILE_TYPE = 40019, 40021, 40024, 40028
BAD_AMOUNT, BAD_OCR, BAD_DATA, BAD_RETAIN = 40042, 40044, 40059, 42221
_LETTERS = {"letter", "letter.creditnotice", "invite.research", "invite.kyc"}
_PAYABLE_BY_PERSONS = {
    f"invoice{kind}"
    for kind in ("", ".reminder", ".debtcampaign", ".debtcollection", ".renewal", ".donation", ".paymentnotice")
}
_FIELDS = {
    "ssn",
    "vat_number",
    "email",
    "subject",
    "generated_at",
    "type",
    "retain",
    "parts",
    "payment_multiple_options",
}
_PAYMENT_FIELDS = {"payable", "currency", "method", "account", "swish_alias", "options"}
_OPTION_FIELDS = {"due_date", "amount", "type", "reference", "title", "description"}
_ACCOUNT_DIGITS = {"1": (7, 8), "2": (2, 3, 4, 5, 6, 7, 8)}
_LONGEST_REFERENCE = 25


class Refused(Exception):
    """What came is refused with one of Kivra's codes."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Content(NamedTuple):
    """A content that can be taken."""

    recipient: str
    is_company: bool
    document: str  # the number in the name of the first file
    sha256: str  # of that file
    fingerprint: str  # of the whole but the time it was made: a content with the same is a repeat
    echo: dict[str, Any]  # what is answered of it
    payment: dict[str, Any]  # empty for letters


def object_in(body: bytes) -> dict[str, Any]:
    """Return the object of a request. Raises Refused."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(MALFORMED) from None
    if not isinstance(said, dict):
        raise Refused(NO_OBJECT)
    return said


def read_content(body: bytes) -> Content:
    """Read a content as strictly as Kivra says it does. Raises Refused."""
    said = object_in(body)
    recipient, is_company = _recipient(said)
    _need(_is_text(said.get("subject")) and set(said) <= _FIELDS, BAD_DATA)
    kind = said.get("type")
    allowed = {*_LETTERS, "invoice"} if is_company else _LETTERS | _PAYABLE_BY_PERSONS
    _need(kind in allowed, BAD_TYPE)
    _need(not said.get("retain") or kind == "letter.creditnotice", BAD_RETAIN)
    _need("generated_at" not in said or _is_day(said["generated_at"]), BAD_DATA)
    name, pdf = _first_file(said)
    payment = said.get("payment_multiple_options", {})
    _need(bool(payment) == str(kind).startswith("invoice"), BAD_DATA)
    if payment:
        _check_payment(payment)
    without_time = {key: value for key, value in said.items() if key != "generated_at"}
    fingerprint = hashlib.sha256(json.dumps(without_time, sort_keys=True).encode()).hexdigest()
    echo: dict[str, Any] = {key: said[key] for key in ("subject", "generated_at", "type") if key in said}
    sha256 = hashlib.sha256(pdf).hexdigest()
    return Content(recipient, is_company, name.partition("_")[0], sha256, fingerprint, echo, payment)


def is_person(number: str) -> bool:
    """Say whether it is a personal number of twelve digits; 60 is added to the day of a coordination number."""
    if not re.fullmatch(r"[0-9]{12}", number) or _remainder(number[2:]):
        return False
    day = int(number[6:8])
    return _is_day(f"{number[:4]}-{number[4:6]}-{day - 60 if day > 60 else day:02}")


def is_company(number: str) -> bool:
    """Say whether it is a Swedish VAT number."""
    found = re.fullmatch(r"SE([0-9]{10})01", number)
    return found is not None and not _remainder(found[1])


def _recipient(said: Mapping[str, Any]) -> tuple[str, bool]:
    given = [field for field in ("ssn", "vat_number", "email") if field in said]
    _need(len(given) == 1 and given != ["email"], NO_RECEIVER)  # nobody here is known by email
    value = str(said[given[0]])
    is_of_company = given == ["vat_number"]
    if is_of_company:
        _need(is_company(value), BAD_COMPANY)
    else:
        _need(is_person(value), BAD_PERSON)
    return value, is_of_company


def _first_file(said: Mapping[str, Any]) -> tuple[str, bytes]:
    parts = said.get("parts")
    _need(isinstance(parts, list) and bool(parts), BAD_FILES)
    read = [_file(part) for part in parts or ()]
    return read[0]


def _file(part: Any) -> tuple[str, bytes]:
    _need(isinstance(part, dict) and {"name", "data", "content_type"} <= set(part), BAD_FILES)
    _need(part["content_type"] == "application/pdf", BAD_FILE_TYPE)
    try:
        content = base64.b64decode(part["data"], validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise Refused(BAD_FILES) from None
    _need(content.startswith(b"%PDF") and _is_text(part["name"]), BAD_FILES)
    return part["name"], content


def _check_payment(payment: Any) -> None:
    _need(isinstance(payment, dict) and set(payment) <= _PAYMENT_FIELDS, BAD_DATA)
    _need(payment.get("payable") is True and payment.get("currency") == "SEK", BAD_DATA)
    alias = payment.get("swish_alias", "disable")
    _need(isinstance(alias, str) and len(alias) >= 3, BAD_DATA)
    account = str(payment.get("account", "")).replace("-", "").replace(" ", "")
    lengths = _ACCOUNT_DIGITS.get(str(payment.get("method")), ())
    _need(account.isdigit() and len(account) in lengths and not _remainder(account), BAD_ACCOUNT)
    options = payment.get("options")
    _need(isinstance(options, list) and bool(options), BAD_DATA)
    different = {_checked_option(option) for option in options or ()}
    _need(len(different) == len(options or ()), BAD_DATA)


def _checked_option(option: Any) -> tuple[Decimal, str]:
    """Return what options have to differ in."""
    _need(isinstance(option, dict) and set(option) <= _OPTION_FIELDS, BAD_DATA)
    _need(_is_day(option.get("due_date")), BAD_DATA)
    reference, amount = option.get("reference"), option.get("amount")
    _need(_is_text(reference) and len(str(reference)) <= _LONGEST_REFERENCE, BAD_DATA)
    _need(option.get("type") in ("SE_OCR", "TENANT_REF"), BAD_DATA)
    is_ocr = str(reference).isdigit() and len(str(reference)) > 1 and not _remainder(str(reference))
    _need(option["type"] != "SE_OCR" or is_ocr, BAD_OCR)
    return _amount(amount), str(reference)


def _amount(written: Any) -> Decimal:
    _need(isinstance(written, str) and bool(re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", written)), BAD_AMOUNT)
    try:
        amount = Decimal(written)
    except InvalidOperation:
        raise Refused(BAD_AMOUNT) from None
    _need(amount >= 1, BAD_AMOUNT)
    return amount


def _need(holds: bool, code: int) -> None:
    if not holds:
        raise Refused(code)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_day(value: Any) -> bool:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _remainder(digits: str) -> int:
    """Return what modulus 10 leaves; 0 when the check digit fits."""
    doubled = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in doubled) % 10
