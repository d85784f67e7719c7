"""The conformance kit on this plugin."""

from __future__ import annotations

from pathlib import Path

import hub_demonstration_channels
from hub.testing.conformance import PluginConformance
from hub.testing.plugin_imports import forbidden_imports
from hub_demonstration_channels import Plugin


class TestPlugin(PluginConformance):
    plugin = Plugin


def test_it_imports_floors_0_to_4_only() -> None:
    assert forbidden_imports(Path(hub_demonstration_channels.__file__).parent) == []
