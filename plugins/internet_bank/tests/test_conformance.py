"""The conformance kit on this plugin."""

from __future__ import annotations

from pathlib import Path

import hub_internet_bank
from hub.testing.conformance import DocumentChannelConformance, FollowedChannelConformance, PluginConformance
from hub.testing.plugin_imports import forbidden_imports, imported_names
from hub_internet_bank import Plugin

PACKAGE = Path(hub_internet_bank.__file__).parent


class TestPlugin(PluginConformance):
    plugin = Plugin


class TestDocuments(DocumentChannelConformance, FollowedChannelConformance):
    plugin = Plugin
    settings = {"timeout_s": 0.5}  # noqa: RUF012 - a table


def test_it_imports_floors_0_to_4_only() -> None:
    assert forbidden_imports(PACKAGE) == []


def test_the_sandbox_knows_nothing_of_the_adapter() -> None:
    imported = {name for path in PACKAGE.glob("sandbox*.py") for name, _ in imported_names(path)}
    own = {name for name in imported if name.startswith("hub_internet_bank.")}

    assert {name.split(".")[1] for name in own} <= {path.stem for path in PACKAGE.glob("sandbox*.py")}
