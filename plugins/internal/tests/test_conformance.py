"""The conformance kit on the plugin; it speaks to no network, so its other side is within this process."""

from __future__ import annotations

from pathlib import Path

from hub.contracts import Inboxes, Sandbox
from hub.testing.conformance import DocumentChannelConformance, PluginConformance
from hub.testing.sample_documents import COMPANY
from hub_internal import Plugin
from plugins.internal.tests.installation import Installation


class TestPlugin(PluginConformance):
    plugin = Plugin


class TestDocuments(DocumentChannelConformance):
    plugin = Plugin
    debtor = COMPANY

    def make_sandbox(self, folder: Path) -> Sandbox:
        return Installation(str(COMPANY.identity))

    def inboxes_of(self, sandbox: Sandbox) -> Inboxes | None:
        return sandbox if isinstance(sandbox, Installation) else None
