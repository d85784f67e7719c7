"""Every check for exporters of vouchers can fail: each has a broken one that it, and no other check, catches."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hub.contracts import BookkeepingExporter
from hub.testing.conformance import BookkeepingExporterConformance
from tests.unit.testing.broken_exporters import BROKEN_EXPORTERS, SAMPLE, SoundExporter
from tests.unit.testing.failing_checks import checks_of, failing_checks


class Kit(BookkeepingExporterConformance):
    exporter_class: type[SoundExporter] = SoundExporter
    mutations = 3

    def make_exporter(self) -> BookkeepingExporter:
        return self.exporter_class()

    def told_samples(self) -> Mapping[str, bytes]:
        return {"sample": SAMPLE}


def kit_for(exporter_class: type[SoundExporter]) -> type[Kit]:
    return type("KitUnderTest", (Kit,), {"exporter_class": exporter_class})


def test_every_check_has_a_broken_exporter():
    assert set(checks_of(BookkeepingExporterConformance)) == BROKEN_EXPORTERS.keys()


def test_a_right_exporter_passes_every_check():
    assert failing_checks(kit_for(SoundExporter)) == set()


@pytest.mark.parametrize(("check", "broken"), BROKEN_EXPORTERS.items())
def test_only_its_own_check_catches_a_broken_exporter(check, broken):
    assert failing_checks(kit_for(broken)) == {check}
