"""The conformance kit on this plugin."""

from __future__ import annotations

import json
from base64 import b64decode

from hub.money import parse_amount
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
    when_late = {"timeout_s": 0.5, "margin_s": 0}  # noqa: RUF012 - a table

    def stated_payments(self, content: bytes) -> list[tuple[int, str]] | None:
        """Return what the JSON of a document asks for; an e-invoice is another's to make, and is passed on as it is."""
        structured = json.loads(content)["structured"]
        if structured["content_type"] != "application/json":
            return None
        said = json.loads(b64decode(structured["content"]))
        kind = said.get("kind", "invoice")
        is_drawn = kind == "direct_debit_invoice" and not said.get("copy_no")
        asks = kind not in ("credit_note", "cancellation_notice") and not is_drawn
        return [(parse_amount(said["to_pay"]), said["reference"])] if asks else []


class TestInExchange(OfANetwork):
    settings = {"network": "inexchange"}  # noqa: RUF012 - a table


class TestMaventa(OfANetwork):
    settings = {"network": "maventa", "structure": "json"}  # noqa: RUF012 - a table
