"""Every check for writers of payment orders can fail: each has a broken one that it, and no other check, catches."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hub.contracts import PaymentOrderWriter
from hub.testing.conformance import PaymentOrderWriterConformance
from tests.unit.testing.broken_order_writers import BROKEN_WRITERS, SAMPLE, SoundWriter, read_again
from tests.unit.testing.failing_checks import checks_of, failing_checks


class Kit(PaymentOrderWriterConformance):
    writer_class: type[SoundWriter] = SoundWriter
    mutations = 3

    def make_writer(self) -> PaymentOrderWriter:
        return self.writer_class()

    def read_again(self, data: bytes) -> Mapping[str, int]:
        return read_again(data)

    def told_samples(self) -> Mapping[str, bytes]:
        return {"sample": SAMPLE}


def kit_for(writer_class: type[SoundWriter]) -> type[Kit]:
    return type("KitUnderTest", (Kit,), {"writer_class": writer_class})


def test_every_check_has_a_broken_writer():
    assert set(checks_of(PaymentOrderWriterConformance)) == BROKEN_WRITERS.keys()


def test_a_right_writer_passes_every_check():
    assert failing_checks(kit_for(SoundWriter)) == set()


@pytest.mark.parametrize(("check", "broken"), BROKEN_WRITERS.items())
def test_only_its_own_check_catches_a_broken_writer(check, broken):
    assert failing_checks(kit_for(broken)) == {check}
