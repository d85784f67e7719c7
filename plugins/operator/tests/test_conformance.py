"""The conformance kit on this plugin."""

from __future__ import annotations

from hub.testing.conformance import (
    DocumentChannelConformance,
    FollowedChannelConformance,
    PluginConformance,
    QueryableChannelConformance,
)
from hub.testing.sample_documents import COMPANY
from hub_operator import Plugin


class TestPlugin(PluginConformance):
    plugin = Plugin


EXEMPELBOLAGET = COMPANY.model_copy(
    update={"identity": "5560000001", "vat_number": "SE556000000101", "e_invoice_address": "0007:5560000001"}
)
"""Known by both networks of the sandbox."""


class OfANetwork(DocumentChannelConformance, FollowedChannelConformance, QueryableChannelConformance):
    plugin = Plugin
    debtor = EXEMPELBOLAGET


class TestInExchange(OfANetwork):
    settings = {"network": "inexchange", "timeout_s": 0.5, "margin_s": 0}  # noqa: RUF012 - a table


class TestMaventa(OfANetwork):
    settings = {"network": "maventa", "timeout_s": 0.5, "margin_s": 0}  # noqa: RUF012 - a table
