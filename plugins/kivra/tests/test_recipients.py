"""Persons are found by twelve digits, companies by their number as Kivra writes it."""

from __future__ import annotations

import pytest

from hub.model.delivery import Recipient
from hub.model.parties import DebtorClass
from hub_kivra.recipients import Mailbox, mailbox_of


@pytest.mark.parametrize(
    ("identity", "debtor_class", "mailbox"),
    [
        ("191212121212", DebtorClass.PERSON, Mailbox("ssn", "191212121212")),
        ("19121212-1212", DebtorClass.PERSON, Mailbox("ssn", "191212121212")),
        ("197010632391", DebtorClass.PERSON, Mailbox("ssn", "197010632391")),
        ("5566778899", DebtorClass.COMPANY, Mailbox("vat_number", "SE556677889901")),
        ("556677-8899", DebtorClass.PERSON, Mailbox("vat_number", "SE556677889901")),
        ("165566778899", DebtorClass.PUBLIC, Mailbox("vat_number", "SE556677889901")),
        ("191212121212", DebtorClass.COMPANY, Mailbox("vat_number", "SE121212121201")),  # a sole trader
        ("1212121212", DebtorClass.PERSON, None),  # no century
        ("121212+1212", DebtorClass.PERSON, None),
        ("191212121213", DebtorClass.PERSON, None),
        ("", DebtorClass.PERSON, None),
        ("", DebtorClass.COMPANY, None),
        ("not a number", DebtorClass.COMPANY, None),
        ("１９１２１２１２１２１２", DebtorClass.PERSON, None),
    ],
)
def test_a_mailbox_is_told_by_the_identity(identity, debtor_class, mailbox):
    assert mailbox_of(Recipient("r", identity=identity, debtor_class=debtor_class)) == mailbox


@pytest.mark.parametrize(
    ("vat_number", "found"),
    [
        ("SE556677889901", True),
        ("se 5566778899 01", True),
        ("SE556677889801", False),
        ("SE556677889902", False),
        ("DE1", False),
    ],
)
def test_a_company_without_identity_is_found_by_its_vat_number(vat_number, found):
    recipient = Recipient("r", debtor_class=DebtorClass.COMPANY, vat_number=vat_number)

    assert (mailbox_of(recipient) == Mailbox("vat_number", "SE556677889901")) is found


def test_a_person_is_not_found_by_a_vat_number():
    assert mailbox_of(Recipient("r", vat_number="SE556677889901")) is None
