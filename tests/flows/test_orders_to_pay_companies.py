"""An order to pay across companies of one applicant: sixteen receivables of one debtor, proposed, made and printed."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from dunning_world import REVENUES, DunningWorld
from order_world import TEST_CHANNEL, TEST_FILER, LineFiler
from sqlalchemy import Engine

from hub.errors import RuleViolation
from hub.model.commands import parse_command
from hub.model.order_to_pay_application import OrderMessage
from hub.model.tenant import Tenant
from hub.services.books import carry_out
from hub.services.dunning.earlier import note_step_taken
from hub.services.dunning.interrupting import interrupting
from hub.services.orders_to_pay import Filers, Means, order_handlers
from hub.services.orders_to_pay.proposing import Proposal, propose
from hub.services.orders_to_pay.receiving import AuthorityFiles, AuthorityReport
from hub.testing.example_tenant import company_settings, tenant_settings

TOLVAN, ELVAN = "191212121212", "198112289874"


def companies(*, other_applicant: bool = False, **orders: Any) -> Tenant:
    head = {"street": "Storgatan 1", "postal_code": "123 45", "city": "Staden"}
    usual: dict[str, Any] = {
        "accounts": REVENUES,
        "letterhead": head,
        "orders_to_pay": {"fee_payment": "invoiced", **orders},
        "routines": [{"number": "01", "name": "Barnomsorg"}],
    }
    own = {"organisation_number": "212000-0142"} if other_applicant else {}
    second = {"number": "2", "payee_accounts": [{"bankgiro": "5050-1055"}], "dunning": {"plan_hold": "bf2"}, **own}
    systems = [{"name": "sundry", "routines": ["01"]}]
    return Tenant.model_validate(
        tenant_settings(company_settings(**usual), company_settings(**usual, **second), source_systems=systems)
    )


class CompaniesWorld(DunningWorld):
    def __init__(self, engine: Engine, tenant: Tenant) -> None:
        super().__init__(engine, tenant)
        self.printed: list[OrderMessage] = []
        self.means = Means(lambda: self.rates, interrupting(tenant), self._print, lambda: self.filers)
        self.filers = Filers({}, {})
        self._keys = 0

    def _print(self, message: OrderMessage) -> bytes:
        self.printed.append(message)
        return b"form"

    def demanded(self, company: str, *numbers: str, identity: str = TOLVAN) -> None:
        self.invoices(*numbers, company=company, debtor_name="T", debtor_identity=identity, due_date="2026-10-05")
        with self.store.write() as work:
            for number in numbers:
                for step, on in (("reminder_1", "2026-10-07"), ("demand", "2026-10-15")):
                    told = self._told("note_step_taken", receivable={"company": company, "number": number}, step=step,
                                      sent_on=on, answer_by="2026-10-30")  # fmt: skip
                    note_step_taken(work, self.tenant, told)

    def _told(self, kind: str, **values: Any) -> Any:
        self._keys += 1
        return parse_command({"kind": kind, "key": f"k{self._keys}", "user": "anna", **values})

    def tell(self, kind: str, **values: Any) -> dict[str, Any]:
        with self.store.write() as work:
            return carry_out(work, self.tenant, self._told(kind, **values), order_handlers(self.means))

    def propose(self, drafted_by: str = "") -> Proposal:
        return propose(self.store, self.tenant, self.tenant.companies, self.means, drafted_by=drafted_by)

    def hold_codes(self, number: str) -> list[str]:
        with self.store.read() as work:
            found = work.receivables.active_holds([self.one(number).receivable_id], work.today)
        return [hold.code for hold in found]


def test_companies_of_one_applicant_go_together_and_each_sets_its_own_hold(engine: Engine) -> None:
    world = CompaniesWorld(engine, companies())
    world.demanded("1", "1001", "1002")
    world.demanded("2", "2001")
    (found,) = world.propose("anna").applications
    assert found.receivables == ("1001", "1002", "2001")

    assert world.tell("file_orders_to_pay", orders=[found.order_no])["orders"][0]["state"] == "leaving"
    (printed,) = world.printed
    assert [(claim.company, claim.number) for claim in printed.application.claims] == [
        ("1", "1001"),
        ("1", "1002"),
        ("2", "2001"),
    ]
    assert (world.hold_codes("1001"), world.hold_codes("2001")) == (["plan"], ["bf2"])


def test_seventeen_receivables_become_two_applications(engine: Engine) -> None:
    world = CompaniesWorld(engine, companies())
    world.demanded("1", *(str(1001 + number) for number in range(17)))
    world.demanded("2", "2001", identity=ELVAN)
    sizes = [len(one.receivables) for one in world.propose("anna").applications]
    assert sorted(sizes) == [1, 1, 16]
    assert world.propose("anna").applications == []  # none is left


def test_another_organisation_number_is_another_applicant(engine: Engine) -> None:
    world = CompaniesWorld(engine, companies(other_applicant=True))
    world.demanded("1", "1001")
    world.demanded("2", "2001")
    assert sorted(one.receivables for one in world.propose().applications) == [("1001",), ("2001",)]
    named = [{"company": "1", "number": "1001"}, {"company": "2", "number": "2001"}]
    with pytest.raises(RuleViolation, match="one applicant"):
        world.tell("make_order_to_pay", receivables=named)


def test_a_receipt_is_of_the_applicant_that_it_names_and_no_others_file_of_that_number(engine: Engine) -> None:
    world = CompaniesWorld(engine, companies(other_applicant=True, filer=TEST_FILER))
    world.filers = Filers({TEST_FILER: LineFiler()}, {TEST_CHANNEL: "test"})
    world.demanded("1", "1001")
    world.demanded("2", "2001")
    orders = {one.receivables[0]: one.order_no for one in world.propose("anna").applications}
    for number in orders.values():
        world.tell("file_orders_to_pay", orders=[number])

    def states() -> list[str]:
        with world.store.read() as work:
            found = work.orders_to_pay.get_all(orders.values())
        return [found[orders[number]].state for number in ("1001", "2001")]

    def receipt(file_no: int, applicant: str, *, is_accepted: bool) -> AuthorityReport:
        day = world.clock.today().isoformat()
        told = [
            {"event": "opened", "file_no": 0, "made_on": day, "organisation_number": applicant},
            {"event": "receipt", "file_no": file_no, "is_accepted": is_accepted, "on_day": day, "text": "fel"},
        ]
        content = "\n".join(json.dumps(one) for one in told).encode()
        files = AuthorityFiles(world.store, world.tenant, world.filers.named(TEST_FILER), world.means)
        return files.receive(BytesIO(content), name="receipt.txt")

    (unsaid,) = receipt(1, "", is_accepted=False).problems
    assert "2 applicants have a file 1, and the receipt does not say whose it is" in unsaid
    assert states() == ["leaving", "leaving"]

    assert receipt(1, "162120000142", is_accepted=False).told == 1
    assert states() == ["leaving", "receipt_rejected"]
    assert receipt(1, world.tenant.companies[0].organisation_number, is_accepted=True).told == 1
    assert states() == ["receipt_ok", "receipt_rejected"]
