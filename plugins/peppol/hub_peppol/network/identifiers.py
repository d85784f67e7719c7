"""What participants, document types and processes are called in the network, each in its one normal form.

A participant is `<ICD>:<number>`, compared in small letters; document types and processes are compared as they stand.
Source: Peppol Policy for use of Identifiers 4.4.0 and code lists 9.7 (ICD 0007, 0088; 9955 removed on 2023-07-31).
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from stdnum import ean

from hub.errors import IdentifierError
from hub.identifiers.luhn import has_check_digit

PARTICIPANT_SCHEME = "iso6523-actorid-upis"
DOCUMENT_SCHEME = "busdox-docid-qns"
WILDCARD_SCHEME = "peppol-doctype-wildcard"
PROCESS_SCHEME = "cenbii-procid-ubl"
ORGANISATION = "0007"
GLN = "0088"
GLN_DIGITS = 13
LONGEST_PARTICIPANT = 130
LONGEST_VALUE = 500
SWEDISH_VAT = "9955"  # as old registers still have it
_FORM = re.compile(r"[0-9]{4}:[!-~]+", re.ASCII)
_VAT_FORM = re.compile(r"SE([0-9]{10})01", re.ASCII | re.IGNORECASE)


class Named(NamedTuple):
    """A scheme and a value, which together are one name."""

    scheme: str
    value: str

    @property
    def uri(self) -> str:
        """Both in one text, such as `iso6523-actorid-upis::0007:9999999999`."""
        return f"{self.scheme}::{self.value}"

    @property
    def path_part(self) -> str:
        """The same as one part of an address: everything escaped that a path may not hold."""
        return quote(self.uri, safe="")


def participant(text: str) -> Named:
    """Return who is meant by `0007:9999999999`, also with the scheme before it or in capitals.

    A Swedish VAT number of the removed scheme 9955 becomes the organisation number in it.

    Raises:
        IdentifierError: it is none, or its check digit is wrong.

    >>> participant("9955:SE999999999901").value
    '0007:9999999999'
    """
    value = text.strip().removeprefix(f"{PARTICIPANT_SCHEME}::").lower()
    if len(value) > LONGEST_PARTICIPANT or not _FORM.fullmatch(value):
        raise IdentifierError("an electronic address is four digits, a colon and a number, such as 0007:9999999999")
    icd, _, number = value.partition(":")
    if icd == SWEDISH_VAT:
        return by_vat_number(number)
    if icd == ORGANISATION:
        return by_organisation_number(number)
    if icd == GLN:
        _refuse_gln(number)
    return Named(PARTICIPANT_SCHEME, value)


def by_organisation_number(number: str) -> Named:
    """Return the participant of a Swedish organisation number, with or without hyphen.

    A sole trader's is a personal number of ten digits: it is taken, and told to nobody but who must know it.

    Raises:
        IdentifierError: not ten digits with a check digit that fits.
    """
    digits = number.strip().replace("-", "")
    digits = digits[2:] if len(digits) == 12 and digits.startswith("16") else digits
    if len(digits) != 10 or not has_check_digit(digits):
        raise IdentifierError("an address with 0007 has the ten digits of an organisation number, the last one checked")
    return Named(PARTICIPANT_SCHEME, f"{ORGANISATION}:{digits}")


def by_vat_number(number: str) -> Named:
    """Return the participant of a Swedish VAT number, `SE`, ten digits and `01`. Raises IdentifierError."""
    found = _VAT_FORM.fullmatch(number.strip())
    if found is None:
        raise IdentifierError("a Swedish VAT number is SE, the ten digits of the organisation number, and 01")
    return by_organisation_number(found[1])


def _refuse_gln(number: str) -> None:
    """Raise IdentifierError unless it is a GLN, with its check digit."""
    if not (len(number) == GLN_DIGITS and ean.is_valid(number)):
        raise IdentifierError("an address with 0088 has the thirteen digits of a GLN, the last one checked")


def document_type(value: str) -> Named:
    """Return a document type; one with its scheme before it keeps that. Raises IdentifierError."""
    return _named(value, DOCUMENT_SCHEME, (DOCUMENT_SCHEME, WILDCARD_SCHEME), "document type")


def process(value: str) -> Named:
    """Return a process; one with its scheme before it keeps that. Raises IdentifierError."""
    return _named(value, PROCESS_SCHEME, (PROCESS_SCHEME,), "process")


def _named(value: str, scheme: str, schemes: tuple[str, ...], what: str) -> Named:
    for one in schemes:
        if value.startswith(f"{one}::"):
            scheme, value = one, value.removeprefix(f"{one}::")
    if not value or len(value) > LONGEST_VALUE or not value.isprintable() or not value.isascii() or " " in value:
        raise IdentifierError(f"a {what} is a text without blanks, of at most {LONGEST_VALUE} characters")
    return Named(scheme, value)


def ubl_document_type(root: str, customization: str, namespace: str = "", version: str = "2.1") -> Named:
    """Return the document type of a UBL document, by its root's name and its CustomizationID.

    >>> ubl_document_type("Invoice", BILLING).value[:66]
    'urn:oasis:names:specification:ubl:schema:xsd:Invoice-2::Invoice##u'
    """
    namespace = namespace or f"urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
    return document_type(f"{namespace}::{root}##{customization}::{version}")


BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
SELF_BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:selfbilling:3.0"
INVOICE = ubl_document_type("Invoice", BILLING)
CREDIT_NOTE = ubl_document_type("CreditNote", BILLING)
INVOICE_RESPONSE = ubl_document_type("ApplicationResponse", "urn:fdc:peppol.eu:poacc:trns:invoice_response:3")
MESSAGE_LEVEL_RESPONSE = ubl_document_type("ApplicationResponse", "urn:fdc:peppol.eu:poacc:trns:mlr:3")
MESSAGE_LEVEL_STATUS = ubl_document_type("ApplicationResponse", "urn:peppol:edec:mls:1.0")
BILLING_PROCESS = process("urn:fdc:peppol.eu:2017:poacc:billing:01:1.0")
BILLING_WITH_RESPONSE = process("urn:peppol:bis:billing_with_response")
SELF_BILLING_PROCESS = process("urn:fdc:peppol.eu:2017:poacc:selfbilling:01:1.0")
INVOICE_RESPONSE_PROCESS = process("urn:fdc:peppol.eu:poacc:bis:invoice_response:3")
MESSAGE_LEVEL_RESPONSE_PROCESS = process("urn:fdc:peppol.eu:poacc:bis:mlr:3")
MESSAGE_LEVEL_STATUS_PROCESS = process("urn:peppol:edec:mls")
