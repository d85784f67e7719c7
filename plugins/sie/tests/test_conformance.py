"""The conformance kit on this plugin."""

from __future__ import annotations

from collections.abc import Mapping

from hub.contracts import BookkeepingExporter
from hub.testing.conformance import BookkeepingExporterConformance, PluginConformance
from hub_sie import Plugin, SieExporter, SieSettings
from plugins.sie.tests.ledger_files import FULL_YEAR, IMPORTED


class TestPlugin(PluginConformance):
    plugin = Plugin


class TestExporter(BookkeepingExporterConformance):
    states_its_end = False  # SIE has no trailer: a file that is cut between two records looks whole

    def make_exporter(self) -> BookkeepingExporter:
        return SieExporter(SieSettings())

    def told_samples(self) -> Mapping[str, bytes]:
        return {"full year": FULL_YEAR, "vouchers alone": IMPORTED}
