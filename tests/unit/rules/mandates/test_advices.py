"""What an advice makes of a mandate, by where it stood."""

from __future__ import annotations

import pytest

from hub.model.direct_debits import AdviceOutcome, MandateAdvice, SchemeCode
from hub.model.mandates import Mandate, MandateState
from hub.model.payment_file import PayeeAccount
from hub.rules.mandates.advices import EXISTS, MISSING, NUMBER_CHANGED, advised, because

S, Out = MandateState, AdviceOutcome
PAYEE = PayeeAccount("bankgiro", "9912346")


def mandate(state: str) -> Mandate:
    return Mandate(1, "1", 1, "47118", state, "paper", "debtor_number", "4711", "", new_payer_number="47126")


def advice(outcome: str, comment: str = "said", information: str = "about", payer: str = "47118") -> MandateAdvice:
    codes = SchemeCode("1", information, "", ""), SchemeCode("2", comment, "", "")
    return MandateAdvice(1, PAYEE, payer, outcome, *codes, "2026-11-23")


@pytest.mark.parametrize("before", [state for state in S if state is not S.CHANGING])
@pytest.mark.parametrize(
    ("outcome", "after"),
    [(Out.CREATED, S.ACTIVE), (Out.ENDED, S.CANCELLED), (Out.STOPPED, S.STOPPED), (Out.RESUMED, S.ACTIVE)],
)
def test_what_has_come_to_be_stands(before, outcome, after):
    found = advised(mandate(before), advice(outcome))
    assert (found.state, found.is_odd) == (after, False)


@pytest.mark.parametrize(
    ("before", "comment", "after", "is_odd"),
    [
        (S.ASKED, "wrong_account", S.REFUSED, False),
        (S.ASKED, f"{EXISTS}_already", S.QUESTIONED, False),
        (S.QUESTIONED, "question_unanswered", S.REFUSED, False),
        (S.CANCELLING, MISSING, S.CANCELLED, False),
        (S.CHANGING, "wrong_payer_number", S.ACTIVE, True),
        (S.CHANGING, MISSING, S.CANCELLED, True),
        (S.ACTIVE, MISSING, S.CANCELLED, True),
        (S.ACTIVE, "wrong_account", S.ACTIVE, True),
        (S.ASKED, MISSING, S.REFUSED, False),
        (S.CANCELLED, "wrong_account", S.CANCELLED, True),
    ],
)
def test_a_refusal_means_what_was_asked_for(before, comment, after, is_odd):
    found = advised(mandate(before), advice(Out.REFUSED, comment))
    assert (found.state, found.is_odd) == (after, is_odd)


def test_the_old_number_ends_and_the_new_one_takes_its_place():
    changing = mandate(S.CHANGING)
    assert advised(changing, advice(Out.ENDED, information=NUMBER_CHANGED)) is None
    found = advised(changing, advice(Out.CREATED, information=NUMBER_CHANGED, payer="47126"))
    assert (found.state, found.has_new_number) == (S.ACTIVE, True)


def test_a_payer_who_ends_a_mandate_that_is_changing_ends_it():
    assert advised(mandate(S.CHANGING), advice(Out.ENDED)).state is S.CANCELLED


def test_a_changed_limit_changes_no_state():
    assert advised(mandate(S.STOPPED), advice(Out.CHANGED)).state is S.STOPPED


def test_codes_are_said_in_words_where_they_have_some():
    told = advice(Out.CREATED)._replace(
        information=SchemeCode("99", "", "", ""), comment=SchemeCode("32", "x", "", "New")
    )
    assert because(told) == "code 99; New"
