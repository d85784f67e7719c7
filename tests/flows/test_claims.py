"""Claims as they are handed over: built from the books, for all of a chunk at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from dunning_world import POLICY, DunningWorld, dunning_tenant

from hub.errors import DataError
from hub.model.claims import Claim, ClaimAction, DebtorFlag, DebtorKind, FeeType, IdentityType, InterestBasis, PaidTo
from hub.model.commands import CreditReceivable, SetHold, Target
from hub.model.deliveries import KnownRecipient
from hub.services.books.claims import build_claims, merged

PERSON = "191212121212"  # the tax agency's own test number
POLICY_WITH_PRINTED = {**POLICY, "reminder_1": {"after_days": 5, "fee": "60,00"}}


def claims_of(world: DunningWorld, *numbers: str) -> list[Claim]:
    ids = [world.one(number).receivable_id for number in numbers or ["1001"]]
    with world.store.read() as work:
        found = build_claims(work, world.tenant, ids, ClaimAction.COLLECT, world.clock.today(), world.rates)
    return [found[one] for one in ids]


@pytest.fixture
def world(engine):
    company = {
        "claims": {"contact_name": "Anna Berg", "hold_flags": {"DOD": "deceased"}},
        "routines": [
            {"number": "01", "name": "Sundry", "claim_text": "Avgift", "legal_class": "public_law"},
            {"number": "04", "name": "Water"},
        ],
    }
    return DunningWorld(engine, dunning_tenant(company=company))


def test_a_claim_says_what_is_owed_by_whom_to_whom(world):
    world.invoices("1001", debtor_name="Tolvan", debtor_identity=PERSON, debtor_number="77",
                   address_line_1="Storgatan 1", address_line_2="123 45 Staden", reference="1001")  # fmt: skip

    (claim,) = claims_of(world)

    assert (claim.creditor.organisation_number, claim.creditor.bankgiro) == ("5566778899", "9912346")
    assert claim.creditor.contact_name == "Anna Berg"
    debtor = claim.debtor
    assert (debtor.kind, debtor.identity_type, debtor.identity) == (DebtorKind.PERSON, IdentityType.PERSONAL, PERSON)
    assert (debtor.address.street, debtor.address.postal_code, debtor.address.city) == (
        "Storgatan 1",
        "12345",
        "Staden",
    )
    line = claim.line
    assert (line.invoice_no, line.description, line.legal_class) == ("1001", "Avgift", "public_law")
    assert (line.principal_original_ore, line.principal_open_ore, line.open_ore) == (100_000, 100_000, 100_000)
    assert line.limitation_date == "2029-09-28"
    assert claim.open_ore == 100_000


def test_interest_is_counted_to_the_day_and_names_its_terms(world):
    world.invoices("1001")

    (claim,) = claims_of(world)

    interest = claim.line.interest
    assert (interest.basis, interest.spread_percent, interest.percent) == (
        InterestBasis.REFERENCE_PLUS,
        Decimal(8),
        None,
    )
    assert (interest.start_date, interest.accrued_to) == ("2026-10-27", "2026-11-02")
    assert interest.accrued_ore == 192  # 7 days of 10 % on 1000 kr


def test_fees_and_history_are_those_of_the_steps_that_stand(world):
    world.invoices("1001")
    world.run()
    world.delivery_tells("document_sent")

    (claim,) = claims_of(world)

    assert [(fee.type, fee.amount_ore, fee.is_booked) for fee in claim.fees] == [(FeeType.REMINDER, 6_000, True)]
    assert "2 §" in claim.fees[0].legal_basis
    assert [(one.event, one.date, one.fee_ore) for one in claim.history] == [("reminder_1", "2026-11-02", 6_000)]
    assert (claim.line.fee_open_ore, claim.open_ore) == (6_000, 106_000)


def test_a_printed_fee_is_listed_and_not_in_the_balance(engine):
    world = DunningWorld(engine, dunning_tenant(POLICY_WITH_PRINTED))
    world.invoices("1001")
    world.run()

    (claim,) = claims_of(world)

    assert [fee.is_booked for fee in claim.fees] == [False]
    assert claim.open_ore == 100_000


def test_payments_are_listed_by_day_and_credits_are_none(world):
    world.invoices("1001")
    world.pay(world.one(), 30_000, "2026-10-30")
    world.pay(world.one(), 20_000, "2026-11-01", payment_id=8)
    target = Target(company="1", number="1001")
    world.tell(CreditReceivable(key="c", user="anna", receivable=target, amount_ore=5_000))

    (claim,) = claims_of(world)

    assert [(one.date, one.amount_ore, one.source) for one in claim.payments] == [
        ("2026-10-30", 30_000, PaidTo.CUSTOMER),
        ("2026-11-01", 20_000, PaidTo.CUSTOMER),
    ]
    assert claim.open_ore == 45_000
    assert claim.line.principal_original_ore == 100_000


def test_whoever_is_protected_under_age_or_flagged_by_a_hold_carries_flags(world):
    world.invoices("1001", "1002", "1003", debtor_identity=None)
    world.invoices("1004", debtor_identity=PERSON)
    world.tell(SetHold(key="h", user="a", receivable=Target(company="1", number="1002"), code="DOD", source="anna"))
    with world.store.write() as work:
        key = PERSON[-10:]
        work.recipients.keep([KnownRecipient(key, identity=PERSON, is_protected=1)])

    flags = [claim.flags for claim in claims_of(world, "1001", "1002", "1004")]

    assert flags == [(), (DebtorFlag.DECEASED,), (DebtorFlag.PROTECTED_IDENTITY,)]


@pytest.mark.parametrize("identity", [None, PERSON])
def test_a_debtor_is_protected_by_its_number_too(world, identity):
    world.invoices("1001", debtor_identity=identity, debtor_number="77")
    world.invoices("1002", debtor_identity=identity, debtor_number="78")
    with world.store.write() as work:
        work.recipients.keep([KnownRecipient("1/77", is_protected=1)])

    assert [claim.flags for claim in claims_of(world, "1001", "1002")] == [(DebtorFlag.PROTECTED_IDENTITY,), ()]


def test_claims_of_one_debtor_are_joined_and_others_are_not(world):
    world.invoices("1001", "1002", debtor_identity=PERSON)
    world.invoices("1003", debtor_identity="201212121212")
    first, second, other = claims_of(world, "1001", "1002", "1003")

    joined = merged([first, second], "kfm-1")

    assert [(line.line_no, line.invoice_no) for line in joined.lines] == [(1, "1001"), (2, "1002")]
    assert (joined.open_ore, joined.claim_id) == (200_000, "kfm-1")
    with pytest.raises(DataError):
        merged(
            [
                first,
                other.model_copy(update={"debtors": (other.debtor.model_copy(update={"identity": "5566778899"}),)}),
            ],
            "x",
        )


def test_a_claims_hash_is_of_what_it_says(world):
    world.invoices("1001")
    (before,) = claims_of(world)
    (again,) = claims_of(world)
    world.pay(world.one(), 30_000, "2026-10-30")
    (after,) = claims_of(world)

    assert before.sha256 == again.sha256 != after.sha256


def test_a_second_debtor_is_jointly_liable(world):
    world.invoices("1001", debtor_identity=PERSON, second_debtor_name="Anna", second_debtor_identity=None)

    (claim,) = claims_of(world)

    assert [(one.role, one.name) for one in claim.debtors] == [("main", "Tolvan Tolvansson"), ("joint", "Anna")]


def test_a_minor_is_told_by_the_century(world):
    world.invoices("1001", debtor_identity="201212121212")

    assert claims_of(world)[0].flags == (DebtorFlag.MINOR,)
    assert date(2026, 11, 2) == world.clock.today()
