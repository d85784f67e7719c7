"""The dunning policy that lies in a new home works as it is, by the law, without a fee that was not agreed."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files

import pytest

from hub.model.company import Company
from hub.model.dunning import DunningStep
from hub.model.tenant import Tenant
from hub.rules.dunning.policies import policies_on, unlawful_in
from hub.services.dunning.lawful import missing_accounts

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def company() -> Company:
    text = files("hub.runtime").joinpath("starter/tenants/example.toml").read_text(encoding="utf-8")
    return Tenant.model_validate(tomllib.loads(text)).companies[0]


def test_it_is_read_and_takes_steps(company: Company) -> None:
    (policy,) = policies_on(company.dunning, TODAY)
    assert [rule.step for rule in policy.steps] == [
        DunningStep.REMINDER_1,
        DunningStep.DEMAND,
        DunningStep.RESIDUAL_DEMAND,
    ]
    assert [(rule.fee_ore, rule.debits_fee) for rule in policy.steps] == [(0, False), (180_00, True), (0, False)]
    assert not policy.reminder_fee_is_agreed


def test_the_law_and_the_accounts_let_it_be_used(company: Company) -> None:
    assert (list(unlawful_in(company.dunning, TODAY)), missing_accounts(company, TODAY)) == ([], [])
