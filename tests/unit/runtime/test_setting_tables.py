"""The page of settings lists every setting there is, with what it means."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, Field, ValidationError

from hub.model.delivery_settings import DeliverySettings
from hub.model.tenant import Tenant
from hub.runtime import config, setting_tables
from hub.runtime.setting_errors import settings_of
from hub_autopay import AutopaySettings
from hub_bankgiro import BankgiroSettings

SETTINGS_PAGE = Path(__file__).parents[3] / "docs" / "settings.md"


def test_the_settings_page_lists_every_setting_there_is() -> None:
    page = SETTINGS_PAGE.read_text(encoding="utf-8")

    assert setting_tables.page_with_tables(page) == page  # else: python -m hub.runtime.setting_tables docs/settings.md


def models_under(model: type[BaseModel]) -> set[type[BaseModel]]:
    found = {model}
    for field in model.model_fields.values():
        inner = setting_tables.model_within(field.annotation)
        if inner is not None and inner not in found:
            found |= models_under(inner)
    return found


@pytest.mark.parametrize("root", [Tenant, config.InstallationSettings])
def test_every_setting_has_a_description_and_refuses_strangers(root: type[BaseModel]) -> None:
    for model in models_under(root):
        assert model.model_config.get("extra") == "forbid"
        assert model.model_config.get("frozen")
        assert all(field.description for field in model.model_fields.values()), model
        assert all(name == name.lower() for name in settings_of(model))


@pytest.mark.parametrize("root", [Tenant, config.InstallationSettings, BankgiroSettings, AutopaySettings])
def test_a_whole_number_is_never_made_of_a_text_or_a_truth_value(root: type[BaseModel]) -> None:
    numbers = [
        (model, name)
        for model in models_under(root)
        for name, field in model.model_fields.items()
        if setting_tables.kind_of(field) == "whole number"
    ]

    assert numbers
    for model, name in numbers:
        for value in (True, "5"):
            with pytest.raises(ValidationError) as caught:
                model.model_validate({settings_of(model)[name].alias or name: value})
            assert "int_type" in {error["type"] for error in caught.value.errors() if error["loc"][0] == name}


def test_a_page_without_marker_is_refused() -> None:
    with pytest.raises(ValueError, match="marker"):
        setting_tables.page_with_tables("# Settings")


def test_a_setting_nobody_described_yet_gives_a_row_without_meaning() -> None:
    class Odd(BaseModel):
        choice: int = Field(default=3)

    assert "| `choice` | whole number | `3` |  |" in setting_tables.table_of(Odd)


def test_a_default_is_written_as_a_file_has_it() -> None:
    assert "<" not in setting_tables.table_of(DeliverySettings).split("\n| `order` |", 1)[1].splitlines()[0]
