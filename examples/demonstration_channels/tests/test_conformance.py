"""The conformance kit on this plugin."""

from __future__ import annotations

from hub.testing.conformance import DocumentChannelConformance, PluginConformance
from hub_demonstration_channels import Plugin


class TestPlugin(PluginConformance):
    plugin = Plugin


class TestDocuments(DocumentChannelConformance):
    plugin = Plugin
    channel_name = "demonstration_documents"
    when_late = {"timeout_s": 0.3}  # noqa: RUF012 - a table
