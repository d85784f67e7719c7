"""The companies that collect by direct debit, each with its scheme and payee account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hub.contracts import DirectDebitScheme
from hub.errors import ConfigurationError, DataError
from hub.model.company import Company
from hub.model.direct_debit_settings import DirectDebitSettings
from hub.model.payment_file import PayeeAccount
from hub.model.tenant import Tenant
from hub.services.books.finding import find_company
from hub.services.payees import Payees, register_payees
from hub.services.ports import UnitOfWork


class Collector(NamedTuple):
    """A company that collects by direct debit."""

    company: Company
    payee: PayeeAccount  # as the scheme's files write it
    account_no: int  # of the canonical payee account

    @property
    def settings(self) -> DirectDebitSettings:
        return self.company.direct_debit

    @property
    def link_kind(self) -> str:
        return self.settings.payer_number.made_of


class Schemes:
    """The schemes of a tenant's plugins, and who sends for them."""

    def __init__(self, schemes: Mapping[str, DirectDebitScheme], plugins_of_channels: Mapping[str, str]) -> None:
        self._schemes = schemes
        self._plugins_of_channels = plugins_of_channels

    def of(self, company: Company) -> DirectDebitScheme:
        """Return a company's scheme. Raises ConfigurationError when no plugin that is turned on offers it."""
        name = company.direct_debit.scheme
        if name not in self._schemes:
            raise ConfigurationError(
                f"no plugin that is turned on offers the direct-debit scheme {name or '(none)'}",
                where=f"company {company.number}, direct_debit.scheme",
                hint=f"there is: {', '.join(sorted(self._schemes)) or 'none'}",
            )
        return self._schemes[name]

    @property
    def by_name(self) -> Mapping[str, DirectDebitScheme]:
        """All of them."""
        return self._schemes

    def plugin_of(self, scheme: DirectDebitScheme) -> str:
        """Return the plugin whose channel sends. Raises ConfigurationError when its settings lead nowhere."""
        if scheme.channel not in self._plugins_of_channels:
            raise ConfigurationError(
                f"the direct-debit scheme {scheme.name} is not told where its files go",
                where="plugins",
                hint="give the place in its plugin's table, see the plugin's README; nothing was sent",
            )
        return self._plugins_of_channels[scheme.channel]


def collecting_companies(tenant: Tenant, company: str = "") -> list[Company]:
    """Return the companies that collect by direct debit, or the one that is named, if it is one of them."""
    wanted = tenant.company(company) if company else None
    return [one for one in tenant.companies if one.direct_debit.scheme and (not company or one is wanted)]


def collector(work: UnitOfWork, tenant: Tenant, company: Company) -> Collector:
    """Return a company as it collects, its payee account registered if it was not.

    Raises:
        ConfigurationError: the company does not collect by direct debit.
    """
    numbers = work.accounts.numbers()
    payees = Payees(tenant, numbers)
    payee = _payee(company)
    found = payees.find(payee) or register_payees(work, tenant).find(payee)
    assert found is not None  # the settings were checked to have the account
    return Collector(company, payee, found.account_no)


def collector_named(work: UnitOfWork, tenant: Tenant, number: str) -> Collector:
    """Return the company of a number as it collects. Raises DataError, ConfigurationError as above."""
    return collector(work, tenant, find_company(tenant, number))


def collectors_by_account(work: UnitOfWork, tenant: Tenant) -> dict[int, Collector]:
    """Return those that collect, by their payee accounts' numbers."""
    found = [collector(work, tenant, one) for one in collecting_companies(tenant)]
    return {one.account_no: one for one in found}


def _payee(company: Company) -> PayeeAccount:
    if not company.direct_debit.scheme or company.collected_to is None:
        raise ConfigurationError(
            f"company {company.number} does not collect by direct debit",
            where=f"company {company.number}, direct_debit.scheme",
            hint='name a scheme, such as scheme = "autogiro"; see docs/mandates.md',
        )
    return PayeeAccount(*company.collected_to)


def known_mandate_no(mandate_no: int) -> DataError:
    """Return the error of a mandate that there is not."""
    return DataError(f"there is no mandate {mandate_no}; see: hub mandates list")
