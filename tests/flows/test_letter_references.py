"""A letter about several receivables is paid by a reference of its own, in turn and the oldest due first."""

from __future__ import annotations

from typing import Any

import pytest
from payment_world import World, pay
from telling import bring

from hub.model.delivery_commands import Balance, DeliverDocument
from hub.model.documents import Document
from hub.model.payment_reference import ReferenceControl
from hub.rules.references import check_reference, make_letter_reference
from hub.services.delivery import deliver_documents


def letter(world: World, owed: dict[str, int], number: str = "R1", **changes: Any) -> Document:
    """Hand a letter over, and return it as it is sent."""
    claims = [{"number": one, "open": "100.00"} for one in owed]
    values = {
        "kind": "reminder",
        "number": number,
        "company": "1",
        "issue_date": "2026-11-20",
        "due_date": "2026-12-01",
    }
    written = Document.model_validate({**values, "debtor": {"name": "Anna"}, "claims": claims, **changes})
    balances = [Balance(receivable_id=one, open_ore=world.open_ore(one)) for one in owed.values()]
    command = DeliverDocument(key=f"dun:{number}", user="dunning", document=written, balances=tuple(balances))
    with world.store.write() as work:
        (handed,) = deliver_documents(work, world.tenant, [command])
        assert handed.problem == ""
        row = work.documents.get_all([handed.document_no or 0])[0]
    return Document.model_validate_json(world.store.contents.read_all([row.sha256])[row.sha256])


@pytest.fixture
def owed(world: World) -> dict[str, int]:
    return {
        "1002": world.owe("1002", 5000, due_date="2026-10-15"),
        "1001": world.owe("1001", 10000, due_date="2026-09-30"),
    }


def test_it_settles_all_that_the_letter_is_about(world, owed):
    reference = letter(world, owed).reference

    bring(world, pay(15000, reference, quality="checked"))

    assert [world.open_ore(one) for one in owed.values()] == [0, 0]
    assert {rule for one in owed.values() for rule in world.rules_of(one)} == {"letter"}


def test_a_part_of_it_pays_the_oldest_due_first(world, owed):
    reference = letter(world, owed).reference

    bring(world, pay(12000, reference, quality="checked"))

    assert (world.open_ore(owed["1001"]), world.open_ore(owed["1002"])) == (0, 3000)


def test_what_is_left_above_it_waits_for_a_person(world, owed):
    reference = letter(world, owed).reference

    bring(world, pay(15100, reference, quality="checked"))

    assert [world.open_ore(one) for one in owed.values()] == [0, 0]
    assert world.waiting() == [("suspended", "overpayment", 100)]


def test_what_it_printed_without_debiting_it_is_paid_too(world, owed):
    reference = letter(world, owed).reference
    with world.store.write() as work:
        work.receivables.note_printed_charge(owed["1001"], printed_on="2026-11-20", fee_ore=6000, interest_ore=250)
        work.receivables.note_printed_charge(owed["1002"], printed_on="2026-11-20", fee_ore=0, interest_ore=75)

    bring(world, pay(15000 + 6325, reference, quality="checked"))

    assert ([world.open_ore(one) for one in owed.values()], world.waiting()) == ([0, 0], [])


def test_it_pays_what_is_left_when_one_was_paid_since_and_nothing_when_all_were(world, owed):
    reference = letter(world, owed).reference

    bring(world, pay(10000, "1001", quality="checked"), pay(5000, reference, quality="checked"))
    assert [world.open_ore(one) for one in owed.values()] == [0, 0]
    bring(world, pay(700, reference, quality="checked"))

    assert world.waiting() == [("suspended", "already_settled", 700)]


def test_a_credit_note_that_it_deducts_is_drawn_on_when_exactly_that_came(world, owed):
    owed["9"] = world.owe("9", -4000, kind="credit_note")
    reference = letter(
        world, owed, claims=[{"number": "1001", "open": "150"}, {"number": "9", "open": "-40"}]
    ).reference

    bring(world, pay(11000, reference, quality="checked"))

    assert ([world.open_ore(one) for one in owed.values()], world.waiting()) == ([0, 0, 0], [])


def test_another_amount_leaves_its_credit_note_alone(world, owed):
    owed["9"] = world.owe("9", -4000, kind="credit_note")
    reference = letter(world, owed).reference

    bring(world, pay(15000, reference, quality="checked"))

    assert [world.open_ore(one) for one in owed.values()] == [0, 0, -4000]


def test_each_letter_has_another_and_one_about_a_single_receivable_has_that_ones(world, owed):
    first, second = letter(world, owed).reference, letter(world, owed, "R2").reference

    assert (first, second) == ("9000000019", "9000000027")
    alone = letter(world, {"1001": owed["1001"]}, "R3")
    assert alone.reference == "1001"


def test_a_number_that_is_somebodys_reference_already_is_passed_by(world, owed):
    world.owe("1009", 100, "9000000019")

    assert letter(world, owed).reference == "9000000027"


def test_a_reference_that_the_letter_states_stands(world, owed):
    assert letter(world, owed, reference="10017").reference == "10017"


@pytest.mark.parametrize(
    "control",
    [
        ReferenceControl(),
        ReferenceControl(level="length_digit"),
        ReferenceControl(level="fixed_length", fixed_lengths=(7,)),
        ReferenceControl(level="fixed_length", fixed_lengths=(12, 25)),
    ],
)
def test_it_passes_the_control_agreed_with_the_bank(control):
    assert check_reference(make_letter_reference(4711, control), control) is None
