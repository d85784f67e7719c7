"""The doctor says which companies in plugins' tables are none of the tenant's."""

from __future__ import annotations

from typing import Any

import pytest

from hub.model.tenant import Tenant
from hub.runtime.company_findings import company_findings
from hub.testing.example_tenant import company_settings, tenant_settings


def told(**table: Any) -> list[str]:
    tenant = Tenant.model_validate(tenant_settings(company_settings(number="1"), plugins={"peppol": table}))
    return [finding.message for finding in company_findings(tenant, "tenant north")]


ADDRESS = "0088:7300010000001"


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ({"endpoints": {"7": ADDRESS}}, "plugins.peppol.endpoints.7: the tenant has no company 7"),
        ({"companies": ["1", "8"]}, "plugins.peppol.companies[2]: the tenant has no company 8"),
    ],
)
def test_a_company_that_the_tenant_has_not_is_told_with_those_it_has(table: dict[str, Any], where: str) -> None:
    (message,) = told(**table)

    assert message == f"{where} (write the number of one of its companies (1), or take it away)"


@pytest.mark.parametrize("number", ["1", "01", "001"])
def test_its_own_companies_are_well_however_they_are_written(number: str) -> None:
    assert told(endpoints={number: ADDRESS}, companies=[number]) == []


def test_a_table_that_is_wrong_is_another_finding() -> None:
    assert told(endpoints={"7": ADDRESS}, no_such="x") == []
