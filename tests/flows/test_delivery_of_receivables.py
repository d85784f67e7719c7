"""An invoice of the books goes out with the account, the reference and the amount that the books have for it."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from sqlalchemy import Engine

from hub.banking_calendar import FixedClock
from hub.errors import DataError
from hub.model.documents import Document
from hub.model.tenant import Tenant
from hub.services.delivery import Acceptance, accept_documents
from hub.services.delivery.completing import Completing
from hub.services.delivery.reading import offered, read_documents
from hub.services.delivery.receivables import documents_of_receivables
from hub.services.payees import register_payees
from hub.store.unit_of_work import SqlStore
from hub.testing.example_tenant import company_settings, tenant_settings
from tests.flows.delivery_world import NOW, document
from tests.flows.imported_ledger import TENANT, Ledger

PLUSGIRO = {"number": "2001", "reference": "12344", "payee_account": "plusgiro:1018-1"}


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    ledger = Ledger(engine)
    with ledger.store.write() as work:
        register_payees(work, TENANT)
    return ledger


def of_receivable(ledger: Ledger, number: str) -> Document | str:
    """Return the document of a receivable as it would go out, or why none does."""
    with ledger.store.read() as work:
        (one,) = documents_of_receivables(work, TENANT, "1", [number])
        return one.problem if one.document is None else Completing(work, TENANT, [one.document]).complete(one.document)


def handed(ledger: Ledger, **changes: Any) -> Document:
    """Return a document that the core ledger hands over, completed."""
    values = {
        "number": "3001",
        "company": "1",
        "issue_date": "2026-10-01",
        "due_date": "2026-10-31",
        "debtor": {"name": "Anna"},
        "lines": [{"text": "Water", "amount": "800.00"}],
    }
    one = offered("1", {name: value for name, value in {**values, **changes}.items() if value is not None})
    assert one.document is not None, one.problem
    with ledger.store.read() as work:
        return Completing(work, TENANT, [one.document]).complete(one.document)


def reminder(ledger: Ledger, *claims: str, **changes: Any) -> Document:
    owed = [{"number": number, "open": "50.00"} for number in claims]
    return handed(ledger, **{"kind": "reminder", "lines": None, "claims": owed, **changes})


def address(*lines: str) -> dict[str, str]:
    return {f"address_line_{number}": line for number, line in enumerate(lines, 1)}


def paid_by(document: Document | str) -> tuple[str, str]:
    assert isinstance(document, Document), document
    return document.payee_account, document.reference


def in_two_systems(ledger: Ledger) -> None:
    ledger.rows({"number": "3001", "debtor_name": "Anna", "reference": "30015"})
    other = {"number": "3001", "debtor_name": "Bertil", "company": "1", "routine": "01", "reference": "40014"}
    ledger.rows(other, source_system="elsewhere")


class TestTheAccount:
    def test_is_the_one_that_the_reference_is_known_at(self, ledger):
        ledger.rows(PLUSGIRO)

        assert paid_by(of_receivable(ledger, "2001")) == ("plusgiro:10181", "12344")

    def test_that_the_document_states_has_its_own_reference_or_none_of_the_books(self, ledger):
        ledger.rows(PLUSGIRO)
        stated = {"number": "2001", "payee_account": "plusgiro:1018-1"}

        assert paid_by(handed(ledger, **stated)) == ("plusgiro:10181", "12344")
        made = handed(ledger, **{**stated, "payee_account": "bankgiro:991-2346"}).reference
        assert made not in ("", "12344")

    def test_follows_a_reference_that_the_document_states(self, ledger):
        ledger.rows(PLUSGIRO)

        assert paid_by(handed(ledger, number="2001", reference="12344"))[0] == "plusgiro:10181"
        assert paid_by(handed(ledger, number="2001", reference="30015"))[0] == "bankgiro:9912346"


class TestTheReceivable:
    def test_is_the_one_of_the_source_system(self, ledger):
        in_two_systems(ledger)

        assert handed(ledger, source_system="sundry").reference == "30015"
        assert handed(ledger, source_system="elsewhere").reference == "40014"

    def test_that_two_systems_have_is_asked_for(self, ledger):
        in_two_systems(ledger)

        with pytest.raises(DataError, match=r"source_system: several have .* say which: elsewhere or sundry"):
            handed(ledger)
        assert handed(ledger, reference="40014").reference == "40014"
        assert of_receivable(ledger, "3001") == (
            "several source systems have it: say the source system: elsewhere/3001 or sundry/3001"
        )
        assert paid_by(of_receivable(ledger, "elsewhere/3001"))[1] == "40014"
        assert of_receivable(ledger, "water/3001") == "the hub has no such receivable; see: hub receivables list"

    def test_is_the_newest_version(self, ledger):
        ledger.rows({"number": "3001", "reference": "30015"})
        ledger.rows({"number": "3001", "reference": "40014", "version": 2})

        assert handed(ledger).reference == "40014"

    @pytest.mark.parametrize("kind", ["invoice", "invoice_copy", "replacement_invoice"])
    def test_is_of_the_documents_kind(self, ledger, kind):
        ledger.rows({"number": "3001", "reference": "40014"})

        assert handed(ledger, kind=kind, credits_number="3001").reference == "40014"
        assert handed(ledger, kind="interest_invoice").reference != "40014"


class TestALetter:
    def test_takes_nothing_from_an_invoice_that_has_its_number(self, ledger):
        ledger.rows({"number": "3001", "reference": "30015"})

        with pytest.raises(DataError, match="reference: the bank refuses payments without one"):
            reminder(ledger, "9009")

    def test_about_one_claim_takes_the_reference_of_that_one(self, ledger):
        ledger.rows(PLUSGIRO, {"number": "3001", "reference": "30015"})

        assert paid_by(reminder(ledger, "2001")) == ("plusgiro:10181", "12344")
        for claims, changes in ((("2001", "3001"), {}), (("2001",), {"source_system": "dunning"})):
            with pytest.raises(DataError, match="reference: the bank refuses payments without one"):
                reminder(ledger, *claims, **changes)


def test_a_credit_note_states_its_credit_above_zero(ledger):
    ledger.rows({"number": "2002", "amount": "500,00", "kind": "credit_note", "credits_number": "2001"})

    note = of_receivable(ledger, "2002")

    assert isinstance(note, Document), note
    assert [line.amount_ore for line in note.lines] == [500_00]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("Storgatan 1\n111 22 Stockholm", ("Storgatan 1", "11122", "Stockholm", "SE")),
        ("Storgatan 1\nSE-111 22 Stockholm\nSVERIGE", ("Storgatan 1", "11122", "Stockholm", "SE")),
        ("Nygade 4\n1164 København K\nDanmark", ("Nygade 4", "", "1164 København K", "DK")),
        ("Hauptstr. 5\n10115 Berlin\nGERMANY", ("Hauptstr. 5", "", "10115 Berlin", "DE")),
    ],
)
def test_a_country_that_stands_last_is_the_address_country(ledger, lines, expected):
    ledger.rows({"number": "3001", "reference": "30015", **address(*lines.split("\n"))})

    found = of_receivable(ledger, "3001")

    assert isinstance(found, Document), found
    at = found.debtor.address
    assert (at.street, at.postal_code, at.city, at.country) == expected


def test_no_country_is_guessed(ledger):
    lines = ["Hauptstr. 5", "10115 Berlin", "Allemagne"]
    ledger.rows({"number": "3001", "reference": "30015", **address(*lines)})

    assert "no country that is known" in str(of_receivable(ledger, "3001"))


@pytest.mark.parametrize("stated", [{}, {"payee_account": "SE45 5000 0000 0583 9825 7466"}])
def test_the_account_of_a_document_is_the_one_that_is_printed(engine, stated):
    account = {"iban": "SE4550000000058398257466", "also": [{"bankgiro": "991-2346"}]}
    tenant = Tenant.model_validate(tenant_settings(company_settings(payee_accounts=[account])))
    abroad = {**document()["debtor"], "address": {"street": "Nygade 4", "city": "1164 København", "country": "DK"}}
    store = SqlStore(engine, "north", FixedClock(NOW))

    with store.read() as work:
        completing = Completing(work, tenant, [])
        at_home, from_abroad = (
            completing.complete(Document.model_validate(document(**stated, **more))).payee_account
            for more in ({}, {"debtor": abroad})
        )

    assert (at_home, from_abroad) == ("bankgiro:9912346", "iban:SE4550000000058398257466")


class TestHandedOverTwice:
    """One invoice by file, whose source system is left out, and by its number."""

    ANNA: ClassVar[dict[str, str]] = {
        "number": "3001",
        "debtor_name": "Anna",
        "reference": "30015",
        **address("Storgatan 1", "111 22 Stockholm"),
    }

    def by_file(self, ledger: Ledger, **changes: Any) -> Acceptance:
        values = {
            "number": "3001",
            "company": "1",
            "issue_date": "2026-10-01",
            "due_date": "2026-10-31",
            "debtor": {"name": "Anna"},
            "lines": [{"text": "Water", "amount": "800.00"}],
        }
        (one,) = accept_documents(ledger.store, TENANT, read_documents([{**values, **changes}]))
        return one

    def by_number(self, ledger: Ledger, number: str = "3001") -> Acceptance:
        with ledger.store.read() as work:
            offered = documents_of_receivables(work, TENANT, "1", [number])
        (one,) = accept_documents(ledger.store, TENANT, offered)
        return one

    @pytest.mark.parametrize("changes", [{}, {"reference": "30015"}, {"source_system": "sundry"}])
    def test_is_one_document(self, ledger, changes):
        ledger.rows(self.ANNA)
        first = self.by_file(ledger, **changes)
        second = self.by_number(ledger)

        assert (first.is_new, first.key) == (True, "1:sundry:invoice:3001:1:0")
        assert (second.is_new, second.document_no, "raise its version" in second.problem) == (False, 1, True)

    def test_is_one_document_the_other_way_round(self, ledger):
        ledger.rows(self.ANNA)

        assert self.by_number(ledger).is_new
        assert "raise its version" in self.by_file(ledger).problem

    def test_is_one_document_though_the_receivable_came_between(self, ledger):
        first = self.by_file(ledger)
        ledger.rows(self.ANNA)
        again, by_number = self.by_file(ledger), self.by_number(ledger)

        assert (first.is_new, first.key) == (True, "1::invoice:3001:1:0")
        assert (again.is_new, again.document_no, again.problem) == (False, 1, "")
        assert (by_number.is_new, by_number.document_no, "raise its version" in by_number.problem) == (False, 1, True)

    def test_is_one_credit_note(self, ledger):
        ledger.rows({**self.ANNA, "number": "2999"})
        ledger.rows({**self.ANNA, "kind": "credit_note", "credits_number": "2999", "reference": ""})
        first = self.by_file(ledger, kind="credit_note", due_date=None, credits_number="2999")
        second = self.by_number(ledger)

        assert (first.is_new, first.problem) == (True, "")
        assert (second.is_new, second.document_no) == (False, 1)

    def test_is_two_where_two_systems_have_the_number(self, ledger):
        in_two_systems(ledger)
        first = self.by_file(ledger, reference="30015")
        second = self.by_number(ledger, "elsewhere/3001")

        assert (first.key, first.is_new) == ("1::invoice:3001:1:0", True)
        assert (second.is_new, second.problem) == (True, "")

    def test_a_letter_is_of_no_source_system_by_its_number(self, ledger):
        ledger.rows(self.ANNA)

        assert reminder(ledger, "3001").source_system == ""
