"""What forbids an application: each guard the day before and the day after, and each limit one sign beyond."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hub.errors import DataError, RuleViolation
from hub.model.claims import Claim
from hub.model.orders_to_pay import OrderTerms
from hub.rules.interest.reference_rates import shipped_rates
from hub.rules.orders_to_pay.costs import application_fee_ore, refuse_costs, refuse_fee_payment
from hub.rules.orders_to_pay.deadlines import last_day
from hub.rules.orders_to_pay.guards import Standing, hindrances, refuse_together
from hub.rules.orders_to_pay.interest import choice_of, chosen_rate, refuse_choice
from hub.rules.orders_to_pay.limits import refuse_rows, refuse_unfit
from hub.rules.orders_to_pay.register_file import read_authorities

TODAY = date(2026, 3, 10)
TOLVAN, ELVAN = "191212121212", "198112289874"
DEMANDED = Standing("invoice", demand_sent_on="2026-02-20", demand_pay_by="2026-03-09")
TERMS = OrderTerms("statutory", "", "", 38_000, 0, 0, "", "", "invoiced", "limited", 0, "", "", 0)


def claim(number: str = "1001", identity: str = TOLVAN, **line: Any) -> Claim:
    flags = line.pop("flags", ())
    creditor = {"organisation_number": line.pop("applicant", "5566778899"), "name": "North", "company": "1"}
    usual = {
        "receivable_id": int(number), "company": "1", "source_system": "billing", "invoice_no": number,
        "kind": "invoice", "invoice_date": "2026-01-01", "due_date": "2026-02-01", "currency": "SEK",
        "principal_original_ore": 100_000, "principal_open_ore": 100_000, "interest": {"basis": "none"},
    }  # fmt: skip
    debtor = {"kind": "person", "identity_type": "pnr", "identity": identity, "name": "T", "flags": flags}
    return Claim.model_validate(
        {
            "claim_id": number, "action": "court", "currency": line.pop("currency", "SEK"), "made_on": "2026-03-10",
            "creditor": creditor, "debtors": [debtor], "lines": [{**usual, **line}],
        }
    )  # fmt: skip


def codes(one: Claim, standing: Standing = DEMANDED, *, text: str = "Hyra", protected: bool = False) -> list[str]:
    return [found.code for found in hindrances(one, standing, TODAY, refers_to=text, allows_protected=protected)]


def test_an_ordinary_receivable_may_be_filed():
    assert codes(claim()) == []


@pytest.mark.parametrize(("pay_by", "found"), [("2026-03-09", []), ("2026-03-10", ["demand_running"])])
def test_the_demands_last_day_must_have_passed(pay_by, found):
    assert codes(claim(), DEMANDED._replace(demand_pay_by=pay_by)) == found


def test_without_a_demand_that_was_sent_nothing_is_filed():
    assert codes(claim(), DEMANDED._replace(demand_sent_on="")) == ["no_demand"]


@pytest.mark.parametrize(("last", "found"), [("2026-03-10", []), ("2026-03-09", ["lapsed"]), ("", [])])
def test_what_lapses_after_today_may_still_be_filed(last, found):
    assert codes(claim(limitation_date=last)) == found


@pytest.mark.parametrize(
    ("standing", "found"),
    [
        ({"stopping": "TVIST"}, ["held"]),
        ({"stopping": "plan", "hold_sources": ("plan:3",)}, ["in_instalment_plan"]),
        ({"hold_sources": ("plan:3",)}, ["in_instalment_plan"]),
        ({"hold_sources": ("agency:svea",)}, ["at_agency"]),
        ({"hold_sources": ("anna",)}, []),
        ({"order_no": 7}, ["in_other_order"]),
        ({"kind": "credit_note"}, ["other_kind"]),
    ],
)
def test_what_stands_beside_it_forbids_it(standing, found):
    assert codes(claim(), DEMANDED._replace(**standing)) == found


@pytest.mark.parametrize("identity", ["", "191212121213", "12121212-1213", "Tolvan"])
def test_an_identity_that_cannot_be_checked_forbids_it(identity):
    assert codes(claim(identity=identity)) == ["no_identity"]


def test_an_organisation_may_be_asked_too():
    assert codes(claim(identity="5566778899")) == []


def test_a_protected_identity_is_for_a_person_and_other_flags_always_are():
    assert codes(claim(flags=("protected_identity",))) == ["protected_identity"]
    assert codes(claim(flags=("protected_identity",)), protected=True) == []
    assert codes(claim(flags=("deceased",)), protected=True) == ["debtor_flag"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ({"principal_open_ore": 0}, ["nothing_open"]),
        ({"principal_open_ore": -1, "fee_open_ore": 100}, ["overpaid_in_part"]),
        ({"currency": "EUR"}, ["other_currency"]),
    ],
)
def test_there_must_be_kronor_to_ask_for(line, found):
    assert codes(claim(**line)) == found


@pytest.mark.parametrize(("text", "found"), [("x" * 67, []), ("x" * 68, ["text_too_long"]), ("", ["no_ground"])])
def test_what_it_is_for_has_67_characters(text, found):
    assert codes(claim(), text=text) == found


def test_sixteen_receivables_fit_and_seventeen_do_not():
    many = [claim(str(1000 + number)) for number in range(17)]
    refuse_together(many[:16])
    with pytest.raises(RuleViolation, match="takes 16 receivables, and these are 17"):
        refuse_together(many)


def test_one_applicant_may_be_several_companies_and_two_may_not():
    refuse_together([claim("1"), claim("2", company="2")])
    with pytest.raises(RuleViolation, match="one applicant"):
        refuse_together([claim("1"), claim("2", applicant="2120000142")])


def test_one_debtor_is_known_by_a_checked_number_with_or_without_century():
    refuse_together([claim("1"), claim("2", identity=TOLVAN[2:])])
    for other in (ELVAN, "201212121212", "191212121213"):
        with pytest.raises(DataError, match="not surely of one debtor"):
            refuse_together([claim("1"), claim("2", identity=other)])


@pytest.mark.parametrize(
    ("own_work", "agent", "is_lawful"),
    [(38_000, 0, True), (19_000, 19_000, True), (38_100, 0, False), (38_000, 100, False)],
)
def test_own_work_and_agent_are_at_most_380_kronor_together(own_work, agent, is_lawful):
    """Lagen (1990:746) 48 §."""
    terms = TERMS._replace(own_work_ore=own_work, agent_ore=agent)
    if is_lawful:
        refuse_costs(terms, TODAY)
    else:
        with pytest.raises(RuleViolation, match="48 §"):
            refuse_costs(terms, TODAY)
    refuse_costs(terms._replace(costs_reason="a special reason"), TODAY)


def test_the_application_fee_is_300_kronor_and_not_known_before_2014():
    assert application_fee_ore(TODAY) == 30_000
    with pytest.raises(RuleViolation):
        application_fee_ore(date(2013, 12, 31))


def test_a_fee_that_is_paid_to_a_giro_needs_the_giro():
    refuse_fee_payment(TERMS._replace(fee_payment="enclosed"), "")
    with pytest.raises(RuleViolation, match="fee_giro"):
        refuse_fee_payment(TERMS._replace(fee_payment="giro"), "")


@pytest.mark.parametrize(
    ("field", "fits", "too_long"),
    [
        ("special_information", "x" * 60, "x" * 61),
        ("interest_ground", "x" * 44, "x" * 45),
        ("rate_percent", "12", "9.75"),
        ("own_work_ore", 999_900, 1_000_000),
        ("agent_ore", 100, 150),
    ],
)
def test_the_form_takes_so_much_and_no_more(field, fits, too_long):
    refuse_unfit(TERMS._replace(**{field: fits}))
    with pytest.raises(DataError):
        refuse_unfit(TERMS._replace(**{field: too_long}))


def test_an_address_has_five_rows_of_thirty():
    refuse_rows("agent", ("x" * 30,) * 5)
    for rows in ((), ("x" * 31,), ("x",) * 6, ("",)):
        with pytest.raises(DataError, match="1 to 5 rows"):
            refuse_rows("agent", rows)


def test_a_companys_rate_is_one_of_the_three_alternatives_or_refused():
    assert choice_of("ref+8") == ("statutory", "")
    assert choice_of("12,00") == ("other", "12")
    assert choice_of("0") == ("none", "")
    with pytest.raises(DataError, match="no place for"):
        choice_of("ref+6")
    assert chosen_rate(TERMS._replace(interest="none")) is None


def test_a_rate_above_the_laws_needs_a_ground_and_one_below_does_not():
    on = date(2024, 1, 15)  # reference rate 4.00: the law's rate is 12
    other = TERMS._replace(interest="other")
    refuse_choice(other._replace(rate_percent="12"), on, shipped_rates())
    with pytest.raises(DataError, match="say its ground"):
        refuse_choice(other._replace(rate_percent="13"), on, shipped_rates())


def test_a_transfer_to_court_is_asked_for_within_four_weeks():
    assert last_day("transfer_to_court", date(2026, 3, 1)) == date(2026, 3, 29)
    with pytest.raises(RuleViolation, match="no time limit"):
        last_day("transfer_to_court", date(2013, 1, 1))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.csv", "town;row_1;row_2\nStaden;Kronofogden;Box 1\n"),
        ("r.csv", "town,row_1,row_2,row_3\nStaden,Kronofogden,Box 1,\n"),
        ("r.toml", '[[authority]]\ntown = "Staden"\nrows = ["Kronofogden", "Box 1"]\n'),
    ],
)
def test_the_register_comes_as_csv_or_toml(name, content):
    (found,) = read_authorities(content.encode("utf-8-sig"), name)
    assert found == ("Staden", ("Kronofogden", "Box 1"))


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("r.csv", b"town;row_1\n" + b"x" * 21 + b";a\n", "21 characters"),
        ("r.csv", b"town;row_1\nS;" + b"x" * 31 + b"\n", "30 characters"),
        ("r.csv", b"town;row_1\nS;a\nS;b\n", "S stands twice"),
        ("r.csv", b"name;row_1\nS;a\n", "no column town"),
        ("r.csv", b"town;row_1\nS;\n", "1 to 5 rows"),
        ("r.csv", b"", "holds no authority"),
        ("r.csv", b"\xff\xfe\x00", "cannot be read"),
        ("r.toml", b"[[authority]", "cannot be read"),
        ("r.toml", b"[[authority]]\nrows = ['a']\n", "no town"),
        ("r.toml", b"[[authority]]\ntown='S'\nrows = [1]\n", "list of texts"),
    ],
)
def test_a_wrong_register_is_refused_whole(name, content, match):
    with pytest.raises(DataError, match=match):
        read_authorities(content, name)
