"""Every check for filers of orders to pay can fail: each has a broken one that it, and no other check, catches."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hub.contracts import OrderToPayFiler
from hub.testing.conformance import Desk, OrderToPayFilerConformance
from tests.unit.testing.broken_filers import BROKEN_FILERS, SAMPLE, SoundFiler
from tests.unit.testing.failing_checks import checks_of, failing_checks


class Kit(OrderToPayFilerConformance):
    filer_class: type[SoundFiler] = SoundFiler
    mutations = 3

    def make_desk(self) -> Desk[OrderToPayFiler]:
        filer = self.filer_class()
        return Desk(filer, lambda name, data: filer.place.update({name: data}), lambda: sorted(filer.place))

    def told_samples(self) -> Mapping[str, bytes]:
        return {"sample": SAMPLE}


def kit_for(filer_class: type[SoundFiler]) -> type[Kit]:
    return type("KitUnderTest", (Kit,), {"filer_class": filer_class})


def test_every_check_has_a_broken_filer():
    assert set(checks_of(OrderToPayFilerConformance)) == BROKEN_FILERS.keys()


def test_a_right_filer_passes_every_check():
    assert failing_checks(kit_for(SoundFiler)) == set()


@pytest.mark.parametrize(("check", "broken"), BROKEN_FILERS.items())
def test_only_its_own_check_catches_a_broken_filer(check, broken):
    assert failing_checks(kit_for(broken)) == {check}
