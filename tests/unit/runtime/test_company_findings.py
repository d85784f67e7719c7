"""The doctor says which companies in plugins' tables are none of the tenant's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from hub.model.setting_values import CompanyNumber
from hub.model.tenant import Tenant
from hub.runtime.company_findings import company_findings, numbers_named
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


class Rate(BaseModel):
    company: CompanyNumber = ""


class AsPartnersWriteIt(BaseModel):
    """Shapes of settings that none of our own plugins has."""

    anything: dict[str, Any] = {}
    bare: list = []  # type: ignore[type-arg] - as it may be written
    by_company: dict[CompanyNumber, str] | None = None
    lists: dict[str, tuple[CompanyNumber, ...]] | None = None
    pair: tuple[str, CompanyNumber] = ("a", "1")
    some: frozenset[CompanyNumber] = frozenset()
    short: CompanyNumber = Field(default="", max_length=3)
    shorter: list[Annotated[CompanyNumber, Field(max_length=2)]] = []
    one_or_all: CompanyNumber | Literal["all"] | int | None = None
    one_or_more: CompanyNumber | list[CompanyNumber] | None = None
    rates: list[Rate] | dict[str, Rate] = []
    several: Sequence[CompanyNumber] = ()
    text: str = ""


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"anything": {"retry": [1, 2], "7": {"7": "7"}}, "bare": ["7", {}], "text": "7"}, []),
        ({"by_company": {"7": "8"}}, [("by_company.7", "7")]),
        ({"lists": {"8": ["7"]}}, [("lists.8[1]", "7")]),
        ({"pair": ["8", "7"]}, [("pair[2]", "7")]),
        ({"several": ("7", "8")}, [("several[1]", "7"), ("several[2]", "8")]),
        ({"some": ["7"]}, [("some", "7")]),
        ({"short": "7"}, [("short", "7")]),
        ({"shorter": ["1", "7"]}, [("shorter[1]", "1"), ("shorter[2]", "7")]),
        ({"one_or_all": "7"}, [("one_or_all", "7")]),
        ({"one_or_all": "all"}, []),
        ({"one_or_all": 7}, []),
        ({"one_or_more": "7"}, [("one_or_more", "7")]),
        ({"one_or_more": ["7"]}, [("one_or_more[1]", "7")]),
        ({"rates": [{"company": "7"}]}, [("rates[1].company", "7")]),
        ({"rates": {"a": {"company": "7"}}}, [("rates.a.company", "7")]),
    ],
)
def test_a_partners_settings_name_companies_in_any_shape(table: dict[str, Any], named: list[tuple[str, str]]) -> None:
    settings = AsPartnersWriteIt.model_validate({"short": "1", **table})
    usual = {("p.pair[2]", "1"), ("p.short", "1")}

    assert [one for one in numbers_named(settings, "p") if one not in usual] == [(f"p.{at}", no) for at, no in named]
