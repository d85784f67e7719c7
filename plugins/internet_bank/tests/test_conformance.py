"""The conformance kit on this plugin."""

from __future__ import annotations

import json

from hub.money import parse_amount
from hub.testing.conformance import DocumentChannelConformance, FollowedChannelConformance, PluginConformance
from hub_internet_bank import Plugin


class TestPlugin(PluginConformance):
    plugin = Plugin


class TestDocuments(DocumentChannelConformance, FollowedChannelConformance):
    plugin = Plugin
    when_late = {"timeout_s": 0.5}  # noqa: RUF012 - a table

    def stated_payments(self, content: bytes) -> list[tuple[int, str]]:
        """Return the payment that the debtor signs."""
        said = json.loads(content)["invoice"]
        return [(parse_amount(said["amount"]), said["reference"])]
