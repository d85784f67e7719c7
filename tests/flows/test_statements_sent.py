"""Statements of account go out: one for a debtor over companies, from a named sender, once by its key."""

from __future__ import annotations

from typing import Any

import pytest
from imported_ledger import Ledger
from sqlalchemy import Engine

from hub.errors import DataError
from hub.model.delivery import RouteStep
from hub.model.documents import Document, DocumentKind
from hub.model.tenant import Tenant
from hub.services.delivery import deliver_documents
from hub.services.payees import register_payees
from hub.services.ports import Handed
from hub.services.reports.statement_letters import send_statements
from hub.store.reports.reading import SqlReports
from hub.store.reports.streaming import streaming
from hub.testing.example_tenant import company_settings, tenant_settings
from tests.flows.delivery_world import DeliveryWorld, StubChannel

ANNA = {
    "debtor_name": "Anna",
    "debtor_identity": "191212121212",
    "address_line_1": "Storgatan 1",
    "address_line_2": "111 22 Stockholm",
}


def two_companies(**first: Any) -> Tenant:
    one = company_settings(name="Nordvik", **first)
    two = company_settings(number="2", name="Nordviks Bostäder", payee_accounts=[{"bankgiro": "5050-1055"}])
    systems = [{"name": "one", "company": "1"}, {"name": "two", "company": "2"}]
    return Tenant.model_validate(tenant_settings(one, two, source_systems=systems))


class Stating:
    """Two companies, with receivables of one person in both."""

    def __init__(self, engine: Engine) -> None:
        self.tenant = two_companies()
        self.books = Ledger(engine)
        self.channel = StubChannel(RouteStep.KIVRA)
        self.north = DeliveryWorld(engine, self.channel)
        self.north.tenant, self.north.clock, self.north.store = self.tenant, self.books.clock, self.books.store
        with self.books.store.write() as work:
            register_payees(work, self.tenant)
        for number, system in (("1001", "one"), ("7001", "two")):
            self.books.rows({"number": number, "company": None, **ANNA}, tenant=self.tenant, source_system=system)
        self.books.rows({"number": "1002", "debtor_name": "Bo"}, tenant=self.tenant, source_system="one")

    def send(self, sender: str = "1", *, key: str = "k1", companies: tuple[str, ...] = ()) -> list[Handed]:
        store = self.books.store
        with streaming(self.books.engine) as connection:
            stated = SqlReports(connection, store.tenant).open_of(companies, "1212121212", "")

        def deliver(work, commands):
            return deliver_documents(work, self.tenant, commands)

        with store.write() as work:
            return send_statements(work, self.tenant, deliver, stated, sender, key, "anna")

    def documents(self) -> list[Document]:
        rows = self.north.sql("SELECT sha256 FROM document ORDER BY document_no")
        contents = self.north.store.contents.read_all([row[0] for row in rows])
        return [Document.model_validate_json(contents[row[0]]) for row in rows]


@pytest.fixture
def stating(engine):
    return Stating(engine)


def test_one_statement_lists_what_is_open_in_every_company_from_a_named_sender(stating):
    stating.send("2")
    stating.north.work()

    (document,) = stating.documents()
    assert (document.kind, document.company) == (DocumentKind.STATEMENT_OF_ACCOUNT, "2")
    assert [(one.number, one.creditor, one.open_ore) for one in document.claims] == [
        ("1001", "Nordvik", 100_000),
        ("7001", "", 100_000),
    ]
    assert sum(one.amount_ore for one in document.ageing) == 200_000
    assert document.reference == ""
    assert stating.channel.numbers == [document.number]


def test_a_statement_of_one_company_leaves_the_others_out(stating):
    stating.send(companies=("1",))

    assert [[one.number for one in document.claims] for document in stating.documents()] == [["1001"]]


def test_the_same_key_sends_nothing_anew_and_another_key_does(stating):
    first = stating.send()
    assert [one.document_no for one in stating.send()] == [one.document_no for one in first]
    assert len(stating.documents()) == 1

    stating.send(key="k2")
    assert len(stating.documents()) == 2


def test_a_debtor_who_owes_nothing_gets_no_statement(stating):
    with pytest.raises(DataError, match="nothing is open"):
        stating.send(companies=("9",))


def test_a_statement_keeps_which_receivables_it_names(stating: Stating) -> None:
    stating.send()

    named = stating.north.sql("SELECT receivable_id FROM document_mention ORDER BY receivable_id")
    assert named == [(stating.books.one(number).receivable_id,) for number in ("1001", "7001")]


def test_a_statement_says_no_reference_that_the_bank_refuses_by_now(stating: Stating) -> None:
    """The control of one company was made hard since; the other's is soft, and its references stand."""
    for number, reference, system in (("1005", "10017", "one"), ("1006", "100461", "one"), ("7002", "20017", "two")):
        row = {"number": number, "company": None, "reference": reference, **ANNA}
        stating.books.rows(row, tenant=stating.tenant, source_system=system)
    stating.tenant = stating.north.tenant = two_companies(references={"giro": {"control": {"level": "length_digit"}}})
    stating.send()
    stating.north.work()

    (document,) = stating.documents()
    said = {one.number: one.reference for one in document.claims}
    assert (said["1005"], said["1006"], said["7002"]) == ("", "100461", "20017")
    assert stating.channel.numbers == [document.number]
