"""The conformance kit on this plugin."""

from __future__ import annotations

from hub.testing.conformance import PluginConformance
from hub_collection_agencies import Plugin


class TestPlugin(PluginConformance):
    plugin = Plugin
