"""Payer numbers: composed, checked, and taken apart again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.errors import IdentifierError
from hub.model.direct_debit_settings import PayerNumberOf, PayerNumberRule
from hub.rules.mandates.payer_numbers import compose, links_in, problem_of

_PREFIX = st.from_regex(r"\A([1-9][0-9]{0,3})?\Z")
_RULES = st.builds(PayerNumberRule, prefix=_PREFIX, width=st.sampled_from([None, 6, 9]), check_digit=st.booleans())


@given(rule=_RULES, debtor=st.from_regex(r"\A[1-9][0-9]{0,5}\Z"))
def test_a_composed_number_is_right_and_means_its_debtor(rule, debtor):
    if not rule.prefix and rule.width is not None and len(debtor) < rule.width:
        with pytest.raises(IdentifierError, match="leading zeros"):
            compose(rule, debtor)
        return
    number = compose(rule, debtor)
    assert problem_of(rule, number) == ""
    assert debtor in links_in(rule, number)


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("47118", ""),
        ("47119", "check digit"),
        ("047118", "leading zeros"),
        ("4711A", "digits only"),
        ("", "digits only"),
        ("1" * 17, "at most 16"),
    ],
)
def test_a_number_is_checked(number, problem):
    assert problem in problem_of(PayerNumberRule(), number)
    assert bool(problem_of(PayerNumberRule(), number)) is bool(problem)


def test_a_number_of_another_prefix_is_not_the_companys():
    assert "begin" in problem_of(PayerNumberRule(prefix="8"), "47118")


def test_an_identity_gives_its_last_ten_digits():
    rule = PayerNumberRule(made_of=PayerNumberOf.IDENTITY, check_digit=False)
    assert rule.link(debtor_number="1", identity="19121212-1212") == "1212121212"
    assert compose(rule, "1212121212") == "1212121212"


@pytest.mark.parametrize("link", ["", "A1", "1234567"])
def test_what_no_number_can_be_made_of_is_refused(link):
    with pytest.raises(IdentifierError):
        compose(PayerNumberRule(width=6, prefix="7"), link)


@pytest.mark.parametrize("wrong", [{"prefix": "07"}, {"prefix": "12", "width": 14}, {"width": 16}])
def test_a_rule_that_no_number_fits_is_refused(wrong):
    with pytest.raises(ValidationError):
        PayerNumberRule.model_validate(wrong)
