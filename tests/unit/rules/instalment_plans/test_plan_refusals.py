"""What may be made an instalment plan of, and when the debtor pays for one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hub.errors import DataError, RuleViolation
from hub.model.dunning import Stopped
from hub.model.dunning_settings import HoldCode
from hub.model.fee_invoices import StandingFee
from hub.model.receivables import Hold, OpenReceivable
from hub.rules.instalment_plans.refusals import refuse_claims, refuse_debtors, refuse_plan_fee, refuse_stopped

TOLVAN, MAX = "191212121212", "198112289874"
ON = date(2026, 11, 20)


def owed(number: int = 1, identity: str = TOLVAN, **changes: Any) -> OpenReceivable:
    row = OpenReceivable(
        number, "1", str(number), "", 1, "invoice", "01", 1, "SEK", "2026-09-30", "T", identity, 10_000, 0, 0
    )
    return row._replace(**changes)


def hold(code: str, receivable_id: int = 1) -> Hold:
    return Hold(receivable_id, 1, code, "person", None, "", "2026-11-01T00:00:00Z")


def test_24_claims_make_a_plan_and_25_do_not():
    refuse_claims([owed(number) for number in range(1, 21)], 4)
    with pytest.raises(DataError, match=r"at most 24 .* these are 25: make several plans"):
        refuse_claims([owed(number) for number in range(1, 22)], 4)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([owed(), owed()], "named twice"),
        ([owed(principal_ore=0)], "owes nothing"),
        ([owed(kind="credit_note")], "owes nothing"),
        ([owed(kind="internal")], "owes nothing"),
        ([owed(1), owed(2, company="2")], "several companies"),
        ([owed(1), owed(2, currency="EUR")], "several currencies"),
    ],
)
def test_what_cannot_be_in_one_plan_is_refused(rows, words):
    with pytest.raises(DataError, match=words):
        refuse_claims(rows, 0)


def test_a_plan_is_for_one_debtor_by_a_checked_identity():
    refuse_debtors([owed(1), owed(2, identity="121212-1212")], [], "")
    with pytest.raises(DataError, match="another debtor than receivable 1"):
        refuse_debtors([owed(1), owed(2, identity=MAX)], [], "")
    with pytest.raises(DataError, match="receivable 2 has no personal or organisation number"):
        refuse_debtors([owed(1), owed(2, identity="191212121213")], [], "")
    refuse_debtors([owed(1, identity="")], [], "")  # alone it is nobody else's


def test_a_fee_invoice_without_an_identity_is_of_the_debtor_of_its_receivable():
    fee = owed(3, identity="", kind="fee_invoice")
    of_first = [StandingFee(3, 1, 1, "1", "3", "", 6_000, 6_000)]

    refuse_debtors([owed(1, identity=""), fee], of_first, "")
    refuse_debtors([owed(1), owed(2), fee], of_first, "")
    with pytest.raises(DataError, match="another debtor than receivable 1"):
        refuse_debtors([owed(1), fee._replace(debtor_identity=MAX)], of_first, "")
    with pytest.raises(DataError, match=r"fee invoice 3 has no .* name the receivable that it is of too, .* or cancel"):
        refuse_debtors([owed(1), fee], [], "")


def test_a_second_debtor_may_owe_some_of_it():
    refuse_debtors([owed(1), owed(2, identity=MAX)], [], MAX)
    with pytest.raises(DataError, match="second debtor's identity cannot be right"):
        refuse_debtors([owed(1)], [], "198112289873")


def test_no_message_says_an_identity():
    with pytest.raises(DataError) as refused:
        refuse_debtors([owed(1), owed(2, identity=MAX)], [], "")

    assert not {TOLVAN, MAX} & set(str(refused.value).split())


def test_a_receivable_of_another_plan_or_under_a_hold_that_stops_plans_is_refused():
    codes = {"4": HoldCode(text="A text"), "order": HoldCode(text="Order", stops=(Stopped.INSTALMENT_PLAN,))}

    refuse_stopped([owed()], codes, [hold("4"), hold("order", receivable_id=2)], {2: 7}, {3: "agency small"})
    with pytest.raises(RuleViolation, match="in instalment plan 7"):
        refuse_stopped([owed()], codes, [], {1: 7}, {})
    with pytest.raises(RuleViolation, match=r"receivable 1 is handed over \(agency small\)"):
        refuse_stopped([owed()], codes, [], {}, {1: "agency small"})
    with pytest.raises(RuleViolation, match="hold order on receivable 1 stops instalment plans"):
        refuse_stopped([owed()], codes, [hold("4"), hold("order")], {}, {})
    with pytest.raises(RuleViolation, match="hold 8"):
        refuse_stopped([owed()], codes, [hold("8")], {}, {})  # a code that stands nowhere stops everything


def test_a_plan_is_paid_for_only_when_it_is_whole_agreed_and_sent():
    refuse_plan_fee(0, ON, is_full_plan=False, is_sent=False)
    refuse_plan_fee(17_000, ON, is_full_plan=True, is_sent=True)
    for is_full, is_sent in ((False, True), (True, False)):
        with pytest.raises(RuleViolation, match="together with the debtor") as refused:
            refuse_plan_fee(100, ON, is_full_plan=is_full, is_sent=is_sent)
        assert "(1981:739)" in str(refused.value.paragraph)
        assert "3 § 2" in str(refused.value.paragraph)


def test_the_fee_has_a_cap_by_the_day_of_the_plan():
    with pytest.raises(RuleViolation, match=r"170\.00"):
        refuse_plan_fee(17_001, ON, is_full_plan=True, is_sent=True)
    refuse_plan_fee(15_000, date(2013, 3, 15), is_full_plan=True, is_sent=True)
    with pytest.raises(RuleViolation, match=r"150\.00"):
        refuse_plan_fee(15_001, date(2013, 3, 15), is_full_plan=True, is_sent=True)
