"""What is wrong with settings is said once, in our words."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from hub.runtime.setting_errors import configuration_error, plain


class Company(BaseModel):
    number: Annotated[str, Field(max_length=3)]
    days: Annotated[int, Field(ge=1, le=100)] = 1


class Tenant(BaseModel):
    companies: Annotated[tuple[Company, ...], Field(min_length=1)]


def refusal(companies: list[dict[str, object]]) -> str:
    with pytest.raises(ValidationError) as caught:
        Tenant.model_validate({"companies": companies})
    return str(configuration_error(caught.value, Tenant, source="tenants/prov.toml"))


def test_a_list_is_not_called_too_short_for_an_error_within_it() -> None:
    told = refusal([{"number": "1234"}])

    assert told.startswith("companies[1].number: must have at most 3 characters, in tenants/prov.toml")
    assert "also wrong" not in told


def test_a_list_that_is_too_short_is_called_so() -> None:
    assert refusal([]).startswith("companies: must have at least 1 item")


@pytest.mark.parametrize(("days", "words"), [(0, "must be at least 1"), (101, "must be at most 100")])
def test_a_limit_is_told(days: int, words: str) -> None:
    assert f"companies[1].days: {words}, in" in refusal([{"number": "1", "days": days}])


def test_a_description_is_told_without_its_markdown() -> None:
    assert plain("Money that waits (*observationskonto*).") == "Money that waits (observationskonto)."
    assert plain("see [schedules](schedules.md), `0 6 * * mon-fri`") == "see schedules, 0 6 * * mon-fri"
