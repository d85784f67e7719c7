"""Every check for archives can fail: each has a broken one that it, and no other check, catches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from hub.testing.conformance import DocumentArchiveConformance
from tests.unit.testing.broken_archives import BROKEN_ARCHIVES, SECRET, SoundArchive, sample
from tests.unit.testing.failing_checks import checks_of, failing_checks


class Kit(DocumentArchiveConformance):
    archive_class: type[SoundArchive] = SoundArchive

    def make_archive(self) -> Any:
        return self.archive_class()

    def sample(self) -> bytes:
        return sample()

    def private(self) -> Sequence[str]:
        return [SECRET]


def kit_for(archive_class: type[SoundArchive]) -> type[Kit]:
    return type("KitUnderTest", (Kit,), {"archive_class": archive_class})


def test_every_check_has_a_broken_archive():
    assert set(checks_of(DocumentArchiveConformance)) == BROKEN_ARCHIVES.keys()


def test_a_right_archive_passes_every_check():
    assert failing_checks(kit_for(SoundArchive)) == set()


@pytest.mark.parametrize(("check", "broken"), BROKEN_ARCHIVES.items())
def test_only_its_own_check_catches_a_broken_archive(check, broken):
    assert failing_checks(kit_for(broken)) == {check}
