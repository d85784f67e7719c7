"""A hold that says that a debtor is protected keeps what is about its receivable from going by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub.errors import TransientError
from hub.model.delivery import RouteStep
from hub.model.documents import Document
from hub.model.tenant import Tenant
from hub.rules.delivery.route import PROTECTED
from hub.services.delivery import turn_back_held
from hub.services.delivery.planning import Planner
from hub.services.receivables.hold_import import import_holds
from hub.testing.example_tenant import company_settings, tenant_settings
from tests.flows.delivery_world import DeliveryWorld, StubChannel, document
from tests.flows.imported_ledger import Ledger

CODES = {"protected": {"text": "Skyddad identitet", "stops": ["transfer"]}, "9": {"text": "Notering"}}
FLAGS = {"hold_flags": {"protected": "protected_identity"}}
NORTH = company_settings(dunning={"hold_codes": CODES}, claims=FLAGS)
SYSTEMS = [{"name": "sundry", "company": "1"}, {"name": "elsewhere"}]
TEST_IDENTITY = "191212121212"
Setting = Callable[..., None]


@pytest.fixture
def kivra() -> StubChannel:
    return StubChannel(RouteStep.KIVRA, price_ore=300)


@pytest.fixture
def north(engine: Engine, kivra: StubChannel) -> DeliveryWorld:
    north = DeliveryWorld(engine, kivra)
    north.tenant = Tenant.model_validate(tenant_settings(NORTH, source_systems=SYSTEMS))
    owed = [{"number": number, "debtor_identity": TEST_IDENTITY} for number in ("1001", "1002")]
    Ledger(engine).rows(*owed, tenant=north.tenant)
    return north


@pytest.fixture(params=["command", "file"])
def hold(request: pytest.FixtureRequest, north: DeliveryWorld, tmp_path: Path) -> Setting:
    """Sets a hold, by either door."""

    def by_command(code: str = "protected", until: str = "") -> None:
        about = {"company": "1", "number": "1001"}
        north.tell("set_hold", key=f"hold:{code}", receivable=about, code=code, source="anna", until_date=until or None)

    def by_file(code: str = "protected", until: str = "") -> None:
        file = tmp_path / "holds.csv"
        file.write_text(f"number;code;until\n1001;{code};{until}\n", encoding="utf-8")
        assert import_holds(north.store, north.tenant, file, turn_back_held).kept == 1
        north.work()

    return by_command if request.param == "command" else by_file


def reminder(number: str, *about: str) -> dict[str, object]:
    claims = [{"number": one, "open": "50.00"} for one in about]
    return document(number, kind="reminder", lines=[], claims=claims, reference="")


def test_what_names_the_receivable_waits_for_a_person_and_the_rest_goes(north, kivra, hold):
    hold()
    north.deliver(
        document("1001"),
        document("1002"),
        reminder("R1", "1001", "1002"),
        reminder("R2", "1002"),
        reminder("1001", "1002"),
    )

    assert sorted(kivra.numbers) == ["1001", "1002", "R2"]  # the letter that has the invoice's number is about another
    assert north.sql("SELECT kind, number, reason FROM document WHERE state = 'held' ORDER BY kind") == [
        ("invoice", "1001", PROTECTED),
        ("reminder", "R1", PROTECTED),
    ]


@pytest.mark.parametrize("is_about", [True, False])
def test_what_has_not_gone_is_turned_back(north, kivra, hold, is_about):
    kivra.goes_wrong.append(TransientError("503: later"))
    number = "1001" if is_about else "1002"
    north.deliver(document(number))
    hold()
    north.later(hours=1)

    gone = ([], "held", PROTECTED) if is_about else ([number], "delivered", "")
    assert (kivra.numbers, north.one(number).state, north.one(number).reason) == gone


def test_a_hold_that_comes_while_the_message_is_made_is_seen(north, kivra, hold, monkeypatch):
    prepare, holds = kivra.prepare, [hold]

    def hold_and_prepare(documents):
        for one in holds:
            holds.clear()
            one()
        return prepare(documents)

    monkeypatch.setattr(kivra, "prepare", hold_and_prepare)
    north.deliver(document("1001"))
    north.later(seconds=1)

    assert (kivra.numbers, north.one("1001").reason) == ([], PROTECTED)


def test_a_code_that_does_not_say_so_stops_no_document(north, kivra, hold):
    hold("9")
    north.deliver(document("1001"))

    assert kivra.numbers == ["1001"]


def test_it_protects_for_as_long_as_it_stands(north, kivra, hold):
    hold(until="2026-11-24")
    north.deliver(document("1001"))
    north.later(days=2)
    north.deliver(reminder("R1", "1001"))

    assert (kivra.numbers, north.one("1001").reason) == (["R1"], PROTECTED)


def test_an_invoice_of_another_source_system_is_about_another_receivable(north, kivra, hold):
    hold()
    north.deliver(document("1001", source_system="elsewhere"))

    assert kivra.numbers == ["1001"]


def test_a_plan_says_so_and_asks_nobody(north, kivra, hold):
    hold()
    planner = Planner(north.store, north.tenant, north.channels, north, north.clock)
    route = planner.plan(Document.model_validate(document("1001", company="1")))

    assert (route.held_by, kivra.asked) == (PROTECTED, [])
