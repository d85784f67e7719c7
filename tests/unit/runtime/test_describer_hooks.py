"""What looks into files for `hub inspect` is checked before it is asked, and asked before readers are."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

import pytest

from hub.contracts import FileDescription, hookimpl
from hub.errors import ConfigurationError, FormatError
from hub.model.payment_file import Warned
from hub.runtime.plugins import TenantPlugins
from hub.services.payments.inspecting import FileInspector, Looking
from tests.unit.runtime.small_plugins import Silent, card

BROKEN = FormatError("broken", code="BROKEN", line=2)


class SoundDescriber:
    """Describes what begins with `ours`."""

    name = "sound"

    def recognises(self, head: bytes) -> bool:
        return head.startswith(b"ours")

    def describe(self, stream: BinaryIO, *, seal_key: str = "", strict: bool = False) -> FileDescription:
        if seal_key == "none":
            raise ConfigurationError("the key is none")
        errors = (BROKEN, BROKEN) if strict else ()
        return FileDescription(
            "ours", "to_bank", {"01": len(stream.read())}, {}, errors=errors, warnings=(Warned("ODD", "odd"),)
        )


class Offering(Silent):
    def __init__(self, name: str, describers: Any) -> None:
        self.manifest = card(name)
        self._describers = describers

    @hookimpl
    def hub_file_describers(self) -> Any:
        return self._describers


def look(content: bytes, **options: Any) -> dict[str, Any]:
    looking = Looking([SoundDescriber()], **options)
    return FileInspector([], lambda: io.BytesIO(content), looking=looking).inspection.as_json()


def test_describers_are_found():
    sound = SoundDescriber()

    assert TenantPlugins.from_objects(Silent(), Offering("one", [sound])).file_describers == [sound]


@pytest.mark.parametrize("offered", [[object()], 7])
def test_offering_something_else_than_describers_is_refused(offered):
    with pytest.raises(ConfigurationError, match="something else than a list of FileDescriber"):
        _ = TenantPlugins.from_objects(Offering("one", offered)).file_describers


def test_a_file_that_is_described_needs_no_reader():
    told = look(b"ours 1")

    assert (told["ok"], told["format"], told["records"], told["seal"]) == (True, "ours", {"01": 6}, "none")
    assert [warning["code"] for warning in told["warnings"]] == ["ODD"]


def test_what_is_wrong_is_told_once():
    told = look(b"ours 1", strict=True)

    assert (told["ok"], [error["code"] for error in told["errors"]]) == (False, ["BROKEN"])


def test_other_files_are_described_by_nobody():
    told = look(b"theirs")

    assert (told["ok"], told["records"]) == (False, {})


def test_a_key_that_is_none_ends_the_command():
    with pytest.raises(ConfigurationError):
        look(b"ours", seal_key="none")
