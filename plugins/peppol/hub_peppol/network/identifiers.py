"""What participants, document types and processes are called in the network, each in its one normal form.

A participant is `<ICD>:<number>`, compared in small letters; document types and processes are compared as they stand.
Source: Peppol Policy for use of Identifiers 4.4.0 and code lists 9.7 (ICD 0007, 0088; 9955 removed on 2023-07-31).
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from hub.errors import IdentifierError
from hub.identifiers import electronic_address

PARTICIPANT_SCHEME = "iso6523-actorid-upis"
DOCUMENT_SCHEME = "busdox-docid-qns"
WILDCARD_SCHEME = "peppol-doctype-wildcard"
PROCESS_SCHEME = "cenbii-procid-ubl"
LONGEST_VALUE = 500


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

    Raises:
        IdentifierError: it is none, or its check digit is wrong.

    >>> participant("9955:SE999999999901").value
    '0007:9999999999'
    """
    return Named(PARTICIPANT_SCHEME, electronic_address.validate(text))


def by_organisation_number(number: str) -> Named:
    """Return the participant of a Swedish organisation number. Raises IdentifierError."""
    return Named(PARTICIPANT_SCHEME, electronic_address.of_organisation(number))


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
