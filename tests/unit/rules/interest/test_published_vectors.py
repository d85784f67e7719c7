"""Every vector that was handed to the project, to the öre; left out where it is not at hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hub.model.books import Bucket
from hub.money import parse_kronor, plain_kronor
from hub.rules.interest.allocation import allocated
from hub.rules.interest.calculation import Claim, Interest, Reduction, exact_kronor, interest_on
from hub.rules.interest.charging import ChargingLimits, chargeable_ore, is_deferral_kept
from hub.rules.interest.day_count import DayCount
from hub.rules.interest.rates import rate_named
from hub.rules.interest.reference_rates import shipped_rates
from hub.rules.interest.start import first_day_after_due

FILE = Path(__file__).parents[5] / "shared" / "samples" / "interest" / "vectors.json"
VECTORS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
POLICIES = {one["id"]: one for one in VECTORS.get("policy_vectors", [])}
BUCKETS = {"costs": Bucket.FEE, "interest": Bucket.INTEREST, "principal": Bucket.PRINCIPAL}
D = date.fromisoformat

pytestmark = pytest.mark.skipif(not VECTORS, reason="the vectors are not at hand")


def claim_of(given: dict[str, Any], day_count: str) -> Claim:
    rate = given["rate"]
    return Claim(
        parse_kronor(given["principal"]),
        D(given["interest_first_day"]),
        [Reduction(D(one["date"]), parse_kronor(one["amount"])) for one in given["principal_reductions"]],
        rate_named(f"ref+{rate['spread']}" if rate["type"] == "reference_plus" else rate["percent"]),
        DayCount.named(day_count),
    )


def segments_of(interest: Interest) -> list[dict[str, Any]]:
    return [
        {
            "from": str(one.first_day),
            "to": str(one.last_day),
            "days": one.days,
            "balance": plain_kronor(one.balance_ore),
            "rate_percent": str(one.rate_percent),
            "divisor": one.days_in_year,
            "interest_unrounded": exact_kronor(one.interest_ore),
        }
        for one in interest.segments
    ]


def by_law_ore(principal: str, due: str, last: str) -> int:
    claim = Claim(parse_kronor(principal), first_day_after_due(D(due)))
    return interest_on(claim, D(last), shipped_rates()).interest_ore


@pytest.mark.parametrize("vector", VECTORS.get("vectors", []), ids=lambda vector: vector["id"])
def test_vector_gives_its_interest_segments_and_principal(vector: dict[str, Any]) -> None:
    given, expected = vector["input"], vector["expected"]

    found = interest_on(claim_of(given, given["day_count"]), D(given["interest_last_day"]), shipped_rates())

    assert plain_kronor(found.interest_ore) == expected["interest"]
    assert segments_of(found) == expected["segments"]
    assert plain_kronor(found.principal_left_ore) == expected["principal_left"]
    assert given["interest_first_day"] == str(first_day_after_due(D(given["due_date"])))


@pytest.mark.parametrize("vector", VECTORS.get("vectors", []), ids=lambda vector: vector["id"])
def test_vector_gives_its_interest_by_every_day_count(vector: dict[str, Any]) -> None:
    last = D(vector["input"]["interest_last_day"])
    expected = vector["expected"]["interest_by_day_count"]

    found = {name: interest_on(claim_of(vector["input"], name), last, shipped_rates()) for name in expected}

    assert {name: plain_kronor(one.interest_ore) for name, one in found.items()} == expected


def test_reference_rates_are_those_of_the_vectors() -> None:
    expected = [(one["from"], one["percent"]) for one in VECTORS["reference_rates"]]

    assert [(str(one.from_day), str(one.percent)) for one in shipped_rates()] == expected


@pytest.mark.parametrize("name", ["P01", "P02"])
def test_a_payment_is_shared_in_the_order_of_the_policy(name: str) -> None:
    given, expected = POLICIES[name]["input"], POLICIES[name]["expected"]
    paid = given["payment"]
    until = by_law_ore(given["principal"], given["due_date"], paid["date"])
    owed = {"costs": parse_kronor(given["costs"]), "interest": until, "principal": parse_kronor(given["principal"])}

    shares = allocated(
        parse_kronor(paid["amount"]),
        {BUCKETS[part]: ore for part, ore in owed.items()},
        [BUCKETS[part] for part in given["allocation_order"]],
    )
    left = {part: ore - shares[BUCKETS[part]] for part, ore in owed.items()}
    after = by_law_ore(plain_kronor(left["principal"]), paid["date"], given["interest_last_day"])

    assert plain_kronor(until) == expected["interest_to_payment"]
    assert {part: plain_kronor(shares[BUCKETS[part]]) for part in owed} == expected["allocated"]
    assert {part: plain_kronor(ore) for part, ore in left.items()} == expected["left_after_payment"]
    assert plain_kronor(after) == expected["interest_after_payment"]
    assert plain_kronor(sum(left.values()) + after) == expected["total_due_at_end"]


def test_each_invoice_of_a_claim_is_rounded_by_itself() -> None:
    given, expected = POLICIES["P03"]["input"], POLICIES["P03"]["expected"]
    found = [by_law_ore(one["principal"], one["due_date"], given["interest_last_day"]) for one in given["invoices"]]

    assert [plain_kronor(ore) for ore in found] == [one["interest"] for one in expected["per_invoice"]]
    assert plain_kronor(sum(found)) == expected["total"]


@pytest.mark.parametrize("name", ["P04", "P05"])
def test_a_deferral_stops_interest_only_while_it_is_kept(name: str) -> None:
    given, expected = POLICIES[name]["input"], POLICIES[name]["expected"]
    is_kept = is_deferral_kept(D(given["paid"]), D(given["respite_until"]))
    owed_ore = 0 if is_kept else by_law_ore(given["principal"], given["due_date"], given["paid"])

    assert plain_kronor(owed_ore) == expected["interest"]


def test_less_than_the_least_amount_is_counted_and_not_charged() -> None:
    given, expected = POLICIES["P06"]["input"], POLICIES["P06"]["expected"]
    claim = Claim(parse_kronor(given["principal"]), first_day_after_due(D(given["due_date"])))
    found = interest_on(claim, D(given["paid"]), shipped_rates())
    limits = ChargingLimits(minimum_ore=parse_kronor(given["minimum_interest"]))

    assert plain_kronor(found.interest_ore) == expected["interest_computed"]
    assert plain_kronor(chargeable_ore(found, limits)) == expected["interest_charged"]


@pytest.mark.parametrize("check", VECTORS.get("published_checks", []), ids=lambda check: check["last_day"])
def test_published_results_of_official_calculators_are_given(check: dict[str, str]) -> None:
    day_count = DayCount.THIRTY_360 if check["reproduced_by"].startswith("30/360") else DayCount.ACT_ACT
    claim = Claim(
        parse_kronor(check["principal"]),
        D(check["first_day"]),
        rate=rate_named(check["rate_percent"]),
        day_count=day_count,
    )
    found = plain_kronor(interest_on(claim, D(check["last_day"]), shipped_rates()).interest_ore)

    assert found.startswith(check["published_interest"])
