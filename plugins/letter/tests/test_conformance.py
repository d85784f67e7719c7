"""The conformance kit on this plugin, with both forms that a printer reads."""

from __future__ import annotations

from hub.testing.conformance import DocumentChannelConformance, FollowedChannelConformance, Place, PluginConformance
from hub_letter import Plugin
from hub_letter.sandbox import PrintHouse


class TestPlugin(PluginConformance):
    plugin = Plugin


class ByAPrinter(DocumentChannelConformance, FollowedChannelConformance):
    plugin = Plugin
    stranger = None

    def between_questions(self, place: Place) -> None:
        """Let the printer print; it does so by itself, but not when it is asked to."""
        super().between_questions(place)
        assert isinstance(place.sandbox, PrintHouse)
        place.sandbox.room.work()


class TestManifest(ByAPrinter):
    pass


class TestArchiveIndex(ByAPrinter):
    settings = {"format": "archive_index"}  # noqa: RUF012 - a table
