"""The conformance kit on this plugin, with both forms that a printer reads."""

from __future__ import annotations

from hub.testing.conformance import DocumentChannelConformance, FollowedChannelConformance, PluginConformance
from hub_letter import Plugin


class TestPlugin(PluginConformance):
    plugin = Plugin


class TestManifest(DocumentChannelConformance, FollowedChannelConformance):
    plugin = Plugin
    stranger = None


class TestArchiveIndex(DocumentChannelConformance, FollowedChannelConformance):
    plugin = Plugin
    settings = {"format": "archive_index"}  # noqa: RUF012 - a table
    stranger = None
