"""Which account a posting hits: the routine's own, else the company's, else the error account."""

from __future__ import annotations

import pytest

from hub.model.books import Contra, PostingGroup
from hub.model.tenant import Tenant
from hub.services.chart import TenantChart
from hub.testing.example_tenant import company_settings, tenant_settings

WATER = {
    "number": "04",
    "name": "Water",
    "receivable_account": "1520",
    "revenue_account": "3010.410",
    "write_off_account": "6351",
    "reminder_fee_account": "3591.410",
    "demand_fee_account": "3592",
    "interest_account": "8313.410",
}
PLAIN = {"number": "01", "name": "Sundry"}
ACCOUNTS = {"reminder_fee": "3590", "interest_revenue": "8313"}
COMPANY = company_settings(accounts=ACCOUNTS, routines=[WATER, PLAIN])
GROUPS = [
    PostingGroup(1, "1", "04", "invoice"),
    PostingGroup(2, "1", "01", "invoice"),
    PostingGroup(3, "1", "", "invoice"),
]
CHART = TenantChart(Tenant.model_validate(tenant_settings(COMPANY)), GROUPS, {})


@pytest.mark.parametrize(
    ("role", "of_water", "of_others"),
    [
        (Contra.REVENUE, "3010.410", "3000"),
        (Contra.WRITE_OFF, "6351", "3740"),
        (Contra.REMINDER_FEE, "3591.410", "3590"),
        (Contra.DEMAND_FEE, "3592", "2999"),  # the company has none: the error account
        (Contra.INTEREST, "8313.410", "8313"),
        (Contra.CLEARING, "1940", "1940"),
        (Contra.SUSPENSE, "2990", "2990"),
        ("3999", "3999", "3999"),
    ],
)
def test_a_routines_own_account_comes_before_the_companys(role, of_water, of_others):
    accounts = [CHART.contra(role, company="1", account_no=0, group_no=group) for group in (1, 2, 3, 99)]

    assert accounts == [of_water, of_others, of_others, of_others]


def test_receivables_have_the_routines_account():
    assert [CHART.receivable(group, "1") for group in (1, 2, 3)] == ["1520", "1510", "1510"]


def test_a_routines_account_may_not_be_one_that_the_hub_proves():
    wrong = company_settings(routines=[{**WATER, "reminder_fee_account": "1940"}])

    with pytest.raises(ValueError, match="reminder_fee_account name the same ledger account"):
        Tenant.model_validate(tenant_settings(wrong))
