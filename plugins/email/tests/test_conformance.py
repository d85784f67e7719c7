"""The conformance kit on this plugin."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default

from hub.contracts import QueryableChannel
from hub.money import parse_amount
from hub.testing.conformance import DocumentChannelConformance, FollowedChannelConformance, PluginConformance
from hub_email import EmailChannel, Plugin


class TestPlugin(PluginConformance):
    plugin = Plugin


class TestDocuments(DocumentChannelConformance, FollowedChannelConformance):
    plugin = Plugin
    when_late = {"timeout_s": 1.0}  # noqa: RUF012 - a table
    reporting_fault = "bounce"

    def stated_payments(self, content: bytes) -> list[tuple[int, str]]:
        """Return what the text of a mail asks for; of what is drawn it says the amount by another word."""
        body = message_from_bytes(content, policy=default).get_body(("plain",))
        assert body is not None
        rows = dict(line.split(": ", 1) for line in body.get_content().splitlines() if ": " in line)
        asked = rows.get("Att betala") or rows.get("Första delbetalningen")
        return [(parse_amount(asked.removesuffix(" kr")), rows["OCR-nummer eller referens"])] if asked else []


def test_nobody_can_ask_what_became_of_a_mail(channel: EmailChannel) -> None:
    assert not isinstance(channel, QueryableChannel)
