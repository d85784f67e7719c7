"""Exporters of vouchers that plugins offer are checked before anything is exported by them."""

from __future__ import annotations

from typing import Any

import pytest

from hub.contracts import hookimpl
from hub.errors import ConfigurationError
from hub.model.tenant import Tenant
from hub.runtime.plugins import TenantPlugins
from hub.services.bookkeeping.exporting import Exporters
from hub.testing.example_tenant import company_settings, tenant_settings
from tests.unit.runtime.small_plugins import Silent, card
from tests.unit.testing.broken_exporters import SoundExporter


class Offering(Silent):
    def __init__(self, name: str, exporters: Any) -> None:
        self.manifest = card(name)
        self._exporters = exporters

    @hookimpl
    def hub_bookkeeping_exporters(self) -> Any:
        return self._exporters


def test_exporters_are_found_by_name():
    sound = SoundExporter()

    assert TenantPlugins.from_objects(Silent(), Offering("one", [sound])).bookkeeping_exporters == {"sound": sound}


def test_two_exporters_of_one_name_are_refused():
    built = TenantPlugins.from_objects(Offering("one", [SoundExporter()]), Offering("two", [SoundExporter()]))
    with pytest.raises(ConfigurationError, match="two bookkeeping exporters are called sound"):
        _ = built.bookkeeping_exporters


@pytest.mark.parametrize("offered", [[object()], 7])
def test_offering_something_else_than_exporters_is_refused(offered):
    with pytest.raises(ConfigurationError, match="something else than a list of BookkeepingExporter"):
        _ = TenantPlugins.from_objects(Offering("one", offered)).bookkeeping_exporters


def test_an_exporter_whose_channel_nobody_offers_exports_nothing():
    given = company_settings(bookkeeping={"exporter": "sound"})
    (company,) = Tenant.model_validate(tenant_settings(given)).companies
    exporters = Exporters({"sound": SoundExporter()}, {"letter": "letter"})

    with pytest.raises(ConfigurationError, match="not told where its files go"):
        exporters.plugin_of(exporters.of(company))
