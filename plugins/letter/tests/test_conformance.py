"""The conformance kit on this plugin."""

from __future__ import annotations

from pathlib import Path

import hub_letter
from hub.testing.conformance import DocumentChannelConformance, FollowedChannelConformance, PluginConformance
from hub.testing.plugin_imports import forbidden_imports, imported_names
from hub_letter import Plugin

PACKAGE = Path(hub_letter.__file__).parent


class TestPlugin(PluginConformance):
    plugin = Plugin


class TestDocuments(DocumentChannelConformance, FollowedChannelConformance):
    plugin = Plugin
    stranger = None


def test_it_imports_floors_0_to_4_only() -> None:
    assert forbidden_imports(PACKAGE) == []


def test_the_printer_is_of_another_hand_than_the_adapter() -> None:
    allowed = {"hub_letter.print_room.PAPER_FAULTS", "hub_letter.print_room.PrintRoom"}
    for name in ("sandbox.py", "print_room.py"):
        ours = {found for found, _ in imported_names(PACKAGE / name) if found.startswith("hub_letter")}
        assert ours <= allowed
