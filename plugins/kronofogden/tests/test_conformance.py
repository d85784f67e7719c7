"""The conformance kit on this plugin."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from pathlib import Path

import pytest

from hub.contracts import OrderToPayFiler
from hub.testing.conformance import Desk, OrderToPayFilerConformance, PluginConformance
from hub.testing.contexts import ContextInMemory
from hub_kronofogden import KronofogdenFiler, KronofogdenSettings, Plugin
from plugins.kronofogden.tests.authority_files import TOLD


class TestPlugin(PluginConformance):
    plugin = Plugin


class TestFiler(OrderToPayFilerConformance):
    @pytest.fixture(autouse=True)
    def _places(self, tmp_path: Path) -> None:
        self._place = (tmp_path / str(number) for number in count(1))

    def make_desk(self) -> Desk[OrderToPayFiler]:
        folder = next(self._place)
        folder.mkdir()
        table = {"is_trial": True, "incoming": {"folder": str(folder), "settled_after_s": 0}}
        filer = KronofogdenFiler(KronofogdenSettings.model_validate(table), ContextInMemory())
        return Desk(filer, lambda name, data: _write(folder / name, data), lambda: sorted(_names(folder)))

    def told_samples(self) -> Mapping[str, bytes]:
        return TOLD


def _write(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def _names(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]
