"""Every check for collection agencies can fail: each has a broken adapter that it, and no other check, catches."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hub.contracts import CollectionAgency
from hub.testing.conformance import CollectionAgencyConformance, Desk
from tests.unit.testing.broken_agencies import BROKEN_AGENCIES, SAMPLE, SoundAgency
from tests.unit.testing.failing_checks import checks_of, failing_checks


class Kit(CollectionAgencyConformance):
    agency_class: type[SoundAgency] = SoundAgency
    mutations = 3

    def make_desk(self) -> Desk[CollectionAgency]:
        agency = self.agency_class()
        return Desk(agency, lambda name, data: agency.place.update({name: data}), lambda: sorted(agency.place))

    def told_samples(self) -> Mapping[str, bytes]:
        return {"sample": SAMPLE}


def kit_for(agency_class: type[SoundAgency]) -> type[Kit]:
    return type("KitUnderTest", (Kit,), {"agency_class": agency_class})


def test_every_check_has_a_broken_agency():
    assert set(checks_of(CollectionAgencyConformance)) == BROKEN_AGENCIES.keys()


def test_a_right_agency_passes_every_check():
    assert failing_checks(kit_for(SoundAgency)) == set()


@pytest.mark.parametrize(("check", "broken"), BROKEN_AGENCIES.items())
def test_only_its_own_check_catches_a_broken_agency(check, broken):
    assert failing_checks(kit_for(broken)) == {check}
