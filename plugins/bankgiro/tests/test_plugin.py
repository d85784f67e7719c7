"""The plugin's card, its settings and what it offers."""

from __future__ import annotations

import io
import tomllib
from importlib import import_module
from pathlib import Path

import pluggy
import pytest
from pydantic import ValidationError

from hub.contracts import CONTRACT_VERSION
from hub.contracts import hookspecs as specs
from hub.errors import FormatError
from hub_bankgiro import BankgiroSettings, BgMaxReader, Plugin
from hub_bankgiro.autogiro.payments import SpecificationReader
from hub_bankgiro.settings import AutogiroSettings
from hub_bankgiro.total_in.reader import TotalInReader

FOLDER = Path(__file__).parents[1]
HEADINGS = (
    "Connects to",
    "Agreements you need",
    "Settings",
    "Formats and sources",
    "Limits",
    "How it was tested",
)


def test_the_hook_offers_the_readers_on_default_settings():
    plugins = pluggy.PluginManager("hub")
    plugins.add_hookspecs(specs)
    plugins.register(Plugin(BankgiroSettings()))

    (readers,) = plugins.hook.hub_payment_file_readers()

    assert [type(reader) for reader in readers] == [BgMaxReader, SpecificationReader, TotalInReader]


def test_settings_reach_the_reader(read, make_records):
    reader, *_ = Plugin(BankgiroSettings(strict=True)).hub_payment_file_readers()
    records = make_records()
    data = "\n".join([*records[:3], "25a\tb", *records[3:]]).encode()

    assert read(data)
    with pytest.raises(FormatError):
        list(reader.read(io.BytesIO(data)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"strictness": True},
        {"warnings_per_code": 0},
        {"warnings_per_code": 1001},
        {"autogiro": {"customer_numbers": {"9912347": "471117"}}},
        {"autogiro": {"customer_numbers": {"9912346": "47111"}}},
        {"autogiro": {"seal_key": "1234567890ABCDEF1234567890ABCDEF"}},
        {"autogiro": {"file_name": "autogiro.txt"}},
        {"autogiro": {"file_name": "{company}_{number}_{tenant}"}},
        {"autogiro": {"file_name": "{company}/{number}"}},
    ],
)
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(ValidationError):
        BankgiroSettings(**wrong)


def test_every_setting_has_a_default_a_description_and_a_line_in_the_readme():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")

    for name, field in (*BankgiroSettings.model_fields.items(), *AutogiroSettings.model_fields.items()):
        assert field.description
        assert not field.is_required()
        assert f"`{name}`" in readme


def test_the_readme_has_the_headings_every_plugin_has():
    lines = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()

    assert "Autogiro" in lines[0]
    assert tuple(line[3:] for line in lines if line.startswith("## ")) == HEADINGS


def test_the_entry_point_leads_to_the_plugin():
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, name = project["entry-points"]["hub.plugins"]["bankgiro"].split(":")

    assert getattr(import_module(module), name) is Plugin
    assert project["name"] == "reskontra-hub-bankgiro"


def test_the_card_names_the_contract_and_its_sources():
    assert Plugin.manifest.contract == CONTRACT_VERSION
    assert Plugin.manifest.name == "bankgiro"
    assert "November 2019" in Plugin.manifest.sources[0]
