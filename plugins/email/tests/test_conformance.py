"""The conformance kit on this plugin."""

from __future__ import annotations

import ast
from pathlib import Path

import hub_email
from hub.contracts import DeliveryChannel, FollowedChannel, QueryableChannel, Sandbox
from hub.testing.conformance import DocumentChannelConformance, FollowedChannelConformance, PluginConformance
from hub.testing.plugin_imports import forbidden_imports, imported_names
from hub_email import EmailChannel, Plugin
from hub_email.sandbox import EmailSandbox

FOLDER = Path(hub_email.__file__).parent


class TestPlugin(PluginConformance):
    plugin = Plugin


class TestDocuments(DocumentChannelConformance, FollowedChannelConformance):
    plugin = Plugin
    settings = {"timeout_s": 1.0}  # noqa: RUF012 - a table
    reporting_fault = "bounce"


def test_it_imports_floors_0_to_4_only() -> None:
    assert forbidden_imports(FOLDER) == []


def test_its_channel_is_followed_and_not_queryable(channel: EmailChannel) -> None:
    assert isinstance(channel, DeliveryChannel)
    assert isinstance(channel, FollowedChannel)
    assert not isinstance(channel, QueryableChannel)


def test_its_sandbox_is_one(sandbox: EmailSandbox) -> None:
    assert isinstance(sandbox, Sandbox)


def test_the_sandbox_knows_nothing_of_the_adapter() -> None:
    parts = sorted(FOLDER.glob("sandbox*.py"))
    imported = {name for part in parts for name, _ in imported_names(part) if name.startswith("hub_email")}

    assert {name for name in imported if not name.startswith(("hub_email.sandbox", "hub_email.sandbox_"))} == set()


def test_only_the_wiring_imports_the_sandbox() -> None:
    others = [path for path in FOLDER.glob("*.py") if not path.name.startswith(("sandbox", "plugin"))]

    assert [path.name for path in others if "sandbox" in ast.unparse(ast.parse(path.read_text(encoding="utf-8")))] == []
