"""The conformance kit on this plugin."""

from __future__ import annotations

from pathlib import Path

import hub_operator
from hub.testing.conformance import (
    DocumentChannelConformance,
    FollowedChannelConformance,
    PluginConformance,
    QueryableChannelConformance,
)
from hub.testing.plugin_imports import forbidden_imports, imported_names
from hub.testing.sample_documents import COMPANY
from hub_operator import Plugin

PACKAGE = Path(hub_operator.__file__).parent


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


def test_it_imports_floors_0_to_4_only() -> None:
    assert forbidden_imports(PACKAGE) == []


def test_the_sandbox_knows_nothing_of_the_adapter() -> None:
    imported = {name for path in PACKAGE.glob("sandbox*.py") for name, _ in imported_names(path)}
    own = {name for name in imported if name.startswith("hub_operator.")}

    assert {name.split(".")[1] for name in own} <= {path.stem for path in PACKAGE.glob("sandbox*.py")}
