"""Collection agencies that plugins offer are checked before anything is handed over to them."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from hub.contracts import CollectionAgency, hookimpl
from hub.errors import ConfigurationError
from hub.model.collection import Closed, CollectionStep, Fetched, Manner, Opened, Payee, StepTerms
from hub.runtime.plugins import TenantPlugins
from tests.unit.runtime.small_plugins import Silent, card


class SmallAgency:
    name = "small"
    channel = ""
    manner = Manner.IN_FILES
    steps: ClassVar = {CollectionStep.COLLECT: StepTerms(Payee.AGENCY, keeps_fees=True)}
    giro_numbers: tuple[str, ...] = ()

    def why_not(self, order: Any) -> str:
        return ""

    def file_name(self, batch: Any) -> str:
        return f"{batch.file_no}.txt"

    def write(self, batch: Any) -> bytes:
        return batch.key.encode()

    def fetch(self, cursor: str) -> Fetched:
        return Fetched((), cursor)

    def read(self, stream: Any) -> Any:
        yield from (Opened(), Closed(0))


class Offering(Silent):
    def __init__(self, name: str, agencies: Any) -> None:
        self.manifest = card(name)
        self._agencies = agencies

    @hookimpl
    def hub_collection_agencies(self) -> Any:
        return self._agencies


def test_agencies_are_found_by_name():
    agency: CollectionAgency = SmallAgency()

    assert TenantPlugins.from_objects(Silent(), Offering("one", [agency])).collection_agencies == {"small": agency}


def test_two_agencies_of_one_name_are_refused():
    built = TenantPlugins.from_objects(Offering("one", [SmallAgency()]), Offering("two", [SmallAgency()]))
    with pytest.raises(ConfigurationError, match="two collection agencies are called small"):
        _ = built.collection_agencies


@pytest.mark.parametrize("offered", [[object()], 7])
def test_offering_something_else_than_agencies_is_refused(offered):
    with pytest.raises(ConfigurationError, match="something else than a list of CollectionAgency"):
        _ = TenantPlugins.from_objects(Offering("one", offered)).collection_agencies


def test_an_agency_whose_channel_its_plugin_does_not_offer_is_refused():
    agency = SmallAgency()
    agency.channel = "letter"
    with pytest.raises(ConfigurationError, match="which no message can take"):
        _ = TenantPlugins.from_objects(Offering("one", [agency])).collection_agencies
