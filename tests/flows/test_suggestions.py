"""What is suggested for a waiting payment, and why."""

from __future__ import annotations

from payment_world import World
from telling import suspend

from hub.model.payment_file import Payer
from hub.services.payments.suggesting import suggestions


def reasons(world: World, payment: int) -> list[tuple[str, str]]:
    with world.store.read() as work:
        return [(found["number"], found["reason"]) for found in suggestions(work, world.tenant, payment)]


def test_suggestions_give_their_reasons_best_first(world: World) -> None:
    identity = "5560360793"
    world.owe("70015", 99900)
    world.owe("8001", 10000)
    world.owe("8002", 10000, debtor_name="Anna Test")
    world.owe("8003", 4400, debtor_identity=identity)
    world.owe("8004", 10000, kind="internal")
    payment = suspend(world, reference="700159", payer=Payer("ANNA TEST", "", identity))

    assert reasons(world, payment) == [
        ("8002", "name_and_amount"),
        ("70015", "reference_variant"),
        ("8003", "payer"),
        ("8001", "amount"),
    ]


def test_suggestions_name_what_the_reference_means_even_when_it_is_contested(world: World) -> None:
    world.owe("1001", 10000, reference="555")
    world.owe("1002", 20000, reference="555")
    payment = suspend(world, reference="555")

    assert reasons(world, payment) == [("1001", "reference"), ("1002", "reference")]
