"""What orders to pay are given by runtime: rates, filers, the printer of papers, and a way to interrupt limitation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from hub.contracts import OrderToPayFiler
from hub.errors import ConfigurationError
from hub.model.company import Company
from hub.model.limitation import InterruptLimitation
from hub.model.order_to_pay_application import OrderMessage
from hub.rules.interest.reference_rates import ReferenceRates
from hub.services.ports import JsonObject, UnitOfWork

Interrupt = Callable[[UnitOfWork, InterruptLimitation], JsonObject]
"""Tells dunning what starts a claim's time anew, by a command with its own key, in the transaction given."""

PrintPaper = Callable[[OrderMessage], bytes]
"""Returns what the authority is told as a PDF, a form or a letter; raises DocumentError when it cannot be printed."""


class Filers:
    """The filers of a tenant's plugins, and who sends for them."""

    def __init__(self, filers: Mapping[str, OrderToPayFiler], plugins_of_channels: Mapping[str, str]) -> None:
        self._filers = filers
        self._plugins_of_channels = plugins_of_channels

    @property
    def by_name(self) -> Mapping[str, OrderToPayFiler]:
        """All of them."""
        return self._filers

    def of(self, company: Company) -> OrderToPayFiler | None:
        """Return a company's filer, None where people file on paper.

        Raises:
            ConfigurationError: no plugin that is turned on offers the one that the settings name.
        """
        name = company.orders_to_pay.filer
        return None if name is None else self.named(name)

    def named(self, name: str) -> OrderToPayFiler:
        """Return a filer by its name. Raises ConfigurationError when no plugin offers it."""
        if name not in self._filers:
            raise ConfigurationError(
                f"no plugin that is turned on offers the filer {name}",
                where="companies.orders_to_pay.filer",
                hint=f"there is: {', '.join(sorted(self._filers)) or 'none'}; left out, people file on paper",
            )
        return self._filers[name]

    def plugin_of(self, filer: OrderToPayFiler) -> str:
        """Return the plugin whose channel sends. Raises ConfigurationError when its settings lead nowhere."""
        if filer.channel not in self._plugins_of_channels:
            raise ConfigurationError(
                f"the filer {filer.name} is not told where its files go",
                where=f"plugins.{filer.name}",
                hint="give the place in its table, see the plugin's README; nothing was filed",
            )
        return self._plugins_of_channels[filer.channel]


class Means(NamedTuple):
    """What the services of this capability stand on beside a transaction."""

    rates: Callable[[], ReferenceRates]
    interrupt: Interrupt
    print_paper: PrintPaper
    filers: Callable[[], Filers]
