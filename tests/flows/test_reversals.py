"""What the bank takes back: entries are reversed by new ones and the receivable is open again."""

from __future__ import annotations

from payment_world import World, pay, payment_file

from hub.model.payment_file import Key, Level, Reversal

CLEARING = "1940"


def test_a_reversal_reverses_the_entries_and_reopens_the_receivable(world: World) -> None:
    owed = world.owe("1001", 10000)
    key = (Key("acct_svcr_ref", "R1"),)
    world.receive(payment_file("camt.054", [pay(10000, "1001", keys=key)]))
    assert world.open_ore(owed) == 0

    world.receive(payment_file("camt.054", [Reversal(1, 1, 10000, "SEK", None, "", key, "AC04")], identity="2"))

    assert world.open_ore(owed) == 10000
    assert world.account_balance(CLEARING) == 0


def test_a_reversal_in_a_statement_takes_back_the_bank_side_too(world: World) -> None:
    owed = world.owe("1001", 10000)
    key = (Key("acct_svcr_ref", "R1"),)
    world.receive(payment_file("camt.053", [pay(10000, "1001", keys=key)], level=Level.LUMP, identity="s1"))
    assert (world.account_balance("1930"), world.account_balance(CLEARING)) == (10000, 0)

    taken_back = Reversal(1, 1, 10000, "SEK", None, "", key, "AC04")
    world.receive(payment_file("camt.053", [taken_back], level=Level.LUMP, identity="s2"))

    assert (world.account_balance("1930"), world.account_balance(CLEARING)) == (0, 0)
    assert world.open_ore(owed) == 10000
    assert world.number("SELECT count(*) FROM lump WHERE tenant = :t AND state = 'alone'") == 0


def test_a_reversal_that_is_not_found_is_held(world: World) -> None:
    world.receive(payment_file("camt.054", [Reversal(1, 1, 10000, "SEK", None, "", (Key("acct_svcr_ref", "x"),))]))

    with world.store.read() as work:
        assert [task["kind"] for task in work.commands.open_tasks()] == ["reversal"]
    assert world.account_balance(CLEARING) == 0
