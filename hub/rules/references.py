"""Payment references: made of declared elements, checked by the control agreed, and found in free text.

Everything here is pure and its work is bounded by the constants below, whatever a payer writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from hub.errors import IdentifierError
from hub.identifiers import luhn, ocr_reference
from hub.model.payment_reference import (
    LONGEST_REFERENCE,
    SHORTEST_REFERENCE,
    ControlLevel,
    ElementKind,
    ReferenceControl,
    ReferenceElement,
    Zeros,
)

LETTER_MARK = "9"  # sets letters' references off from most of those that receivables have
LETTER_DIGITS = 9  # without control digits, where no length is agreed with the bank
SHORTEST_FOUND = 4  # digits: every tenth shorter number in a text would pass the check digit by chance
LONGEST_INVOICE_NUMBER = 30
MOST_GROUPS_JOINED = 8  # payers group an OCR by twos or more
MOST_SCANNED = 10_000  # characters: a payment of a bank file has at most 99 lines of text; the rest is noise
MOST_FOUND = 200  # candidates; what does not fit in is never looked up

_SEPARATORS = " \t\r\n\u00a0\u2007\u2009\u202f-\u00ad\u2010\u2011\u2012\u2013\u2014\u2212/."
_NO_SEPARATORS = str.maketrans("", "", _SEPARATORS)
_LETTER_O_AMONG_DIGITS = re.compile(r"(?<=[0-9])[Oo]+(?=[0-9])")
_DIGIT_GROUPS = re.compile("[0-9]+")
_BETWEEN_GROUPS = re.compile("[ \t\u00a0\u202f\u2010-\u2014\u2212-]{1,3}")
_WORD_WITH_DIGITS = re.compile(r"[^\W\d_]{0,12}[-/.]?[0-9][0-9A-Za-z]*(?:[-/.][0-9A-Za-z]+)*")


class ReferenceProblem(NamedTuple):
    """Why a reference breaks its control; `code` is stable."""

    code: str
    message: str


NOT_DIGITS = ReferenceProblem("OCR_NOT_DIGITS", "an OCR reference has digits only")
WRONG_LENGTH = ReferenceProblem("OCR_LENGTH", "an OCR reference has 2 to 25 digits")
WRONG_CHECK_DIGIT = ReferenceProblem("OCR_CHECK_DIGIT", "the last digit is not the check digit of the others")
WRONG_LENGTH_DIGIT = ReferenceProblem("OCR_LENGTH_DIGIT", "the last digit but one does not state the length")
NOT_AGREED_LENGTH = ReferenceProblem("OCR_FIXED_LENGTH", "the length is none of those agreed with the bank")


def make_reference(elements: Sequence[ReferenceElement], values: Mapping[str, str], control: ReferenceControl) -> str:
    """Compose a reference of `elements` and put the control digits behind it.

    `values` holds digits by element kind (`invoice_number`, `debtor_number`, `company_number`, `routine`).

    Raises:
        IdentifierError: a value is missing, is not digits or is too long for its width, or the whole does not fit the
            control. Nothing is ever cut.
    """
    payload = "".join(_part(element, values) for element in elements)
    if control.level is ControlLevel.LENGTH_DIGIT:
        reference = ocr_reference.with_length_and_check_digit(payload)
    else:
        reference = ocr_reference.with_check_digit(payload)
    problem = check_reference(reference, control)
    if problem is not None:
        raise IdentifierError(f"the reference made of its elements has {len(reference)} digits: {problem.message}")
    return reference


def make_letter_reference(number: int, control: ReferenceControl) -> str:
    """Make the reference of a letter about several receivables by its number in a series of its own.

    Raises:
        IdentifierError: the number is too long for the length agreed with the bank.

    >>> make_letter_reference(17, ReferenceControl())
    '9000000175'
    """
    length = min(control.fixed_lengths, default=LETTER_DIGITS + control.control_digits)
    width = length - control.control_digits - len(LETTER_MARK)
    element = ReferenceElement(kind=ElementKind.INVOICE_NUMBER, width=max(width, 1))
    mark = ReferenceElement(kind=ElementKind.FIXED, value=LETTER_MARK)
    return make_reference([mark, element], {ElementKind.INVOICE_NUMBER: str(number)}, control)


def check_reference(reference: str, control: ReferenceControl) -> ReferenceProblem | None:
    """Say how `reference` breaks `control`, or None when it does not.

    Give the normal form, since separators are a problem too. Whether a problem refuses is said by `control.is_hard`.
    """
    if not luhn.is_digits(reference):
        return NOT_DIGITS
    length = len(reference)
    if not SHORTEST_REFERENCE <= length <= LONGEST_REFERENCE:
        return WRONG_LENGTH
    if control.fixed_lengths and length not in control.fixed_lengths:
        return NOT_AGREED_LENGTH
    if luhn.checksum(reference):
        return WRONG_CHECK_DIGIT
    if control.level is ControlLevel.LENGTH_DIGIT and not ocr_reference.has_length_digit(reference):
        return WRONG_LENGTH_DIGIT
    return None


def is_refused(reference: str, control: ReferenceControl) -> bool:
    """Say whether the bank refuses payments by `reference`, in its normal form."""
    return control.is_hard and check_reference(reference, control) is not None


def normal_form(text: str) -> str:
    """Return the form in which references are compared and kept as keys.

    Blanks and separators (hyphens and dashes, slash, point) are out, letters in upper case; leading zeros are part of a
    reference and stay. Blank gives ''.

    >>> normal_form(" f-001 2/34 ")
    'F001234'
    """
    if text.isascii() and text.isalnum():
        return text.upper()
    return text.translate(_NO_SEPARATORS).upper()


def scan_references(texts: Iterable[str], control: ReferenceControl) -> tuple[str, ...]:
    """Find what may be OCR references in free text, in the order they stand and the longer first.

    Digits may be grouped by blanks, hyphens and line breaks, stand after words or in lists, and have the letter O for a
    zero among them. Candidates pass the whole control, each stands once; the caller looks them up, since one number in
    ten passes a check digit by chance. References of fewer than four digits are not looked for.
    """
    text = " ".join(texts)[:MOST_SCANNED]
    text = _LETTER_O_AMONG_DIGITS.sub(lambda found: "0" * len(found[0]), text)
    found: dict[str, None] = {}
    for candidate in _joined_groups(text):
        if check_reference(candidate, control) is None:
            found[candidate] = None
            if len(found) == MOST_FOUND:
                break
    return tuple(found)


def scan_invoice_numbers(texts: Iterable[str]) -> tuple[str, ...]:
    """Find what may be invoice numbers in free text, in normal form and in the order they stand.

    That is every run of digits, and every word that holds a digit (`F-1001`, `2024/17`), also without its letters in
    front. The caller looks them up.
    """
    text = " ".join(texts)[:MOST_SCANNED]
    found: dict[str, None] = {}
    for word in _WORD_WITH_DIGITS.finditer(text):
        for candidate in (word[0], *_DIGIT_GROUPS.findall(word[0])):
            if len(candidate) <= LONGEST_INVOICE_NUMBER:
                found[normal_form(candidate)] = None
        if len(found) >= MOST_FOUND:
            break
    return tuple(found)[:MOST_FOUND]


def _part(element: ReferenceElement, values: Mapping[str, str]) -> str:
    value = element.value if element.kind is ElementKind.FIXED else values.get(element.kind, "")
    if not value:
        raise IdentifierError(f"the reference needs {element.kind}, which is missing")
    if not luhn.is_digits(value):
        raise IdentifierError(f"{element.kind} is part of an OCR reference and must be digits only")
    width = element.width or len(value)
    if len(value) > width:
        raise IdentifierError(f"{element.kind} has {len(value)} digits, the reference has room for {width}")
    return value.rjust(width, "0") if element.zeros is Zeros.LEADING else value.ljust(width, "0")


def _joined_groups(text: str) -> Iterator[str]:
    """Yield every run of neighbouring digit groups of a length to look for, by place and the longest first."""
    groups, joins = _groups(text)
    for first in range(len(groups)):
        runs = []
        joined = ""
        for index in range(first, min(first + MOST_GROUPS_JOINED, len(groups))):
            if joined and not joins[index]:
                break
            joined += groups[index]
            if len(joined) > LONGEST_REFERENCE:
                break
            if len(joined) >= SHORTEST_FOUND:
                runs.append(joined)
        yield from reversed(runs)


def _groups(text: str) -> tuple[list[str], list[bool]]:
    """Return the digit groups of `text`, and for each whether only a thin separator parts it from the one before."""
    groups: list[str] = []
    joins: list[bool] = []
    end = 0
    for found in _DIGIT_GROUPS.finditer(text):
        joins.append(bool(groups) and _BETWEEN_GROUPS.fullmatch(text, end, found.start()) is not None)
        groups.append(found[0])
        end = found.end()
    return groups, joins
