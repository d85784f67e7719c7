"""Vouchers to the general ledger: each once, in its series, on an open day, on an account that the ledger has."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bookkeeping_world import BOOKKEEPING, BookkeepingWorld
from sqlalchemy import Engine, text

from hub.errors import ConfigurationError, DataError, RuleViolation
from hub.model.books import Contra, VoucherKey, VoucherLine
from hub.model.tenant import Tenant
from hub.runtime.carrying import Carrier, Ending
from hub.services.bookkeeping.exporting import RUN_KIND
from hub.services.bookkeeping.refusing import let_go_again
from hub.services.chart import chart_of
from hub.store import verifying_bookkeeping
from hub.store.database import writing
from hub.testing.carrying import drain
from hub.testing.example_tenant import company_settings, tenant_settings
from hub_sie import Plugin, SieSettings
from hub_sie.sandbox import LedgerOnFolder


@pytest.fixture
def world(engine: Engine, tmp_path: Path) -> Iterator[BookkeepingWorld]:
    with LedgerOnFolder(tmp_path) as ledger:
        yield BookkeepingWorld(engine, ledger)


def test_each_voucher_goes_once_in_the_series_of_its_type(world):
    world.invoice(1)
    world.pay(1)
    answer = world.export()

    assert answer == {"vouchers": 2, "files": 1, "waiting": 0}
    assert [(one["series"], one["number"], one["date"]) for one in world.ledger.booked] == [
        ("H", "1", "20261120"),
        ("K", "1", "20261121"),
    ]
    assert world.ledger.booked[1]["lines"] == [["1510", -100_000, "{}"], ["1940", 100_000, "{}"]]
    assert world.export("2")["vouchers"] == 0
    assert len(world.ledger.received()) == 2


def test_files_are_numbered_without_gaps_and_hold_so_many_vouchers(world):
    world.set(most_vouchers=2)
    for number in range(1, 6):
        world.invoice(number)
    answer = world.export()

    assert (answer["vouchers"], answer["files"]) == (5, 3)
    assert [b'"RH-fil 1-%d"' % number in content for number, content in enumerate(world.files(), 1)] == [True] * 3
    assert [one.document for one in world.ledger.received()] == [f"RH{number}" for number in range(1, 6)]


def test_an_export_is_told_in_the_feed_with_the_hash_of_its_bytes(world):
    world.invoice(1)
    world.export()

    ((event),) = world.events("vouchers_exported")
    assert {name: event[name] for name in ("company", "vouchers", "number")} == {
        "company": "1",
        "vouchers": 1,
        "number": 1,
    }
    assert world.sql(f"SELECT state FROM exchange WHERE sha256 = '{event['sha256']}'") == [("delivered",)]


def test_a_run_that_is_interrupted_behind_a_file_does_not_write_it_again(world):
    world.set(most_vouchers=1)
    for number in (1, 2):
        world.invoice(number)
    with world.store.write() as work:
        work.runs.enqueue_another(f"{RUN_KIND}:north:1", RUN_KIND, {})
    bodies = world.bodies()
    whole = bodies[RUN_KIND]._file
    calls = []

    def dies_at_second(work, input):
        calls.append(input["after"])
        if len(calls) == 2:
            raise ConfigurationError("the machine goes down", where="power")
        return whole(work, input)

    bodies[RUN_KIND]._file = dies_at_second
    drain(world.store, bodies)
    with world.store.write() as work:
        work.runs.try_again(1)
    bodies[RUN_KIND]._file = whole
    drain(world.store, bodies)

    assert [one.document for one in world.ledger.received()] == ["RH1", "RH2"]
    assert world.sql("SELECT next_value FROM counter WHERE series = 'bookkeeping 1'") == [(3,)]


def test_vouchers_from_before_the_first_day_do_not_go(world):
    world.set(begins_on="2026-11-20")
    world.invoice(1, day="2026-11-19")
    world.invoice(2, day="2026-11-20")

    assert world.plan().vouchers == 1
    assert world.export()["vouchers"] == 1
    assert [one.document for one in world.ledger.received()] == ["RH2"]


def test_a_balance_taken_over_has_no_voucher_to_go(world):
    assert world.invoice(1, contra=Contra.NONE) == 0
    assert world.export() == {"vouchers": 0, "files": 0, "waiting": 0}


def test_a_voucher_of_a_closed_month_waits_and_a_person_is_told(world):
    world.invoice(1, day="2026-10-31")
    world.invoice(2, day="2026-11-01")
    close(world, "2026-10")

    assert world.export() == {"vouchers": 1, "files": 1, "waiting": 1}
    assert "1 closed period" in world.tasks()["vouchers_wait"]
    assert [left.voucher_no for left in world.plan().left_out] == [1]
    with world.store.write() as work:
        work.exporting.open_month("1", "2026-10")
    assert world.export("2") == {"vouchers": 1, "files": 1, "waiting": 0}
    assert "vouchers_wait" not in world.tasks()
    assert [one["date"] for one in world.ledger.booked] == ["20261101", "20261031"]


def close(world: BookkeepingWorld, *months: str) -> None:
    with world.store.write() as work:
        for month in months:
            assert work.exporting.close_month("1", month, "anna")
            assert not work.exporting.close_month("1", month, "anna")


def test_by_its_settings_a_voucher_of_a_closed_month_is_dated_to_the_first_open_day(world):
    world.set(closed_period="first_open_day")
    world.invoice(1, day="2026-09-30")
    close(world, "2026-09", "2026-10")
    world.export()

    assert [one["date"] for one in world.ledger.booked] == ["20261101"]
    assert world.sql("SELECT ledger_date FROM voucher_export") == [("2026-11-01",)]


def test_the_error_account_stands_in_for_an_account_that_the_ledger_does_not_have(world):
    world.set(account_register="settings", valid_accounts=["1510", "1900-2999"])
    world.invoice(1)
    world.invoice(2)
    world.export()

    assert [one["lines"][1] for one in world.ledger.booked] == [["2999", -100_000, "{}"]] * 2
    assert "the ledger has no such account: 3000; 2999 stood in" in world.tasks()["wrong_account"]
    assert world.sql("SELECT voucher_no, line_no, account, used FROM replaced_account ORDER BY voucher_no") == [
        (1, 2, "3000", "2999"),
        (2, 2, "3000", "2999"),
    ]


def test_the_chart_of_accounts_that_the_ledger_has_told_is_held_to(world):
    del world.ledger.chart["3000"]
    world.receive()
    world.invoice(1)

    assert [(one.account, one.why) for one in world.plan().replaced] == [("3000", "the ledger has no such account")]
    world.export()
    assert world.ledger.booked[0]["lines"][1] == ["2999", -100_000, "{}"]
    assert b"#KONTO 1510 Kundfordringar" in world.files()[0]


def test_nothing_goes_when_the_error_account_is_wrong_too(world):
    world.set(account_register="settings", valid_accounts=["1510"])
    world.invoice(1)

    assert world.export() == {"vouchers": 0, "files": 0, "waiting": 1}
    assert world.plan().waiting == {"error_account_wrong": 1}


def test_parts_of_an_account_string_go_as_objects_of_dimensions(world):
    dimensions = [{"part": "B", "number": 1, "name": "Kostnadsställe"}, {"part": "D", "number": 6, "name": "Projekt"}]
    accounts = world.company.accounts.model_dump() | {"revenue": "3010.410..P7", "receivable": "1510.100"}
    world.set(company={"accounts": accounts}, dimensions=dimensions)
    world.invoice(1)
    world.export()

    assert world.ledger.booked[0]["lines"] == [
        ["1510", 100_000, "{1 100}"],
        ["3010", -100_000, "{1 410 6 P7}"],
    ]
    assert b"#DIM 6 Projekt" in world.files()[0]


def test_a_type_without_a_series_waits(world):
    world.set(default_series="")
    world.invoice(1)
    world.pay(1)

    assert world.export() == {"vouchers": 1, "files": 1, "waiting": 1}
    assert world.plan().waiting == {"no_series": 1}


def test_a_plan_changes_nothing_and_says_what_the_export_then_does(world):
    world.invoice(1)
    world.pay(1)
    before = world.sql("SELECT count(*) FROM exchange")
    plan = world.plan()

    assert (plan.vouchers, plan.by_series, plan.first_date, plan.last_date) == (
        2,
        {"H": 1, "K": 1},
        "2026-11-20",
        "2026-11-21",
    )
    assert world.sql("SELECT count(*) FROM exchange") == before
    assert world.export()["vouchers"] == plan.vouchers


def test_an_exporter_that_is_not_told_where_files_go_stops_the_run_before_anything_is_written(world):
    world.plugins = world.plugins.from_objects(Plugin(SieSettings()), contexts=lambda _: None)
    world.invoice(1)
    world.export()

    assert "not told where its files go" in world.tasks()["failed_run"]
    assert world.sql("SELECT count(*) FROM voucher_export") == [(0,)]


def test_an_exporter_that_no_plugin_offers_is_named(world):
    world.set(exporter="other")

    with pytest.raises(ConfigurationError, match=r"exporter other .*there is: sie"):
        world.exporters.of(world.company)


def test_two_exports_at_once_share_the_vouchers_and_none_goes_twice(world):
    world.set(most_vouchers=1)
    for number in range(1, 9):
        world.invoice(number)
    for occasion in ("a", "b"):
        with world.store.write() as work:
            work.runs.enqueue_another(f"{RUN_KIND}:north:{occasion}", RUN_KIND, {})
    with world.store.read() as work:
        run_ids = [run.run_id for run in work.runs.unfinished()]
    carrier = Carrier(world.store, world.bodies())
    with ThreadPoolExecutor(2) as pool:
        endings = list(pool.map(lambda run_id: carrier.carry_out(run_id), run_ids))

    assert {one.ending for one in endings} == {Ending.DONE}
    assert sum(one.answer["vouchers"] for one in endings) == 8
    drain(world.store, world.bodies())
    assert sorted(one.document for one in world.ledger.received()) == [f"RH{number}" for number in range(1, 9)]


def test_the_proof_of_the_books_finds_a_voucher_that_would_go_again(world):
    world.invoice(1)
    world.export()
    checks = {check.code: text(check.statement) for check in verifying_bookkeeping.CHECKS}
    for broken in (False, True):
        with writing(world.engine) as connection:
            if broken:
                connection.execute(text("DELETE FROM voucher_export"))
            given = {"t": world.store.tenant}
            found = {code for code, statement in checks.items() if connection.execute(statement, given).all()}

        assert found == ({"EXPORT_DIFFERS"} if broken else set())


def refuse(world: BookkeepingWorld, exchange_no: int) -> int:
    with world.store.write() as work:
        return let_go_again(work, exchange_no, reason="account 3000", user="anna")["vouchers"]


def file_no(world: BookkeepingWorld) -> int:
    return world.sql("SELECT max(exchange_no) FROM exchange WHERE kind = 'bookkeeping_file'")[0][0]


def test_the_vouchers_of_a_refused_file_go_again_in_another(world):
    world.ledger.order("refuse")
    world.invoice(1)
    world.export()
    assert world.ledger.booked == []

    assert refuse(world, file_no(world)) == 1
    assert world.export("2")["vouchers"] == 1
    assert [one.document for one in world.ledger.received()] == ["RH1"]
    assert [b'"RH-fil 1-%d"' % number in content for number, content in enumerate(world.files(), 1)] == [True] * 2
    assert world.events("ledger_refused_file")[0]["reason"] == "account 3000"
    with world.store.read() as work:
        assert all(
            not work._connection.execute(text(check.statement), {"t": world.store.tenant}).all()
            for check in verifying_bookkeeping.CHECKS
        )


def test_a_file_that_the_ledger_has_booked_was_not_refused(world):
    world.invoice(1)
    world.export()
    world.receive()

    with pytest.raises(RuleViolation, match="booked twice"):
        refuse(world, file_no(world))


def test_a_file_that_may_still_reach_the_ledger_is_not_let_go(world):
    world.invoice(1)
    with world.store.write() as work:
        work.runs.enqueue_another(f"{RUN_KIND}:north:1", RUN_KIND, {})
    Carrier(world.store, world.bodies()).carry_out(world.sql("SELECT run_id FROM run WHERE kind = 'bookkeeping'")[0][0])

    with pytest.raises(RuleViolation, match="is sending: it may still reach"):
        refuse(world, file_no(world))


def test_a_refused_file_is_refused_once_and_nothing_else_is(world):
    world.invoice(1)
    world.export()
    number = file_no(world)
    refuse(world, number)

    with pytest.raises(DataError, match="go again already"):
        refuse(world, number)
    with pytest.raises(DataError, match="no file for the ledger"):
        refuse(world, 999)


def test_each_company_has_files_and_numbers_of_its_own_and_one_without_exporter_has_none(world):
    own = company_settings(bookkeeping=BOOKKEEPING)
    rent = company_settings(
        number="2", name="Rent AB", organisation_number="556000-0001", payee_accounts=[], bookkeeping=BOOKKEEPING
    )
    quiet = company_settings(number="3", name="Quiet AB", organisation_number="556000-0001", payee_accounts=[])
    world.tenant = Tenant.model_validate(tenant_settings(own, rent, quiet))
    with world.store.write() as work:
        for number in ("1", "2", "3", "2"):
            line = VoucherLine("1510", 100), VoucherLine("3000", -100)
            key = VoucherKey(0, number, "SEK", "2026-11-20")
            work.books.apply(chart_of(work, world.tenant), voucher_type="credits", coded={key: line})
    world.export()

    told = [(event["company"], event["number"], event["vouchers"]) for event in world.events("vouchers_exported")]
    assert told == [("1", 1, 1), ("2", 1, 2)]
    assert world.sql("SELECT voucher_no FROM voucher_export ORDER BY voucher_no") == [(1,), (2,), (4,)]
    assert [b"#ORGNR 556677-8899" in file for file in world.files()] == [True, False]


def test_an_export_of_one_company_leaves_the_others(world):
    world.invoice(1)
    with world.store.write() as work:
        work.runs.enqueue_another(f"{RUN_KIND}:north:1", RUN_KIND, {"company": "7"})
    answers = drain(world.store, world.bodies())

    assert list(answers.values()) == [{}]
    assert world.stands() == [(1, "waiting", "", "")]


def test_nothing_goes_behind_the_last_voucher_that_a_plan_saw(world):
    world.invoice(1)
    seen = world.plan()
    world.invoice(2)

    with world.store.write() as work:
        asked = {"company": "", "through": seen.through}
        work.runs.enqueue_another(f"{RUN_KIND}:{world.name}:seen", RUN_KIND, asked)
    drain(world.store, world.bodies())

    assert (seen.vouchers, seen.through) == (1, 1)
    assert [row[:2] for row in world.stands()] == [(1, "exported"), (2, "waiting")]
    assert world.plan().vouchers == 1


def test_a_plan_of_no_vouchers_saw_none(world):
    assert (world.plan().vouchers, world.plan().through) == (0, 0)
