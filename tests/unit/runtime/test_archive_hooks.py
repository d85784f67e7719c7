"""Archives that plugins offer are checked: their rest must have a channel that no route takes."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

import pytest

from hub.contracts import ArchivedFile, hookimpl
from hub.errors import ConfigurationError, UnrecognisedFile
from hub.model.delivery import RouteStep
from hub.runtime.plugins import TenantPlugins
from hub.services.delivery.archives import choose_archive
from tests.flows.delivery_world import StubChannel
from tests.unit.runtime.small_plugins import Silent, card
from tests.unit.runtime.test_channel_hooks import Channel


class Archive:
    name, channel = "box", "post"

    def recognises(self, head: bytes) -> bool:
        return head.startswith(b"box")

    def read(self, stream: BinaryIO) -> Iterator[ArchivedFile]:
        yield ArchivedFile("1")

    def rest(self, stream: BinaryIO, kept: Collection[int]) -> bytes:
        return b""


class Offering(Silent):
    def __init__(self, name: str, archives: Any, *channels: Any) -> None:
        self.manifest = card(name)
        self._archives, self._channels = archives, channels

    @hookimpl
    def hub_document_archives(self) -> Any:
        return self._archives

    @hookimpl
    def hub_delivery_channels(self) -> Any:
        return self._channels


def test_an_archive_is_found_by_name_with_the_channel_of_its_rest():
    box, post = Archive(), Channel()
    built = TenantPlugins.from_objects(Offering("boxes", [box], post), Silent())

    assert (built.archives, built.rest_channels) == ({"box": box}, {"post": post})


@pytest.mark.parametrize("channels", [(), (StubChannel(RouteStep.LETTER, name="post"),)])
def test_a_rest_that_has_no_channel_of_its_own_is_refused(channels):
    with pytest.raises(ConfigurationError, match=r"plugins\.boxes.*which no message can take"):
        _ = TenantPlugins.from_objects(Offering("boxes", [Archive()], *channels)).archives


def test_a_channel_of_another_plugin_takes_no_rest():
    with pytest.raises(ConfigurationError, match="which no message can take"):
        _ = TenantPlugins.from_objects(Offering("boxes", [Archive()]), Offering("posts", [], Channel())).archives


def test_something_else_than_an_archive_is_refused():
    with pytest.raises(ConfigurationError, match="something else than a list of DocumentArchive"):
        _ = TenantPlugins.from_objects(Offering("boxes", [object()], Channel())).archives


def test_a_file_that_two_formats_take_is_nobodys():
    box, other = Archive(), Archive()

    assert choose_archive({"box": box}, io.BytesIO(b"box").read()) is box
    assert choose_archive({"box": box}, b"[{") is None
    with pytest.raises(UnrecognisedFile, match="several formats"):
        choose_archive({"box": box, "other": other}, b"box")
