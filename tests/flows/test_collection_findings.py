"""The doctor says what cannot work, or is followed by nobody, at collection agencies; and what they never answered."""

from __future__ import annotations

from typing import Any, cast

import pytest
from collection_world import CollectionWorld, collection_tenant
from one_database import on_sqlite
from sqlalchemy import Engine

from hub.model.collection_commands import RecallCase
from hub.model.schedules import Schedule
from hub.model.tenant import Tenant
from hub.runtime.collection_findings import collection_findings
from hub.runtime.plugins import TenantPlugins

SCHEDULES = tuple(Schedule(name=job, job=job, at=("07:00",)) for job in ("transfer", "collection"))


def tenant_of(*rules: dict[str, Any], agreement: dict[str, Any] | None = None) -> Tenant:
    return collection_tenant(*rules, agreement=agreement).model_copy(update={"schedules": SCHEDULES})


def said(world: CollectionWorld) -> list[tuple[str, str]]:
    """Return what is found, without what is as it should be; the world has what a tenant's work has."""
    found = list(collection_findings(cast(Any, world), "tenant north"))
    assert {one.what for one in found} <= {"tenant north"}
    return [(str(one.health), one.message) for one in found if one.health != "ok"]


def test_a_tenant_that_hands_over_as_it_should_is_told_so(engine: Engine) -> None:
    world = CollectionWorld(engine, tenant_of())
    world.person("1001")
    world.transfer()

    assert said(world) == []
    found = [one.message for one in collection_findings(cast(Any, world), "tenant north")]
    assert found == ["small: is told of cases by small_channel"]


@pytest.mark.parametrize(
    ("tenant", "health", "text"),
    [
        (collection_tenant(), "look", 'no schedule has the job "transfer"'),
        (collection_tenant(), "look", 'no schedule has the job "collection"'),
        (tenant_of(agreement={"hold_code": "other"}), "look", "the hold code other is not declared"),
        (
            tenant_of({"agency": "large"}, agreement={"agency": "large"}),
            "wrong",
            "no plugin that is turned on offers large",
        ),
    ],
)
@on_sqlite
def test_what_cannot_work_is_told(engine: Engine, tenant: Tenant, health: str, text: str) -> None:
    found = said(CollectionWorld(engine, tenant))

    assert [one for one, message in found if text in message] == [health]


@on_sqlite
def test_open_cases_that_nobody_follows_are_told(engine: Engine) -> None:
    world = CollectionWorld(engine, tenant_of())
    world.person("1001", "1002")
    world.transfer()
    world.plugins = TenantPlugins.from_objects()
    (left,) = [text for health, text in said(world) if "nobody follows" in text]
    assert left.startswith("2 open cases at small, which nobody follows, since its plugin is off")


def test_claims_and_recalls_that_were_never_answered_are_told_when_their_days_are_out(engine: Engine) -> None:
    world = CollectionWorld(engine, tenant_of())
    world.person("1001", "1002")
    world.transfer(number="1001")
    world.books.forget_receipts()
    world.transfer(number="1002")
    world.books.tell()
    world.follow()
    world.tell_hub(RecallCase(key="r", user="anna", case_no=world.case("1002").case_no, reason="error"))
    world.follow()
    world.next_day(7)  # five banking days later
    assert said(world) == []

    world.next_day()
    claim, recall = said(world)
    assert claim[0] == recall[0] == "look"
    assert claim[1].startswith("small: 1 claim that it has were never answered, the oldest of 2026-11-02, such as in ")
    assert f"hub collection close {world.case('1001').case_no}" in claim[1]
    assert recall[1].startswith("small: 1 recall it never confirmed")


def test_receipts_of_kinds_that_an_agency_answers_are_overdue_and_those_of_others_are_not(engine: Engine) -> None:
    world = CollectionWorld(engine, tenant_of())
    world.person("1001", "1002")
    world.transfer()
    world.books.tell()
    world.follow()
    for number in ("1001", "1002"):
        world.paid(number, 100)
        world.follow()
        world.books.forget_receipts()
    world.next_day(8)
    assert said(world) == []  # it has never answered a payment

    world.paid("1001", 100)
    world.follow()
    world.books.tell()
    world.follow()
    assert [text.partition(",")[0] for _, text in said(world)] == ["small: receipts of 2 direct payments are overdue"]
