"""Every check for connections to banks can fail: each has a broken one that it, and no other check, catches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hub.testing.conformance import BankConnectionConformance, BankPlace
from tests.unit.testing.broken_connections import BROKEN_CONNECTIONS, MemoryPlace, SoundConnection
from tests.unit.testing.failing_checks import checks_of, failing_checks


class Kit(BankConnectionConformance):
    connection_class: type[SoundConnection] = SoundConnection

    @contextmanager
    def make_place(self) -> Iterator[BankPlace]:
        yield MemoryPlace(self.connection_class)


def kit_for(connection_class: type[SoundConnection]) -> type[Kit]:
    return type("KitUnderTest", (Kit,), {"connection_class": connection_class})


def test_every_check_has_a_broken_connection():
    assert set(checks_of(BankConnectionConformance)) == BROKEN_CONNECTIONS.keys()


def test_a_right_connection_passes_every_check():
    assert failing_checks(kit_for(SoundConnection)) == set()


@pytest.mark.parametrize(("check", "broken"), BROKEN_CONNECTIONS.items())
def test_only_its_own_check_catches_a_broken_connection(check, broken):
    assert failing_checks(kit_for(broken)) == {check}
