"""The conformance kit on this plugin."""

from __future__ import annotations

from hub.testing.conformance import DocumentChannelConformance, FollowedChannelConformance, PluginConformance
from hub_internet_bank import Plugin


class TestPlugin(PluginConformance):
    plugin = Plugin


class TestDocuments(DocumentChannelConformance, FollowedChannelConformance):
    plugin = Plugin
    settings = {"timeout_s": 0.5}  # noqa: RUF012 - a table
