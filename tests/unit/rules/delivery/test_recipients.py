"""Who a document is for: what a debtor is known by, and what kind of debtor it is."""

from __future__ import annotations

import pytest

from hub.model.deliveries import KnownRecipient
from hub.model.documents import Document
from hub.rules.delivery.recipients import recipient_key, recipient_of, row_of, says_otherwise

ADDRESS = {"street": "Storgatan 1", "postal_code": "111 22", "city": "Stockholm"}


def document(**debtor: object) -> Document:
    lines = [{"text": "Water", "amount": "1.00"}]
    given = {"company": "1", "number": "1", "issue_date": "2026-11-23", "lines": lines}
    return Document.model_validate({**given, "debtor": {"name": "Anna Andersson", **debtor}})


@pytest.mark.parametrize(
    ("identity", "debtor_class"),
    [
        ("2021005521", "public"),  # an authority of the state
        ("2120000142", "public"),  # a municipality
        ("162120000142", "public"),
        ("2220000315", "public"),  # municipalities together
        ("2321000016", "public"),  # a region
        ("2520026135", "company"),  # a church
        ("5560004615", "company"),
        ("191212121212", "person"),
        ("2012121212", "person"),
        (None, "person"),
    ],
)
def test_the_kind_of_debtor_is_told_by_its_number(identity, debtor_class):
    assert document(identity=identity).debtor_class == debtor_class


def test_a_stated_kind_of_debtor_wins():
    assert document(identity="2120000142", debtor_class="company").debtor_class == "company"


def test_two_of_one_name_are_two_debtors():
    one = document(address=ADDRESS)

    assert recipient_key(one) != recipient_key(document(address={**ADDRESS, "street": "Storgatan 2"}))
    assert recipient_key(one) == recipient_key(document(address=ADDRESS, email="a@x.example"))
    assert "nna" not in recipient_key(one)


@pytest.mark.parametrize(
    "more",
    [
        {"name": "Anna Berg"},
        {"email": "a@x.example"},
        {"e_invoice_address": "0088:7300000000001"},
        {"vat_number": "SE556000461501"},
        {"debtor_class": "company"},
        {"address": {**ADDRESS, "country": "NO"}},
    ],
)
def test_a_channel_is_asked_about_all_that_it_is_shown(more):
    one = recipient_of(document(identity="191212121212", address=ADDRESS), None)
    other = recipient_of(document(**{"identity": "191212121212", "address": ADDRESS, **more}), None)

    assert one.key != other.key


def test_a_row_of_somebody_a_century_older_is_not_the_debtors():
    young = document(identity="201212121212")

    assert row_of(young, KnownRecipient("1212121212", identity="191212121212")) is None
    for identity in ("201212121212", "1212121212", ""):
        assert row_of(young, KnownRecipient("1212121212", identity=identity)) is not None, identity


def test_the_register_says_otherwise_by_what_documents_go_by():
    known = KnownRecipient("1212121212", wish="kivra", changed_at="2026-01-01")

    assert not says_otherwise(known._replace(name="Anna", source="x.csv", changed_at="2026-01-02"), known)
    assert not says_otherwise(KnownRecipient("1212121212", name="Anna"), None)
    assert says_otherwise(known._replace(is_protected=1), known)
    assert says_otherwise(known, None)
