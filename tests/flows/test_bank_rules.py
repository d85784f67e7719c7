"""Entries of a statement that are no payments are booked by rules of the settings, once, and undone with the file."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from payment_world import DAY, IBAN, EventReader, World, lump, pay, payment_file, statement
from pydantic import ValidationError
from sqlalchemy import Engine, text
from telling import accounts, assert_books_agree, tell

from hub.errors import RuleViolation
from hub.model.payment_file import OtherEntry, OtherKind, PayeeAccount, Payer
from hub.services.payments.known_statements import post_known_statements
from hub.services.payments.trying_rules import try_rules
from hub.store.database import writing
from hub.store.verifying import SqlVerifying

RULES = [
    {"name": "fee", "side": "debit", "codes": ["MDOP/CHRG"], "account": "6570 10", "text": "Bankavgift"},
    {"name": "tax", "counterparty": "5050-1055", "side": "debit", "account": "2510"},
    {"name": "interest", "bank_codes": ["RÄNTA"], "side": "credit", "account": "8310"},
    {
        "name": "rent",
        "text_contains": ["Hyra  kontor"],
        "min_amount": "1000,00",
        "max_amount": "2000,00",
        "valid_from": "2026-11-01",
        "account": "5010",
    },
    {"name": "other", "text_pattern": r"^avi \d{4}$", "account": "6990"},
]


def ruled_account(*rules: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"bankgiro": "991-2346", "also": [{"iban": IBAN}], "bank_rules": list(rules or RULES)}]


@pytest.fixture
def ruled(engine: Engine) -> World:
    return World(engine, payee_accounts=ruled_account())


def entry(
    amount_ore: int, *texts: str, number: int = 1, kind: str = OtherKind.DEBIT, reference: str = "", **more: Any
) -> OtherEntry:
    values = {"line": 1, "currency": "SEK", "booked_date": DAY, "texts": texts, "entry_reference": reference, **more}
    return OtherEntry(entry=number, amount_ore=amount_ore, kind=kind, **values)


FEE = entry(-4500, number=1, kind=OtherKind.FEE, code="MDOP/CHRG", reference="F1")
TAX = entry(-100_000, number=2, counterparty=Payer("Skatteverket", "50501055"), reference="T1")
INTEREST = entry(1200, number=3, kind=OtherKind.LUMP, proprietary="Ränta", reference="I1")
RENT = entry(-150_000, "hyra kontor november", number=4, reference="R1")
UNKNOWN = entry(-777, "something else", number=5, reference="U1")


def test_what_rules_know_is_booked_and_the_rest_remains(ruled: World) -> None:
    exchange = ruled.receive(statement(FEE, TAX, INTEREST, RENT, UNKNOWN, lump(10_000, entry=6)))

    assert exchange.state == "posted"
    assert accounts(ruled) == {
        "1930": -4500 - 100_000 + 1200 - 150_000 + 10_000,
        "1940": -10_000,
        "2510": 100_000,
        "5010": 150_000,
        "6570 10": 4500,
        "8310": -1200,
    }
    with ruled.store.read() as work:
        assert [one.amount_ore for one in work.lumps.lumps(state="ruled")] == [-4500, -100_000, 1200, -150_000]
        assert [one.amount_ore for one in work.lumps.lumps()] == [10_000]
        told = [event.data for event in work.events.after(0) if event.kind == "bank_entry_booked"]
    assert [(one["rule"], one["account"], one["text"]) for one in told] == [
        ("fee", "6570 10", "Bankavgift"),
        ("tax", "2510", "tax"),
        ("interest", "8310", "interest"),
        ("rent", "5010", "rent"),
    ]
    assert ruled.number("SELECT count(*) FROM voucher WHERE tenant = :t AND voucher_type = 'bank_rules'") == 1
    assert_books_agree(ruled)


def test_the_first_rule_that_fits_books(engine: Engine) -> None:
    first = {"name": "small", "codes": ["MDOP/*"], "max_amount": "45,00", "account": "6571"}
    world = World(engine, payee_accounts=ruled_account(first, *RULES))

    world.receive(statement(FEE, FEE._replace(entry=2, amount_ore=-4501, entry_reference="F2")))

    assert accounts(world) == {"1930": -9001, "6570 10": 4501, "6571": 4500}


@pytest.mark.parametrize(
    "told",
    [
        FEE._replace(amount_ore=4500),  # to us
        FEE._replace(code="MDOP/CHRX"),
        FEE._replace(kind=OtherKind.PENDING),
        TAX._replace(counterparty=Payer("Någon annan", "5050105")),
        INTEREST._replace(proprietary="RÄNTOR"),
        RENT._replace(amount_ore=-99_999),
        RENT._replace(amount_ore=-200_001),
        RENT._replace(booked_date=date(2026, 10, 31)),
        entry(-100, "avi 123"),
        entry(0, "avi 1234"),
    ],
)
def test_what_no_rule_knows_is_not_booked_by_one(ruled: World, told: OtherEntry) -> None:
    ruled.receive(statement(told))

    assert ruled.number("SELECT count(*) FROM ruled_movement WHERE tenant = :t") == 0


def test_an_entry_with_details_is_booked_whole_and_one_with_payments_is_not(ruled: World) -> None:
    parts = [entry(-100, "avi 1234", number=1), entry(-200, "avi 5678", number=1)]
    mixed = [pay(500, "1001", entry=2), entry(-100, "avi 9999", number=2)]

    ruled.receive(statement(*parts, *mixed))

    with ruled.store.read() as work:
        assert [(one.entry_no, one.amount_ore) for one in work.lumps.lumps(state="ruled")] == [(1, -300)]


def test_only_statements_are_booked_by_rules(ruled: World) -> None:
    ruled.receive(payment_file("camt.054", [FEE], identity="n1"))

    assert accounts(ruled) == {}


def test_the_same_entry_told_by_two_files_is_booked_once(ruled: World) -> None:
    ruled.receive(statement(FEE, RENT, identity="week"))
    ruled.receive(statement(FEE, TAX._replace(entry=2), identity="day"))

    assert accounts(ruled) == {"1930": -254_500, "2510": 100_000, "5010": 150_000, "6570 10": 4500}
    assert_books_agree(ruled)


def test_two_honest_equal_entries_of_one_file_are_both_booked(ruled: World) -> None:
    ruled.receive(statement(entry(-100, "avi 1234", number=1), entry(-100, "avi 1234", number=2)))

    assert accounts(ruled) == {"1930": -200, "6990": 200}


def test_an_entry_that_names_a_refund_of_ours_is_left_to_it(ruled: World) -> None:
    with writing(ruled.engine) as connection:
        connection.execute(
            text(
                "INSERT INTO refund (tenant, refund_no, company, source, payment_id, amount_ore, currency, "
                "payee_account, payee_name, state, asked_by, asked_at, approvals_needed, end_to_end_id, changed_at) "
                "VALUES (:t, 1, '1', 'payment', 1, 100, 'SEK', '', '', 'ordered', 'hub', '', 0, 'avi 1234', '')"
            ),
            {"t": ruled.store.tenant},
        )
    ours = entry(-100, number=1, references=("avi 1234",))

    ruled.receive(statement(ours, entry(-200, number=2, references=("avi 5678",))))

    with ruled.store.read() as work:
        assert [one.entry_no for one in work.lumps.lumps(state="ruled")] == [2]


# --- taken back ----------------------------------------------------------------------------------------------------


def test_undo_takes_back_what_rules_booked_on_the_accounts_of_then(ruled: World, engine: Engine) -> None:
    first = ruled.receive(statement(FEE, lump(10_000, entry=2)))
    later = World(engine, payee_accounts=ruled_account({**RULES[0], "account": "9999"}))

    tell(later, "undo_file", exchange_no=first.number, reason="wrong file")

    assert {account: ore for account, ore in accounts(later).items() if ore} == {}
    assert_books_agree(later)
    again = ruled.receive(statement(FEE, lump(10_000, entry=2)))
    assert (again.number, again.state) == (first.number, "posted")
    assert accounts(ruled)["6570 10"] == 4500
    assert_books_agree(ruled)


def test_what_another_file_tells_too_stays_booked(ruled: World) -> None:
    first = ruled.receive(statement(FEE, RENT, identity="week"))
    ruled.receive(statement(FEE, identity="day"))

    tell(ruled, "undo_file", exchange_no=first.number, reason="wrong file")

    assert {account: ore for account, ore in accounts(ruled).items() if ore} == {"1930": -4500, "6570 10": 4500}
    with ruled.store.read() as work:
        (left,) = work.lumps.lumps(state="ruled")
        assert work.bank_rules.of_lumps([left.lump_no])[left.lump_no].rule == "fee"
    assert_books_agree(ruled)
    tell(ruled, "undo_file", exchange_no=2, reason="that one too")
    assert {account: ore for account, ore in accounts(ruled).items() if ore} == {}
    assert_books_agree(ruled)


def test_what_a_rule_has_booked_is_no_payment(ruled: World) -> None:
    ruled.receive(statement(INTEREST))

    with pytest.raises(RuleViolation, match="is ruled"):
        tell(ruled, "make_lump_payment", lump_no=1)


@pytest.mark.parametrize("others", [(lump(10_000, entry=2),), ()])
def test_rules_book_when_the_account_becomes_known(engine: Engine, others: tuple[OtherEntry, ...]) -> None:
    unknown = PayeeAccount("iban", "SE3550000000054910000003")
    world = World(engine)
    world.receive(statement(FEE, *others, account=unknown))
    assert accounts(world) == {}
    known = ruled_account()[0] | {"also": [{"iban": IBAN}, {"iban": unknown.number}]}
    later = World(engine, payee_accounts=[known])
    with later.store.write() as work:
        post_known_statements(work, later.tenant)

    lumped = {"1930": 5500, "1940": -10_000} if others else {"1930": -4500}
    assert accounts(later) == {**lumped, "6570 10": 4500}
    assert_books_agree(later)


# --- proven, and tried ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ruled_movement SET amount_ore = amount_ore + 1",
        "UPDATE ruled_movement SET account = '4000'",
        "DELETE FROM ruled_movement",
    ],
)
def test_what_differs_from_its_voucher_is_found(ruled: World, change: str) -> None:
    ruled.receive(statement(FEE, RENT))
    assert "BANK_RULE_DIFFERS" not in found(ruled)

    with writing(ruled.engine) as connection:
        connection.execute(text(change))

    assert "BANK_RULE_DIFFERS" in found(ruled)


def found(world: World) -> set[str]:
    results, _, _ = SqlVerifying(world.engine, world.store.tenant).verify(None)
    return {result.code for result in results if result.found}


def test_what_rules_would_make_of_a_file_is_said_and_nothing_is_kept(ruled: World) -> None:
    mixed = [pay(500, "1001", entry=7), entry(-100, "avi 9999", number=7)]
    pending = FEE._replace(entry=8, kind=OtherKind.PENDING)
    content = statement(FEE, TAX, INTEREST, RENT, UNKNOWN, *mixed, pending)
    readers = [("test", EventReader("camt.053"))]

    tried = list(try_rules(ruled.tenant, readers, io.BytesIO(content)))
    ruled.receive(content)

    assert [(one.entry, one.rule, one.counter_account, one.why_not) for one in tried] == [
        (1, "fee", "6570 10", ""),
        (2, "tax", "2510", ""),
        (3, "interest", "8310", ""),
        (4, "rent", "5010", ""),
        (5, "", "", "no_rule_fits"),
        (7, "", "", "has_payments"),
        (8, "", "", "pending"),
    ]
    with ruled.store.read() as work:
        booked = work.bank_rules.of_lumps([one.lump_no for one in work.lumps.lumps(state="ruled")])
    assert [(one.rule, one.amount_ore) for one in booked.values()] == [
        (one.rule, one.amount_ore) for one in tried if one.rule
    ]


def test_trying_says_which_account_has_no_rules(engine: Engine) -> None:
    world = World(engine)
    stranger = statement(FEE, account=PayeeAccount("iban", "SE3550000000054910000003"))
    readers = [("test", EventReader("camt.053"))]

    tried = [list(try_rules(world.tenant, readers, io.BytesIO(content))) for content in (statement(FEE), stranger)]

    assert [one.why_not for (one,) in tried] == ["no_rules", "unknown_account"]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"name": "all", "account": "6570"}, "would take every entry"),
        ({"name": "a", "codes": ["FEES CHRG"], "account": "6570"}, "a family and a sub-family"),
        ({"name": "a", "text_pattern": "(", "account": "6570"}, "must be a regular expression"),
        ({"name": "a", "text_contains": ["x"], "account": "1930"}, "name the same ledger account"),
        (
            {"name": "a", "text_contains": ["x"], "min_amount": "2,00", "max_amount": "1,00", "account": "6570"},
            "max_amount is below",
        ),
        (
            {
                "name": "a",
                "text_contains": ["x"],
                "valid_from": "2026-02-01",
                "valid_until": "2026-01-01",
                "account": "6",
            },
            "valid_until is before",
        ),
    ],
)
def test_a_wrong_rule_says_what_to_write(engine: Engine, rule: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        World(engine, payee_accounts=ruled_account(rule))


def test_two_rules_of_one_name_are_refused(engine: Engine) -> None:
    with pytest.raises(ValidationError, match="two of its bank_rules are called fee"):
        World(engine, payee_accounts=ruled_account(RULES[0], RULES[0]))
