"""Whose mailbox a document goes to: a person by personal number, a company by its number as Kivra writes it."""

from __future__ import annotations

import re
from typing import NamedTuple

from hub.identifiers import coordination_number, luhn, organisation_number, personal_identity_number
from hub.model.delivery import Recipient
from hub.model.parties import DebtorClass

SSN, VAT_NUMBER = "ssn", "vat_number"
WITH_CENTURY = 12
_VAT_NUMBER = re.compile(r"SE([0-9]{10})01")


class Mailbox(NamedTuple):
    """What Kivra finds a recipient by: the name of the field in a content, and its value."""

    field: str
    number: str

    @property
    def is_company(self) -> bool:
        """Whether it belongs to a company."""
        return self.field == VAT_NUMBER


def mailbox_of(recipient: Recipient) -> Mailbox | None:
    """Return a recipient's mailbox, None when its identity does not say which.

    A sole trader is a company to Kivra, numbered by the owner's ten digits.
    """
    identity = recipient.identity
    if organisation_number.is_valid(identity):
        return _of_company(organisation_number.compact(identity))
    if not _is_person(identity):
        return _by_vat_number(recipient)
    if recipient.debtor_class is not DebtorClass.PERSON:
        return _of_company(_digits(identity)[-10:])
    return Mailbox(SSN, _digits(identity)) if len(_digits(identity)) == WITH_CENTURY else None


def _by_vat_number(recipient: Recipient) -> Mailbox | None:
    found = _VAT_NUMBER.fullmatch(recipient.vat_number.replace(" ", "").upper())
    is_company = recipient.debtor_class is not DebtorClass.PERSON
    return _of_company(found[1]) if found and is_company and not luhn.checksum(found[1]) else None


def _of_company(number: str) -> Mailbox:
    return Mailbox(VAT_NUMBER, f"SE{number}01")


def _is_person(identity: str) -> bool:
    return personal_identity_number.is_valid(identity) or coordination_number.is_valid(identity)


def _digits(identity: str) -> str:
    return personal_identity_number.compact(identity).replace("+", "")
