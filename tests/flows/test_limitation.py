"""Claims that lapse: what is told starts the time anew, the list says when and why, and a task warns before."""

from __future__ import annotations

from datetime import date

import pytest
from dunning_world import DunningWorld

from hub.errors import DataError
from hub.model.command import Target
from hub.model.limitation import InterruptedBy, Interruption, InterruptLimitation, Lapsing
from hub.runtime.carrying import Carrier
from hub.services.books import carry_out
from hub.services.dunning.interrupting import LIMITATION_HANDLERS
from hub.services.dunning.lapsing import RUN_KIND, LimitationRun, lapsing

ACKNOWLEDGED, LEGAL = InterruptedBy.ACKNOWLEDGEMENT, InterruptedBy.LEGAL_STEP
PERSON = "19121212-1212"


class LapsingWorld(DunningWorld):
    """A ledger on 2 November 2026 with claims of three years ago."""

    def old(self, number: str, invoice_date: str, **fields: str) -> None:
        self.invoices(number, invoice_date=invoice_date, due_date=invoice_date, debtor_identity=PERSON, **fields)

    def interrupt(self, number: str, by: InterruptedBy, on: str, **said: object) -> str | None:
        target = Target(company="1", number=number)
        given = {"key": f"{number} {by} {on} {said}", "user": "anna", "receivable": target, "by": by, "on": on, **said}
        command = InterruptLimitation.model_validate(given)
        with self.store.write() as work:
            return carry_out(work, self.tenant, command, LIMITATION_HANDLERS)["last_day"]

    def lapsing(self, months: int = 6, page: int = 20_000) -> list[Lapsing]:
        return list(lapsing(self.store, self.tenant, months, page=page))

    def days(self, months: int = 6, page: int = 20_000) -> dict[str, str]:
        return {one.number: one.last_day.isoformat() for one in self.lapsing(months, page)}

    def warn(self, occasion: str = "1") -> list[tuple[str, str]]:
        with self.store.write() as work:
            work.runs.enqueue(occasion, RUN_KIND, {})
        carried = Carrier(self.store, {RUN_KIND: LimitationRun(self.store, self.tenant)}).carry_out(occasion)
        assert not carried.why, carried.why
        with self.store.read() as work:
            return [(task["subject"], task["text"]) for task in work.commands.open_tasks()]


@pytest.fixture
def world(engine) -> LapsingWorld:
    return LapsingWorld(engine)


def test_the_list_has_what_lives_today_and_lapses_within_the_months(world):
    world.old("1001", "2023-11-01")  # lapsed yesterday
    world.old("1002", "2023-11-02")  # its last day
    world.old("1003", "2024-05-02")
    world.old("1004", "2024-05-03")

    assert world.days() == {"1002": "2026-11-02", "1003": "2027-05-02"}
    assert world.days(2) == {"1002": "2026-11-02"}
    assert world.days(7, page=1) == {"1002": "2026-11-02", "1003": "2027-05-02", "1004": "2027-05-03"}


def test_a_company_is_owed_for_ten_years_and_what_is_not_owed_is_not_listed(world):
    world.invoices("1001", invoice_date="2023-11-20", due_date="2023-12-20", debtor_identity="556677-8899")
    world.old("1002", "2023-11-20", kind="credit_note", amount="-100,00")

    assert world.days() == {}


def test_what_is_told_starts_the_time_anew_and_the_list_says_what(world):
    world.old("1001", "2020-12-01")
    world.old("1002", "2023-12-01")

    assert world.interrupt("1001", ACKNOWLEDGED, "2023-11-30") == "2026-11-30"
    assert world.interrupt("1002", ACKNOWLEDGED, "2026-10-30") == "2029-10-30"

    (one,) = world.lapsing()
    assert (one.number, one.interrupted_by) == ("1001", Interruption(ACKNOWLEDGED, date(2023, 11, 30)))


def test_a_plan_asks_for_what_was_interrupted_and_not_for_what_lapsed(world):
    world.old("1001", "2023-10-01")
    world.old("1002", "2023-10-01")
    world.interrupt("1001", ACKNOWLEDGED, "2024-01-05")

    assert [(verdict, why) for _, verdict, why in world.said(world.plan())] == [
        ("take", "due: 1127 days after due_date"),
        ("leave", "lapsed: 2026-10-01"),
    ]


def test_a_claim_lives_while_a_legal_step_goes_on_and_a_year_after_one_that_failed(world):
    world.old("1001", "2023-12-01")

    assert world.interrupt("1001", LEGAL, "2026-06-01") is None
    assert world.days(36) == {}
    assert world.interrupt("1001", LEGAL, "2026-06-01", ended_on="2026-09-01") == "2029-09-01"
    assert world.interrupt("1001", LEGAL, "2026-06-01", ended_on="2026-09-01", has_failed=True) == "2027-09-01"
    assert world.interrupt("1001", LEGAL, "2026-06-01", did_not_happen=True) == "2026-12-01"
    with pytest.raises(DataError, match="no legal_step on 2026-06-01 has been told"):
        world.interrupt("1001", LEGAL, "2026-06-01", did_not_happen=True, remark="again")


@pytest.mark.parametrize(("on", "problem"), [("2023-11-30", "before 2023-12-01"), ("2026-11-03", "is to come")])
def test_a_day_that_cannot_be_is_refused(world, on, problem):
    world.old("1001", "2023-12-01")
    with pytest.raises(DataError, match=problem):
        world.interrupt("1001", ACKNOWLEDGED, on)


def test_what_was_told_stands_beside_a_new_version(world):
    world.old("1001", "2023-12-01")
    world.interrupt("1001", ACKNOWLEDGED, "2024-01-15")
    world.old("1001", "2023-12-01", version="2", amount="900,00")

    assert world.days(3) == {"1001": "2027-01-15"}


def test_a_letter_that_was_sent_counts_beside_what_is_told(world):
    world.old("1001", "2023-12-01")
    world.run()
    world.delivery_tells("document_sent")

    assert world.days(36) == {"1001": "2029-11-02"}
    assert world.lapsing(36)[0].interrupted_by == Interruption(InterruptedBy.WRITTEN_DEMAND, date(2026, 11, 2))


def test_one_task_for_each_warning_is_kept_and_done_when_none_is_left(world):
    world.old("1001", "2023-12-01")
    world.old("1002", "2023-12-24")
    world.old("1003", "2024-03-01")

    told = dict(world.warn())
    assert set(told) == {"1:6", "1:2"}
    assert told["1:2"] == (
        "2 claims of company 1 will lapse within 2 months, the first after 2026-12-01; "
        "see: hub dunning lapsing --months 2"
    )
    assert len(world.warn("again")) == 2

    world.interrupt("1001", ACKNOWLEDGED, "2026-11-01")
    world.interrupt("1002", ACKNOWLEDGED, "2026-11-01")
    assert [subject for subject, _ in world.warn("later")] == ["1:6"]
