"""The conformance kit on this plugin."""

from __future__ import annotations

from pathlib import Path

import hub_kivra
from hub.testing.conformance import PluginConformance
from hub.testing.plugin_imports import forbidden_imports, imported_names
from hub_kivra import Plugin

PACKAGE = Path(hub_kivra.__file__).parent
OF_THE_SANDBOX = sorted(PACKAGE.glob("sandbox*.py"))


class TestPlugin(PluginConformance):
    plugin = Plugin


def test_it_imports_floors_0_to_4_only() -> None:
    assert forbidden_imports(PACKAGE) == []


def test_the_sandbox_shares_nothing_with_the_adapter() -> None:
    own = {f"hub_kivra.{path.stem}" for path in OF_THE_SANDBOX}
    imported = {name for path in OF_THE_SANDBOX for name, _ in imported_names(path) if name.startswith("hub_kivra")}

    assert len(OF_THE_SANDBOX) >= 4
    assert {name for name in imported if name.rpartition(".")[0] not in own} == set()


def test_the_adapter_shares_nothing_with_the_sandbox() -> None:
    outside = [path for path in PACKAGE.glob("*.py") if path not in OF_THE_SANDBOX]
    told_of = {path.stem for path in outside for name, _ in imported_names(path) if "sandbox" in name.lower()}

    assert told_of == {"__init__", "plugin"}
