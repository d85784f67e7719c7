"""Letters of dunning: what they say, in both languages, and what the law does not let leave."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from hub.errors import RuleViolation
from hub.model.documents import Document, Language
from hub.model.dunning import DunningStep, StepBasis
from hub.model.parties import Debtor
from hub.rules.delivery.document_checks import document_problems
from hub.rules.delivery.totals import totals_of
from hub.rules.dunning.fees import Fee
from hub.rules.dunning.letter_texts import our_text, text_of_step
from hub.rules.dunning.letters import KINDS, Letter, LetterClaim, Received, SentBefore, letter_document
from hub.rules.dunning.policies import StepRule
from hub.rules.interest.calculation import Segment

D = date.fromisoformat
INTEREST = (
    Segment(D("2026-12-01"), D("2026-12-31"), 31, 977_00, Decimal("10.00"), 365),
    Segment(D("2027-01-01"), D("2027-01-11"), 11, 977_00, Decimal("9.75"), 365),
)
CLAIM = LetterClaim(
    "010004711",
    "Elnät oktober 2026",
    "2026-11-02",
    "2026-11-30",
    977_00,
    977_00,
    fee_ore=240_00,
    interest_ore=11_17,
    interest=INTEREST,
    reference="01000471118",
)
OTHER = LetterClaim("010004502", "Elnät", "2026-10-02", "2026-10-30", 1840_00, 640_00, reference="01000450211")
LETTER = Letter(
    "7-12",
    "1",
    "Nordviks Energi AB",
    Debtor(name="Tolvan Tolvansson"),
    D("2027-01-11"),
    D("2027-01-25"),
    [CLAIM],
    payee_account="bankgiro:9912346",
)


def rule(step: DunningStep = DunningStep.DEMAND, **changes: Any) -> StepRule:
    nothing: MappingProxyType[Language, str] = MappingProxyType({})
    terms = (step, 10, StepBasis.DUE_DATE, None, 0, 180_00, 0, True, True, True, nothing, nothing, "Vera Lund")
    return StepRule(*terms)._replace(**changes)


def written(step: DunningStep = DunningStep.DEMAND, letter: Letter = LETTER, **changes: Any) -> Document:
    return letter_document(letter, rule(step, **changes))


@pytest.mark.parametrize("step", DunningStep)
@pytest.mark.parametrize("language", Language)
def test_each_step_becomes_a_right_document_in_both_languages(step, language):
    document = written(step, LETTER._replace(language=language))

    assert document_problems(document) == []
    assert (document.kind, document.key) == (KINDS[step], f"1::{KINDS[step]}:7-12:1:0")
    assert "{" not in "".join(document.notes)
    assert "2027-01-25" in document.notes[0]


def test_principal_interest_and_costs_stand_by_themselves_and_are_asked_for_together():
    document = written()
    (claim,) = document.claims

    assert (claim.open_ore, claim.interest_ore, claim.fee_ore) == (977_00, 11_17, 240_00)
    assert totals_of(document).to_pay_ore == 1228_17
    assert [(one.days, one.rate_percent, one.counted_on_ore) for one in claim.interest_periods] == [
        (31, Decimal("10.00"), 977_00),
        (11, Decimal("9.75"), 977_00),
    ]
    assert document.our_reference == "Vera Lund"


def test_a_letter_that_names_days_of_which_others_collected_a_part_says_how_much():
    said = written(letter=LETTER._replace(claims=[CLAIM._replace(interest_ore=6_17)])).notes

    assert said[-1] == "Av räntan har 5,00 SEK begärts tidigare."
    assert not any("begärts tidigare" in one for one in written().notes)


def test_a_letter_about_one_is_paid_by_its_reference_and_one_about_several_says_each():
    alone, several = written(), written(letter=LETTER._replace(claims=[CLAIM, OTHER]))

    assert (alone.reference, alone.claims[0].reference) == ("01000471118", "")
    assert (several.reference, [one.reference for one in several.claims]) == ("", ["01000471118", "01000450211"])
    own = LETTER._replace(claims=[CLAIM, OTHER], reference="70000129")
    assert written(letter=own).reference == "70000129"


def test_a_residual_demand_deducts_what_was_paid_since_the_demand():
    demand = SentBefore(DunningStep.DEMAND, D("2026-12-20"), D("2027-01-04"))
    letter = LETTER._replace(before=[demand], received=[Received(D("2027-01-05"), 500_00)])
    document = written(DunningStep.RESIDUAL_DEMAND, letter)

    assert totals_of(document).to_pay_ore == 728_17
    assert [one.text for one in document.deductions] == ["Betalt 2027-01-05"]
    assert [(one.step, one.dated, one.answer_by) for one in document.earlier] == [
        (DunningStep.DEMAND, "2026-12-20", "2027-01-04")
    ]


def test_what_is_also_open_is_told_and_not_asked_for_and_a_credit_note_is_deducted():
    credit = OTHER._replace(number="9", principal_ore=-40_00, original_ore=-40_00)
    document = written(DunningStep.REMINDER_1, LETTER._replace(claims=[CLAIM, credit], also_open=[OTHER]))

    assert totals_of(document).to_pay_ore == 1188_17
    assert [one.number for one in document.also_open] == ["010004502"]


def test_a_demand_whose_ground_nobody_knows_does_not_leave():
    with pytest.raises(RuleViolation, match="what the claim is for"):
        written(letter=LETTER._replace(claims=[CLAIM._replace(text="")]))


def test_a_demand_says_its_reminder_fee_and_its_own_cost_apart():
    fees = ((Fee.REMINDER, 60_00), (Fee.DEMAND, 180_00))
    swedish = written(letter=LETTER._replace(claims=[CLAIM._replace(fees=fees)]))
    paid_of = written(letter=LETTER._replace(claims=[CLAIM._replace(fees=fees, fee_ore=200_00)]))

    assert "Avgifterna är påminnelseavgift 60,00 kr och inkassokostnad 180,00 kr." in swedish.notes
    assert not [note for note in paid_of.notes if "Avgifterna" in note]


def test_a_reminder_says_the_compensation_for_late_payment_apart():
    fees = ((Fee.LATE_PAYMENT_COMPENSATION, 450_00),)
    claims = [CLAIM._replace(fees=fees, fee_ore=450_00)]

    assert "Avgifterna är förseningsersättning 450,00 kr." in written(letter=LETTER._replace(claims=claims)).notes
    english = written(letter=LETTER._replace(claims=claims, language=Language.EN))
    assert "The fees are compensation for late payment of SEK 450.00." in english.notes


class TestWords:
    def test_the_policys_own_stand_in_place_of_ours(self):
        text = {Language.SV: "Betala {creditor} senast {answer_by}, {okänt}."}
        document = written(heading={Language.SV: "Kravbrev"}, text=text)

        assert document.heading == "Kravbrev"
        assert document.notes[0] == "Betala Nordviks Energi AB senast 2027-01-25, {okänt}."
        english = written(letter=LETTER._replace(language=Language.EN), heading={Language.SV: "Kravbrev"}, text=text)
        assert (english.heading, english.notes[0].startswith("Nordviks Energi AB demands payment")) == ("", True)

    def test_interest_is_said_by_law_or_by_its_own_rate(self):
        assert "referensräntan och 8 procentenheter om året, räknad till och med 2027-01-11" in written().notes[1]
        assert "Räntan är 9,25 procent om året" in written(letter=LETTER._replace(interest_rate="9.25")).notes[1]

    def test_nothing_is_said_of_interest_that_is_not_asked_for(self):
        document = written(letter=LETTER._replace(claims=[CLAIM._replace(interest_ore=0)]))

        assert (len(document.notes), document.claims[0].interest_periods) == (1, ())

    def test_both_languages_have_a_text_of_ours_for_every_step(self):
        for step in DunningStep:
            said = [text_of_step(rule(step), language, {}) for language in Language]
            assert len(set(said)) == len(Language)
            assert all("{answer_by}" in text for text in said)
        assert our_text(Language.SV, "paid") != our_text(Language.EN, "paid")


class TestTheLaw:
    @pytest.mark.parametrize("step", [DunningStep.DEMAND, DunningStep.RESIDUAL_DEMAND])
    def test_a_demand_gives_time_enough_on_the_day_and_not_the_day_before(self, step):
        earliest = D("2027-01-19")  # 11 January is a Monday: eight days, and four banking days at hand
        written(step, LETTER._replace(answer_by=earliest))

        with pytest.raises(RuleViolation, match="gives time until 2027-01-19"):
            written(step, LETTER._replace(answer_by=D("2027-01-18")))

    def test_a_demand_says_how_its_interest_was_counted(self):
        with pytest.raises(RuleViolation, match="how the interest is counted"):
            written(letter=LETTER._replace(claims=[CLAIM, CLAIM._replace(interest=())]))

    def test_a_demand_says_how_to_pay_and_a_reminder_need_not(self):
        with pytest.raises(RuleViolation, match="how to pay"):
            written(letter=LETTER._replace(payee_account=""))
        written(DunningStep.REMINDER_1, LETTER._replace(payee_account="", answer_by=D("2027-01-12")))
