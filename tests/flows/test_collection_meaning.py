"""Which company's receivable a settlement means by an invoice's number that two companies have; never by a guess."""

from __future__ import annotations

import json
from typing import Any

import pytest
from collection_world import CollectionWorld, two_companies
from payment_world import pay
from small_agency import GIRO
from sqlalchemy import Engine

from hub.errors import DataError
from hub.model.collection_commands import CloseCase, DecideAgencyFile
from hub.model.exchanges import Exchange
from hub.model.payment_file import Payer


def of_both(engine: Engine, *, own_number: bool = False) -> CollectionWorld:
    """Invoice 1001 of both companies, and 1002 of the second, at the agency."""
    world = CollectionWorld(engine, two_companies(own_number=own_number))
    world.person("1001", company="1", reference="11001")
    world.person("1001", "1002", company="2", reference=None)
    for company in ("1", "2") if own_number else ("",):
        world.transfer(companies=tuple(company))
    world.books.tell()
    world.follow()
    return world


def settle(
    world: CollectionWorld, *rows: dict[str, Any], reference: str = "P1", series: str = "", **head: Any
) -> Exchange:
    """Let a settlement come whose rows pay out all that they collect."""
    lines = [{"told": "settlement", "payout_reference": reference, "date": "2026-11-10", **head}]
    for row in rows:
        lines.append({"told": "row", "capital_ore": 40_000, "net_ore": 40_000, "date": "2026-11-05", **row})
    said = [{"series": series}, *lines, {"told": "end"}]
    return world.receive("\n".join(json.dumps(one) for one in said).encode(), name=reference)


def owed(world: CollectionWorld) -> dict[str, int]:
    """What is left at the agency of both receivables 1001, by company."""
    numbered = {case.case_no: case for case in world.cases()}
    by_company = {case.company: case for _, case in sorted(numbered.items(), reverse=True)}
    return {company: by_company[company].left_there_ore for company in ("1", "2")}


INVOICE = {"invoice": "1001"}


def test_the_account_that_claims_name_for_payouts_tells_whose_a_row_is(engine: Engine) -> None:
    world = of_both(engine)
    assert settle(world, INVOICE, paid_to="321-7254").state == "posted"
    assert owed(world) == {"1": 100_000, "2": 60_000}

    held = settle(world, INVOICE, reference="P2")
    assert (held.state, "invoice 1001, which more than one receivable" in held.reason) == ("held", True)
    assert "of company 1, 2: say of which by --verdict take --company" in world.tasks()["agency_file_held"]
    take = {"user": "anna", "exchange_no": held.number, "verdict": "take"}
    with pytest.raises(DataError):
        world.tell_hub(DecideAgencyFile(key="d0", company="9", **take))
    world.tell_hub(DecideAgencyFile(key="d1", **take))
    assert owed(world)["1"] == 100_000  # still nobody has said it
    world.tell_hub(DecideAgencyFile(key="d2", company="1", **take))
    assert (owed(world), "agency_file_held" in world.tasks()) == ({"1": 60_000, "2": 60_000}, False)
    assert settle(world, INVOICE, paid_to="321-7254", currency="EUR", reference="P3").state == "held"
    own = {"claim": world.cases()[0].claim_id, "capital_ore": 100, "net_ore": 100}
    assert settle(world, INVOICE, own, paid_to="321-7254", reference="P4").state == "held"  # of the first company too
    assert world.verify() == []


def test_a_settlement_is_for_one_organisation_number(engine: Engine) -> None:
    world = of_both(engine, own_number=True)
    assert settle(world, INVOICE).state == "held"
    assert settle(world, INVOICE, {"invoice": "1002"}, reference="P2").state == "posted"  # by the other row
    assert owed(world) == {"1": 100_000, "2": 60_000}
    assert settle(world, INVOICE, reference="P3", series="4711").state == "posted"  # by its customer number there
    assert owed(world) == {"1": 60_000, "2": 60_000}
    world.bank_file(pay(30_000, "P4", payer=Payer(account=GIRO.partition(":")[2])))
    row = {**INVOICE, "capital_ore": 30_000, "net_ore": 30_000}
    assert settle(world, row, reference="P4").state == "posted"  # by the account that its money has come to
    assert owed(world) == {"1": 30_000, "2": 60_000}
    assert settle(world, INVOICE, {"invoice": "1002"}, reference="P5", series="4711").state == "held"  # contradicts
    assert world.verify() == []


def test_a_row_is_of_the_only_receivable_that_money_can_still_come_for(engine: Engine) -> None:
    world = of_both(engine)
    first, second = [case for case in world.cases() if case.claim_id in ("K1", "K2")]
    assert (first.company, second.company) == ("1", "2")
    world.tell_hub(CloseCase(key="c", user="anna", case_no=first.case_no, code="PAID_AGENCY"))
    assert settle(world, INVOICE).state == "held"  # the one that has ended waits for its money

    settle(world, {"claim": "K1", "capital_ore": 100_000, "net_ore": 100_000}, reference="P2")
    assert settle(world, INVOICE, reference="P3").state == "posted"
    assert owed(world) == {"1": 0, "2": 60_000}
    taken_back = {**INVOICE, "capital_ore": -10_000, "net_ore": -10_000}
    assert settle(world, taken_back, reference="P4").state == "held"
    status = {"told": "status", "invoice": "1001", "number": "another", "stage": "court_applied"}
    world.receive("\n".join(json.dumps(one) for one in ({}, status)).encode())
    assert [case.stage for case in world.cases()][:2] == ["closed", "court_applied"]
    assert world.verify() == []
