"""Every check for schemes of direct debits can fail: each has a broken one that it, and no other check, catches."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hub.contracts import DirectDebitScheme
from hub.testing.conformance import DirectDebitSchemeConformance
from tests.unit.testing.broken_schemes import BROKEN_SCHEMES, SAMPLES
from tests.unit.testing.failing_checks import checks_of, failing_checks
from tests.unit.testing.sound_scheme import SoundScheme


class Kit(DirectDebitSchemeConformance):
    scheme_class: type[SoundScheme] = SoundScheme
    mutations = 3

    def make_scheme(self) -> DirectDebitScheme:
        return self.scheme_class()

    def told_samples(self) -> Mapping[str, bytes]:
        return SAMPLES


def kit_for(scheme_class: type[SoundScheme]) -> type[Kit]:
    return type("KitUnderTest", (Kit,), {"scheme_class": scheme_class})


def test_every_check_has_a_broken_scheme():
    assert set(checks_of(DirectDebitSchemeConformance)) == BROKEN_SCHEMES.keys()


def test_a_right_scheme_passes_every_check():
    assert failing_checks(kit_for(SoundScheme)) == set()


@pytest.mark.parametrize(("check", "broken"), BROKEN_SCHEMES.items())
def test_only_its_own_check_catches_a_broken_scheme(check, broken):
    assert failing_checks(kit_for(broken)) == {check}
