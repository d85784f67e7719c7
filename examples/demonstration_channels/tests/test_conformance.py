"""The conformance kit on this plugin."""

from __future__ import annotations

from pathlib import Path

import hub_demonstration_channels
from hub.testing.conformance import DocumentChannelConformance, PluginConformance
from hub.testing.plugin_imports import forbidden_imports
from hub_demonstration_channels import Plugin


class TestPlugin(PluginConformance):
    plugin = Plugin


class TestDocuments(DocumentChannelConformance):
    plugin = Plugin
    channel_name = "demonstration_documents"
    settings = {"timeout_s": 0.3}  # noqa: RUF012 - a table


def test_it_imports_floors_0_to_4_only() -> None:
    assert forbidden_imports(Path(hub_demonstration_channels.__file__).parent) == []
