"""What is at an agency is dunned by nobody else, is charged no interest besides, and keeps its names until it ends."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from collection_world import ACCOUNTS, AGREEMENT, RULE, CollectionWorld
from dunning_world import POLICY, REVENUES
from sqlalchemy import Engine
from test_interest_invoices import nothing_sent

from hub.model.claims import ClaimAction
from hub.model.collection_commands import HoldCase, RecallCase
from hub.model.commands import CreditReceivable, Target
from hub.model.interest_charges import PaidSelection
from hub.model.purging import PurgeTerms
from hub.model.tenant import Tenant
from hub.rules.interest.day_count import DayCount
from hub.services.books.claims import build_claims
from hub.services.books.interest import Accrued, accrued
from hub.services.dunning.carrying import list_uncharged
from hub.services.dunning.interest_invoices import InterestInvoiceRun
from hub.services.reports.purging import execute_purge, plan_purge
from hub.testing.example_tenant import company_settings, tenant_settings


def tenant_of(*, stops: list[str], interest_is_invoiced: bool = True, **rule: Any) -> Tenant:
    codes = {"inkasso": {"text": "At agency", "stops": stops}}
    made = company_settings(
        accounts=REVENUES,
        routines=[{"number": "01", "name": "Sundry", "interest_is_invoiced": interest_is_invoiced}],
        references={
            "giro": {"control": {"level": "length_digit"}, "elements": [{"kind": "invoice_number", "width": 9}]}
        },
        dunning={"policies": [POLICY], "hold_codes": codes},
        collection={"transfers": [{**RULE, **rule}], "accounts": ACCOUNTS, "closing": {}},
    )
    systems = [{"name": "sundry", "company": "1", "routines": ["01"]}]
    return Tenant.model_validate(tenant_settings(made, source_systems=systems, collection_agencies=[AGREEMENT]))


NUMBER = "010000017"


def handed_over(engine: Engine, **settings: Any) -> CollectionWorld:
    world = CollectionWorld(engine, tenant_of(**settings))
    world.person(NUMBER)
    world.transfer()
    world.books.tell()
    world.follow()
    return world


def interest_plan(world: CollectionWorld) -> list[tuple[str, str]]:
    run = InterestInvoiceRun(world.store, world.tenant, lambda: world.rates, "s", nothing_sent)
    with world.store.write() as work:
        plan_no = run.make(work, PaidSelection(), user="anna")
    run.fill(plan_no)
    return [(item.verdict, item.reason) for item in world.items(plan_no)]


def collected(world: CollectionWorld, amount_ore: int = 100_000, own_interest_ore: int = 0) -> None:
    """Let the debtor pay the agency, and the agency settle."""
    world.books.debtor_pays(world.case(NUMBER).claim_id, amount_ore, own_interest_ore=own_interest_ore)
    lines, _ = world.books.settlement()
    world.books.tell(*lines)
    world.follow()


def purged(world: CollectionWorld) -> list[tuple[int, str]]:
    """Purge what was paid before December; return how many, and why not."""
    with world.store.write() as work:
        plan = plan_purge(work, PurgeTerms(paid_before=date(2026, 12, 1)), "anna")
    done = execute_purge(world.store, plan.plan_no)
    why = world.sql("SELECT reason FROM run_plan_item WHERE step = 'purge'")
    return [(done.purged, *row) for row in why]


ALL_BUT_INTEREST = ["reminder_1", "reminder_2", "demand"]


def test_interest_that_an_agency_collected_is_not_invoiced_again(engine: Engine) -> None:
    world = handed_over(engine, stops=[*ALL_BUT_INTEREST, "interest"])
    collected(world, own_interest_ore=700)

    assert (world.open(NUMBER), world.holds(NUMBER)) == ((0, 0, 0), [])
    assert interest_plan(world) == [("leave", "collected_by_agency")]


def test_nor_carried_to_the_next_invoice(engine: Engine) -> None:
    world = handed_over(engine, stops=[*ALL_BUT_INTEREST, "interest"], interest_is_invoiced=False)
    collected(world, own_interest_ore=700)

    assert list(list_uncharged(world.store, world.tenant, lambda: world.rates, PaidSelection())) == []


def test_what_a_transfer_settled_is_not_paid_and_its_interest_is_the_agencys(engine: Engine) -> None:
    world = handed_over(engine, stops=ALL_BUT_INTEREST, settles=True)

    assert interest_plan(world) == [("leave", "at_agency")]


def test_what_comes_back_untouched_earns_all_its_interest_and_what_was_collected_is_deducted(engine: Engine) -> None:
    world = handed_over(engine, stops=ALL_BUT_INTEREST, settles=True)
    collected(world, 40_000, own_interest_ore=100)
    world.tell_hub(RecallCase(key="r", user="anna", case_no=world.case(NUMBER).case_no, reason="error"))
    world.follow()
    world.books.tell()
    world.follow()
    assert world.open(NUMBER) == (60_000, 0, 0)

    with world.store.read() as work:
        number = world.one(NUMBER).receivable_id
        one = accrued(work, world.tenant, [number], world.clock.today(), world.rates)[number]

    assert one.left_ore == one.interest.interest_ore - 100
    assert world.verify() == []


def taken_back_after(world: CollectionWorld, own_interest_ore: int) -> Accrued:
    """Let an agency collect a part and its own interest to 5 November, and the case be taken back; count 20 days on."""
    collected(world, 40_000, own_interest_ore=own_interest_ore)
    world.tell_hub(RecallCase(key="r", user="anna", case_no=world.case(NUMBER).case_no, reason="error"))
    world.follow()
    world.books.tell()
    world.follow()
    world.next_day(20)
    return counted(world)


def counted(world: CollectionWorld) -> Accrued:
    with world.store.read() as work:
        number = world.one(NUMBER).receivable_id
        return accrued(work, world.tenant, [number], world.clock.today(), world.rates)[number]


@pytest.mark.parametrize("settles", [False, True])
def test_after_a_recall_letters_and_the_next_agency_count_from_the_day_to_which_interest_was_collected(
    engine: Engine, settles: bool
) -> None:
    """Ten days to 5 November on 1 000,00 at ten per cent are 2,74; the rest is counted on 600,00."""
    world = handed_over(engine, stops=ALL_BUT_INTEREST, settles=settles)
    world.next_day(3)
    one = taken_back_after(world, 274)

    assert (one.debited_ore, one.collected) == (274, (274, "2026-11-05"))
    assert world.accounts()["8313"] == -274
    if not settles:
        assert one.left_ore == one.interest.interest_ore - 274 == 329  # twenty days
        assert [segment.first_day for segment in one.segments_left(DayCount.ACT_ACT)] == [date(2026, 11, 6)]
        with world.store.read() as work:
            number = world.one(NUMBER).receivable_id
            claims = build_claims(work, world.tenant, [number], ClaimAction.COLLECT, world.clock.today(), world.rates)
        assert claims[number].line.interest.start_date == "2026-11-06"
    world.person(NUMBER, version="2", amount="900,00")
    assert (counted(world).debited_ore, counted(world).collected.amount_ore) == (274, 274)
    assert world.verify() == []


def test_interest_that_an_agency_counted_by_days_of_its_own_is_never_charged_again(engine: Engine) -> None:
    """It took more than was earned: nothing is left, and the first days that earn more are charged from there."""
    world = handed_over(engine, stops=ALL_BUT_INTEREST)
    world.next_day(3)

    assert taken_back_after(world, 900).left_ore == 0
    world.next_day(30)
    one = counted(world)
    assert 0 < one.left_ore == one.interest.interest_ore - 900
    assert world.verify() == []


def test_what_is_at_an_agency_is_dunned_by_nobody_else_whatever_its_code_stops(engine: Engine) -> None:
    world = handed_over(engine, stops=[])

    assert world.said(world.plan()) == [("reminder_1", "leave", "handed_over: agency small")]


def test_what_went_to_an_agency_between_plan_and_run_is_left_out(engine: Engine) -> None:
    world = CollectionWorld(engine, tenant_of(stops=[]))
    world.person(NUMBER)
    plan_no = world.plan()
    world.transfer()

    world.run(plan_no)

    assert world.said(plan_no) == [("reminder_1", "left_out", "handed_over: agency small")]
    assert world.letters.sent == []


def test_a_debtor_at_an_agency_keeps_the_name_until_the_case_has_ended(engine: Engine) -> None:
    world = handed_over(engine, stops=[], settles=True)
    world.next_day(40)

    assert purged(world) == [(0, "at_agency")]
    assert world.one(NUMBER).debtor_name == "Tolvan Tolvansson"


def test_a_purge_erases_what_an_agency_was_told_and_has_written(engine: Engine) -> None:
    world = handed_over(engine, stops=[])
    world.tell_hub(HoldCase(key="h", user="anna", case_no=world.case(NUMBER).case_no, remark="Tolvan is ill"))
    world.books.tell({"told": "status", "claim": world.case(NUMBER).claim_id, "stage": "krav_sent", "text": "Tolvan"})
    world.follow()
    collected(world)
    world.next_day(40)

    assert purged(world) == [(1, "")]

    told = [world.sql(f"SELECT * FROM {table}") for table in ("collection_claim", "collection_order", "agency_told")]
    assert not any(name in str(told) for name in ("Tolvan", "1212121212"))
    assert world.verify() == []


def accounts(world: CollectionWorld) -> tuple[int, int, int]:
    """Receivables, and principal and fees that are at agencies."""
    balance = world.accounts()
    return balance["1510"], balance.get("1580", 0), balance.get("1581", 0)


def test_what_is_credited_on_a_settled_receivable_lowers_what_is_at_the_agency(engine: Engine) -> None:
    world = handed_over(engine, stops=[], settles=True)
    about = Target(company="1", number=NUMBER)
    world.tell_hub(
        CreditReceivable(key="c", user="anna", receivable=about, amount_ore=20_000, allow_credit_balance=True)
    )
    world.follow()
    assert (world.open(NUMBER), accounts(world)) == ((0, 0, 0), (0, 80_000, 0))

    collected(world, 80_000)

    assert (world.open(NUMBER), accounts(world)) == ((0, 0, 0), (0, 0, 0))
    assert world.verify() == []


def test_a_fee_whose_letter_came_back_is_taken_from_what_is_at_the_agency(engine: Engine) -> None:
    world = CollectionWorld(engine, tenant_of(stops=[], settles=True))
    world.person(NUMBER)
    world.run()
    key = world.letters.sent[0].key
    world.delivery_tells("document_sent")
    world.transfer()
    assert accounts(world) == (0, 100_000, 6_000)

    world.delivery_tells("document_undeliverable", key)
    world.follow()

    assert (world.open(NUMBER), accounts(world)) == ((0, 0, 0), (0, 100_000, 0))
    assert world.told() == ["claim", "credit"]
    assert world.verify() == []


def test_a_new_version_of_a_settled_receivable_lowers_what_is_at_the_agency(engine: Engine) -> None:
    world = handed_over(engine, stops=[], settles=True)
    world.person(NUMBER, version="2", amount="900,00")
    world.follow()

    assert (world.open(NUMBER), accounts(world)) == ((0, 0, 0), (0, 90_000, 0))
    assert world.verify() == []
