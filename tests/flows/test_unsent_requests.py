"""Requests whose orders lie here, since their file was refused and they go again: what the bank does not know of."""

from __future__ import annotations

import pytest
from mandate_world import MandateWorld

from hub.model.direct_debits import RequestCancellation
from hub.model.exchanges import Exchange
from hub.services.mandates.filing import let_go_again


@pytest.fixture
def world(engine):
    return MandateWorld(engine)


def refused_and_let_go(world: MandateWorld) -> None:
    """Run, let the clearing house refuse the file, and let its orders go again."""
    world.channel.refuses = True
    world.run()
    world.channel.refuses = False
    with world.store.write() as work:
        file: Exchange = next(iter(work.exchanges.latest(kind="direct_debit_file", limit=1)))
        let_go_again(work, file.number, reason="refused", user="anna")


def test_a_person_takes_back_what_the_bank_knows_though_its_move_has_not_gone(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    target = {"company": "1", "number": "1008", "source_system": "sundry"}
    world.tell("change_due_date", receivable=target, due_date="2026-12-15", reason="agreed")
    refused_and_let_go(world)
    assert (world.states(), world.request().moves_to) == (["ordered"], "2026-12-15")

    assert world.tell("cancel_payment_request", request_no=1)["state"] == "cancelling"
    world.run()
    assert [(kind, fields["on_date"]) for kind, fields in world.last_sent()] == [("RequestCancellation", "2026-11-30")]
    assert (world.states(), world.request().moves_to) == (["cancelling"], "")


def test_what_is_paid_or_too_late_before_its_order_has_gone_is_not_drawn(world):
    world.mandate()
    world.invoices("1008", "1016")
    world.until("2026-11-23")
    refused_and_let_go(world)
    world.until("2026-11-27")  # one banking day before: nothing that the bank knows could be taken back
    world.pay(world.one("1008"), 100_000, "2026-11-27")
    refused_and_let_go(world)
    assert [(one.state, one.reason, one.on_date) for one in world.requests()] == [
        ("cancelled", "nothing_owed", "2026-11-30"),
        ("ordered", "late", "2026-12-01"),
    ]
    assert [(kind, fields["on_date"]) for kind, fields in world.last_sent()] == [("PaymentRequest", "2026-12-01")]

    world.until("2026-12-08")
    refused_and_let_go(world)
    assert world.requests()[1].on_date == "2026-12-10"
    world.until("2026-12-09")
    assert world.run()["files"] == 0
    assert [(one.state, one.reason) for one in world.requests()[1:]] == [("cancelled", "too_late")]
    assert world.tasks() == {}


def test_a_person_takes_back_what_never_went_though_its_day_has_passed(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    refused_and_let_go(world)
    world.until("2026-12-04")
    assert world.tell("cancel_payment_request", request_no=1)["state"] == "cancelled"
    assert world.run()["files"] == 0


def test_a_person_ends_what_the_format_cannot_take_back(world, monkeypatch):
    said = "have it stopped by the bank, then hub payment-requests cancel"
    monkeypatch.setattr(world.scheme, "why_not", lambda _, one: said if isinstance(one, RequestCancellation) else "")
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    world.pay(world.one("1008"), 40_000, "2026-11-23")
    assert world.run()["refused"] == 1
    assert (world.request().reason, world.request().is_live) == ("amount_changed", True)
    assert said in world.tasks()["direct_debit_order"]

    assert world.tell("cancel_payment_request", request_no=1)["state"] == "cancelled"
    assert world.run() == {"files": 0, "orders": 0, "refused": 0}
    assert [one[2] for one in world.left_out()] == ["collected_before"]  # a person took it back, for good


def test_what_a_person_took_back_does_not_go_when_its_own_file_was_refused_afterwards(world):
    world.mandate()
    world.invoices("1008")
    world.until("2026-11-23")
    world.run()
    with world.store.read() as work:
        (file,) = work.exchanges.latest(kind="direct_debit_file", limit=2)
    world.tell("cancel_payment_request", request_no=1)
    world.run()
    with world.store.write() as work:
        let_go_again(work, file.number, reason="refused", user="anna")

    assert world.run()["orders"] == 0
    assert (world.states(), world.left_out()) == (["cancelled"], [("cancel", "done", "")])
    world.run()
    assert [one[2] for one in world.left_out()] == ["collected_before"]
