"""The conformance kit on the plugin."""

from __future__ import annotations

from hub.testing.conformance import PluginConformance
from hub_internal import Plugin


class TestPlugin(PluginConformance):
    plugin = Plugin
