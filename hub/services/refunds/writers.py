"""The writers of payment orders that a tenant's plugins offer, and who sends for them."""

from __future__ import annotations

from collections.abc import Mapping

from hub.contracts import PaymentOrderWriter
from hub.errors import ConfigurationError
from hub.model.company import Company


class OrderWriters:
    """The writers of a tenant's plugins, by name."""

    def __init__(self, writers: Mapping[str, PaymentOrderWriter], plugins_of_channels: Mapping[str, str]) -> None:
        self._writers = writers
        self._plugins_of_channels = plugins_of_channels

    @property
    def by_name(self) -> Mapping[str, PaymentOrderWriter]:
        """All of them."""
        return self._writers

    def of(self, company: Company) -> PaymentOrderWriter:
        """Return a company's writer. Raises ConfigurationError when no plugin that is turned on offers it."""
        name = company.refunds.writer
        if name not in self._writers:
            raise ConfigurationError(
                f"no plugin that is turned on writes payment orders as {name or '(none)'}",
                where=f"company {company.number}, refunds.writer",
                hint=f"there is: {', '.join(sorted(self._writers)) or 'none'}",
            )
        return self._writers[name]

    def plugin_of(self, writer: PaymentOrderWriter) -> str:
        """Return the plugin whose channel sends. Raises ConfigurationError when there is no such channel."""
        if writer.channel not in self._plugins_of_channels:
            known = ", ".join(sorted(self._plugins_of_channels)) or "none"
            raise ConfigurationError(
                f"payment orders as {writer.name} are not told how they reach the bank",
                where=f"plugins, payment orders {writer.name}, channel",
                hint=f"name a delivery channel of the tenant (there is: {known}); nothing was ordered",
            )
        return self._plugins_of_channels[writer.channel]
