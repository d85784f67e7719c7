"""Direct debit schemes that plugins offer are checked before anything is ordered by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import pytest

from hub.contracts import Recognition, hookimpl
from hub.errors import ConfigurationError
from hub.model.direct_debits import PayeeOrder, SchemeEvent, SchemeFile, SchemeOrder
from hub.model.payment_file import PayeeAccount
from hub.runtime.plugins import TenantPlugins
from tests.unit.runtime.small_plugins import Silent, card


class SoundScheme:
    """A scheme that takes nothing and knows nothing."""

    name = "sound"
    channel = ""

    def why_not(self, payee: PayeeAccount, order: SchemeOrder) -> str:
        return f"{payee.scheme} and {type(order).__name__} are not taken"

    def file_name(self, file: SchemeFile) -> str:
        return f"{file.number}.txt"

    def write(self, file: SchemeFile, orders: Iterable[PayeeOrder]) -> Iterator[bytes]:
        yield f"{file.number} {len(list(orders))}".encode()

    def recognises(self, head: bytes) -> Recognition:
        return Recognition(head == b"sound")

    def read(self, stream: BinaryIO) -> Iterator[SchemeEvent]:
        raise NotImplementedError


class Offering(Silent):
    def __init__(self, name: str, schemes: Any) -> None:
        self.manifest = card(name)
        self._schemes = schemes

    @hookimpl
    def hub_direct_debit_schemes(self) -> Any:
        return self._schemes


def test_schemes_are_found_by_name():
    sound = SoundScheme()

    assert TenantPlugins.from_objects(Silent(), Offering("one", [sound])).direct_debit_schemes == {"sound": sound}


def test_two_schemes_of_one_name_are_refused():
    built = TenantPlugins.from_objects(Offering("one", [SoundScheme()]), Offering("two", [SoundScheme()]))
    with pytest.raises(ConfigurationError, match="two direct debit schemes are called sound"):
        _ = built.direct_debit_schemes


@pytest.mark.parametrize("offered", [[object()], 7])
def test_offering_something_else_than_schemes_is_refused(offered):
    with pytest.raises(ConfigurationError, match="something else than a list of DirectDebitScheme"):
        _ = TenantPlugins.from_objects(Offering("one", offered)).direct_debit_schemes
