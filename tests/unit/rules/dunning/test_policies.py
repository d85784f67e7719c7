"""Which policy holds for a receivable, what it inherits, and what the law says against one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from hub.errors import RuleViolation
from hub.model.documents import Language
from hub.model.dunning import DunningStep, Stopped
from hub.model.dunning_settings import DunningSettings
from hub.rules.dunning.holds import stopped_by, what_stops
from hub.rules.dunning.policies import policy_for, refuse_unlawful, unlawful_in

TODAY = date(2026, 11, 23)
BASE = {
    "name": "base",
    "is_only_inherited": True,
    "reminder_fee_is_agreed": True,
    "reminder_1": {"after_days": 5, "fee": "60,00", "debits_fee": True, "text": {"sv": "Påminnelse", "en": "Reminder"}},
    "demand": {"after_days": 10, "fee": "180,00", "days_to_pay": 10},
}


def settings(*policies: dict[str, Any], **more: Any) -> DunningSettings:
    return DunningSettings.model_validate({"policies": [*policies], **more})


def test_a_policy_has_what_it_leaves_out_of_the_one_it_inherits_field_by_field() -> None:
    own = {"name": "rent", "inherits": "base", "reminder_1": {"after_days": 8, "text": {"sv": "Hyran"}}}
    found = policy_for(settings(BASE, own), "07", TODAY)
    assert found is not None
    assert found.steps[0].after_days == 8
    assert found.steps[0].fee_ore == 6000
    assert found.steps[0].text == {Language.SV: "Hyran", Language.EN: "Reminder"}
    assert [rule.step for rule in found.steps] == [DunningStep.REMINDER_1, DunningStep.DEMAND]


def test_a_step_that_is_turned_off_is_not_taken_though_it_is_inherited() -> None:
    found = policy_for(settings(BASE, {"name": "a", "inherits": "base", "demand": {"is_used": False}}), "07", TODAY)
    assert found is not None
    assert found.step(DunningStep.DEMAND) is None


def test_the_policy_that_names_a_routine_comes_before_the_one_for_all_others() -> None:
    both = settings({"name": "rest"}, {"name": "rent", "routines": ["07"]})
    assert [policy.name for no in ("07", "04") if (policy := policy_for(both, no, TODAY))] == ["rent", "rest"]


@pytest.mark.parametrize(("day", "name"), [("2026-06-30", None), ("2026-07-01", "a"), ("2026-12-31", "a")])
def test_a_policy_holds_from_its_first_day_to_its_last(day: str, name: str | None) -> None:
    dated = settings({"name": "a", "from": "2026-07-01", "until": "2026-12-31"})
    found = policy_for(dated, "07", date.fromisoformat(day))
    assert (found.name if found else None) == name


def test_a_base_that_is_only_inherited_holds_for_nothing() -> None:
    assert policy_for(settings(BASE), "07", TODAY) is None


@pytest.mark.parametrize(
    ("policies", "words"),
    [
        ([{"name": "a"}, {"name": "b"}], "both hold for routines that no other names"),
        ([{"name": "a", "routines": ["07"]}, {"name": "b", "routines": ["07"]}], "both say what is done in routine 07"),
        ([{"name": "a"}, {"name": "a", "routines": ["07"]}], "stands twice for the same day"),
        ([{"name": "a", "inherits": "b"}], "inherits b, which there is not"),
        ([{"name": "a", "inherits": "a"}], "inherits itself: a → a"),
        ([{"name": "a", "inherits": "b"}, {"name": "b", "routines": ["01"], "inherits": "a"}], "itself: a → b → a"),
        (
            [
                {"name": "c", "inherits": "a", "routines": ["01"]},
                {"name": "a", "inherits": "b"},
                {"name": "b", "inherits": "a", "is_only_inherited": True},
            ],
            "itself: a → b → a",
        ),
        ([{"name": "a", "from": "2026-02-02", "until": "2026-02-01"}], "before it begins"),
    ],
)
def test_policies_that_contradict_each_other_are_refused(policies: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings(*policies)


def test_one_name_may_say_something_else_from_a_later_day() -> None:
    dated = settings({"name": "a", "until": "2026-06-30"}, {"name": "a", "from": "2026-07-01", "method": "by_debtor"})
    assert policy_for(dated, "07", TODAY) is not None


@pytest.mark.parametrize(
    ("policy", "paragraph"),
    [
        ({"reminder_1": {"after_days": 5, "fee": "60,01"}, "reminder_fee_is_agreed": True}, "1981:739"),
        ({"reminder_1": {"after_days": 5, "fee": "60,00"}}, "2 §"),
        ({"demand": {"after_days": 5, "fee": "180,01", "counted_from": "due_date"}}, "1981:739"),
        ({"demand": {"after_days": 5, "days_to_pay": 7, "counted_from": "due_date"}}, "1974:182"),
        ({"demand": {"after_days": 5, "debits_interest": True, "counted_from": "due_date"}}, "1974:182"),
        (
            {
                "reminder_fee_is_agreed": True,
                "reminder_1": {"after_days": 5, "fee": "1,00"},
                "reminder_2": {"after_days": 5, "fee": "1,00"},
            },
            "4 §",
        ),
        ({"warning": {"after_days": 5, "fee": "10,00"}}, "3 §"),
    ],
)
def test_a_policy_against_the_law_is_refused_with_the_paragraph(policy: dict[str, Any], paragraph: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        refuse_unlawful(settings({"name": "a", **policy}), TODAY)
    assert paragraph in refused.value.paragraph


@pytest.mark.parametrize(
    "policy",
    [
        {"reminder_2": {"after_days": 5}},
        {"demand": {"after_days": 5}},
        {"demand": {"after_days": 5, "counted_from": "demand"}},
        {"reminder_1": {"after_days": 5, "debits_interest": True}},
    ],
)
def test_a_policy_whose_steps_do_not_follow_each_other_is_told(policy: dict[str, Any]) -> None:
    assert [*unlawful_in(settings({"name": "a", **policy}), TODAY)]


def test_a_lawful_policy_is_taken() -> None:
    refuse_unlawful(settings(BASE, {"name": "a", "inherits": "base"}), TODAY)


def test_of_several_holds_the_strictest_wins_and_an_unknown_code_stops_every_step() -> None:
    codes = settings(hold_codes={"1": {"text": "Anstånd", "stops": ["reminder_1"]}, "9": {"text": "Obs"}}).hold_codes
    assert what_stops(codes, ["9", "1"], Stopped.REMINDER_1) == "1"
    assert what_stops(codes, ["9", "1"], Stopped.DEMAND) is None
    assert stopped_by(codes, "9") == frozenset()
    assert {Stopped.REMINDER_1, Stopped.WARNING, Stopped.INTEREST, Stopped.TRANSFER} <= stopped_by(codes, "X")
