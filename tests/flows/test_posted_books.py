"""Books after posting: sets and rules write the same, vouchers balance, event numbers have no gaps."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from payment_world import DAY, World, pay, payment_file
from sqlalchemy import Engine, text
from telling import assert_books_agree, bring

from hub.model.payment_file import Deduction, PayeeAccount, Payer, Payment, ReferenceQuality
from hub.model.payments import MatchProposal, UnmatchedPayment
from hub.services.payments.ingesting import PaymentFileRun
from hub.services.payments.posting import ChunkPoster, Propose

SUSPENSE, CLEARING, WRITE_OFF = "2990", "1940", "3740"


QUEUE = "SELECT * FROM unallocated_payment WHERE tenant = :t ORDER BY payment_id"
MENTIONS = "SELECT reference, payment_id FROM unallocated_reference WHERE tenant = :t ORDER BY reference, payment_id"
MOVEMENTS = (
    "SELECT payment_id, amount_ore, currency, cause, booked_date FROM suspense_movement WHERE tenant = :t "
    "ORDER BY payment_id, amount_ore"
)
KNOWN_PAYER, STRANGER = "5566778899", "5599999999"


class Owed(NamedTuple):
    """A receivable of a random world."""

    number: str
    amount_ore: int
    fee_ore: int
    reference: str
    identity: str


def books(world: World) -> dict[str, Any]:
    """Everything the books and the queue say, without the numbers that only tell the order."""
    with world.store.read() as work:
        receivables = {
            found.number: sorted(
                (e["cause"], e["bucket"], e["amount_ore"], e["rule"])
                for e in work.receivables.entries(found.receivable_id)
            )
            for found in work.receivables.search(open_only=False, limit=1000)
        }
    accounts = {account: world.account_balance(account) for account in (CLEARING, SUSPENSE, WRITE_OFF, "1510")}
    with world.engine.begin() as connection:
        tables = [
            [row[1:] if table is QUEUE else tuple(row) for row in connection.execute(text(table), values)]
            for values in [{"t": world.store.tenant}]
            for table in (QUEUE, MENTIONS, MOVEMENTS)
        ]
    return {"receivables": receivables, "accounts": accounts, "queue, mentions, movements": tables}


def let_plugins_match(world: World, propose: Propose) -> None:
    """Give the world a plugin that matches payments."""
    ingest = world.bodies["ingest"]
    assert isinstance(ingest, PaymentFileRun)
    ingest._post_chunk = ChunkPoster(world.tenant, propose)


def books_after(world: World, owed: Sequence[Owed], events: Sequence[Payment | Deduction]) -> dict[str, Any]:
    for item in owed:
        world.owe(item.number, item.amount_ore, item.reference, fee_ore=item.fee_ore, debtor_identity=item.identity)
    bring(world, *events)
    return books(world)


def test_the_exact_join_and_the_rules_give_the_same_books(engine: Engine, in_full: bool) -> None:
    amounts, fees = (5000, 10000, 10000, 20000), (0, 0, 6000)
    for seed in range(4 if in_full else 2):
        rng = random.Random(seed)
        owed = [Owed(str(1000 + n), rng.choice(amounts), rng.choice(fees), "", "") for n in range(30)]
        payments = [
            pay(rng.choice((amount + fee, amount, amount + 100, 7000)), rng.choice((number, number, "1003", "zz")))
            for number, amount, fee, _, _ in owed
        ]

        by_sets, by_rules = (World(engine, name=f"t{seed}{sets:d}", use_sets=sets) for sets in (True, False))

        assert books_after(by_sets, owed, payments) == books_after(by_rules, owed, payments), seed


def test_payments_that_name_nothing_known_get_the_same_books_from_a_set_and_from_the_rules(
    engine: Engine, in_full: bool
) -> None:
    identities = ("", KNOWN_PAYER)
    for seed in range(6 if in_full else 3):
        rng = random.Random(seed)
        owed = [
            Owed(str(7000 + n), 5000 * (1 + n % 2), 0, f"12345678{n:02}", rng.choice(identities)) for n in range(12)
        ]
        events = [random_payment(rng, owed) for _ in range(60)]
        by_set, by_rules = World(engine, name=f"set{seed}"), World(engine, name=f"rules{seed}")
        let_plugins_match(by_rules, lambda _: {})  # what a plugin is to see is not suspended as a set

        assert books_after(by_set, owed, events) == books_after(by_rules, owed, events), seed


def random_payment(rng: random.Random, owed: Sequence[Owed]) -> Payment | Deduction:
    """A payment or deduction whose reference, texts and payer may each be known, unknown or missing."""
    meant = rng.choice(owed)
    unknown = ("555123", "55512345678901234567890123456789012345", "F-555", "zz", "ÅÄÖ", "", "")
    known = (meant.reference, meant.number, f"F{meant.number}", f"{meant.reference[:5]} {meant.reference[5:]}")
    texts = (
        (),
        ("Tack för hjälpen",),
        (f"Faktura {meant.number}",),
        (f"OCR {meant.reference}", "tack"),
        ("7 av 9",),
    )
    payer = rng.choice((None, Payer("North", "", STRANGER), Payer("North", "", meant.identity)))
    values: dict[str, Any] = {
        "currency": rng.choice(("SEK", "SEK", "EUR")),
        "reference": rng.choice(unknown + known if rng.random() < 0.4 else unknown),
        "quality": rng.choice(list(ReferenceQuality)),
        "texts": rng.choice(texts),
        "payer": payer,
    }
    if rng.random() < 0.1:
        return Deduction(line=1, entry=1, amount_ore=4000, booked_date=DAY, **values)
    account = rng.choice((None, None, None, PayeeAccount("bankgiro", "50501055")))
    return Payment(
        line=1, entry=1, amount_ore=rng.choice((meant.amount_ore, 7000)), booked_date=DAY, account=account, **values
    )


@pytest.mark.parametrize(
    "payment",
    [
        pay(700, "5551234567", quality=ReferenceQuality.CHECKED, texts=("Tack",), payer=Payer("N", "", STRANGER)),
        pay(700, "F-555", quality=ReferenceQuality.CHECKED),
        pay(700, "5551234567", quality=ReferenceQuality.GIVEN),
        pay(700, "Hyra", quality=ReferenceQuality.GIVEN),
        pay(700, "", texts=("Tack för hjälpen",)),
        pay(700, ""),
        Deduction(1, 1, 700, "SEK", DAY, "5551234567"),
    ],
)
def test_a_payment_that_can_have_no_candidate_is_suspended_without_the_rules(
    world: World, monkeypatch: pytest.MonkeyPatch, payment: Payment | Deduction
) -> None:
    world.owe("1001", 700, debtor_identity=KNOWN_PAYER)
    monkeypatch.delattr("hub.services.payments.posting.decide")

    bring(world, payment)

    assert [state for state, _, _ in world.waiting()] == ["suspended"]


@pytest.mark.parametrize(
    "payment",
    [
        pay(700, "F-1001", quality=ReferenceQuality.GIVEN),
        pay(700, "1001", quality=ReferenceQuality.GIVEN),
        pay(700, "5551234567", quality=ReferenceQuality.CHECKED, texts=("Faktura 1001",)),
        pay(700, "5551234567", quality=ReferenceQuality.CHECKED, payer=Payer("N", "", KNOWN_PAYER)),
        pay(700, "", texts=("Faktura 1001",)),
    ],
)
def test_what_a_text_an_invoice_number_or_a_payer_may_mean_is_left_to_the_rules(
    world: World, payment: Payment | Deduction
) -> None:
    owed = world.owe("1001", 700, "1234567897", debtor_identity=KNOWN_PAYER)

    bring(world, payment)

    assert world.open_ore(owed) == 0


def test_a_payment_to_an_account_that_the_settings_have_no_longer_keeps_its_reason(engine: Engine) -> None:
    world = World(engine)
    with world.store.write() as work:
        work.accounts.register([("bankgiro:50501055", "1")])

    bring(world, pay(700, "5551234567", account=PayeeAccount("bankgiro", "50501055")))

    assert [reason for _, reason, _ in world.waiting()] == ["unknown_payee_account"]


def test_a_plugin_that_matches_payments_sees_everything_the_exact_join_left(world: World) -> None:
    seen: list[str] = []

    def propose(payments: Sequence[UnmatchedPayment]) -> dict[int, MatchProposal]:
        seen.extend(payment.reference for payment in payments)
        return {}

    world.owe("1001", 700)
    let_plugins_match(world, propose)

    world.receive(payment_file("bgmax", [pay(700, "1001"), pay(700, "5551234567"), pay(500, "")]))

    assert seen == ["5551234567", ""]


def test_every_voucher_balances_and_balances_are_the_sums_of_entries(world: World) -> None:
    world.owe("1001", 10000, fee_ore=6000)
    bring(world, pay(16000, "1001"), pay(123, "zz"), Deduction(2, 1, 23, "SEK", None, "yy"))

    assert_books_agree(world)


def test_event_numbers_have_no_gaps(world: World) -> None:
    world.owe("1001", 10000)
    bring(world, pay(10000, "1001"), pay(123, "zz"))

    with world.store.read() as work:
        numbers = [event.number for event in work.events.after(0)]
    assert numbers == list(range(1, len(numbers) + 1))
