"""The conformance kit on this plugin."""

from __future__ import annotations

from hub.contracts import QueryableChannel
from hub.testing.conformance import DocumentChannelConformance, FollowedChannelConformance, PluginConformance
from hub_email import EmailChannel, Plugin


class TestPlugin(PluginConformance):
    plugin = Plugin


class TestDocuments(DocumentChannelConformance, FollowedChannelConformance):
    plugin = Plugin
    settings = {"timeout_s": 1.0}  # noqa: RUF012 - a table
    reporting_fault = "bounce"


def test_nobody_can_ask_what_became_of_a_mail(channel: EmailChannel) -> None:
    assert not isinstance(channel, QueryableChannel)
