"""Modules and functions stay small, names say what they hold, money is never a float, plugins look alike."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import hub
from hub.runtime.setting_errors import settings_of
from tests.architecture.own_sources import (
    EXAMPLE,
    FIRST_PARTY,
    PLUGINS,
    ROOT,
    modules,
    nodes_of,
    package_of,
    shown,
    tree_of,
)

LONGEST_MODULE = 400
LONGEST_FUNCTION = 50
LONGEST_PLUGIN_MODULE = 80  # plugin.py holds no logic
PLUMBING = {
    "util", "utils", "helper", "helpers", "manager", "managers", "common", "base", "misc", "tools", "stuff", "lib",
}  # fmt: skip
HEADINGS = ["Connects to", "Agreements you need", "Settings", "Formats and sources", "Limits", "How it was tested"]
IN_EVERY_PLUGIN = ("__init__.py", "plugin.py", "settings.py", "py.typed")
IN_EVERY_READERS_PLUGIN = ("reader.py", "translate.py")
FLOATS_ALLOWED = {
    "hub/formats/rows/xlsx_rows.py": "Excel stores numbers so; they become Decimal at once",
    "hub/runtime/setting_tables.py": "the kind of settings in seconds",
    "hub/cli/showing.py": "a type that JSON knows",
    "hub/cli/session.py": "seconds to wait, named as the option is",
    "plugins/peppol/hub_peppol/judging/binary_arithmetic.py": "the official rules compare so, and are matched",
    "hub/testing/conformance/payment_files.py": "megabytes",
    "hub/testing/watched.py": "megabytes",
}
_SECONDS = re.compile(r"\b\w*_s\b\s*[:=]", re.IGNORECASE)  # time-outs and pauses: the name says the unit


def functions_of(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in nodes_of(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_module_is_longer_than_400_lines():
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}

    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_50_lines():
    long = [
        f"{shown(path)}: {node.name}, {(node.end_lineno or 0) - node.lineno + 1} lines"
        for path in modules()
        for node in functions_of(path)
        if (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]

    assert long == []


def test_no_module_has_a_plumbing_name():
    wrong = [shown(path) for path in modules() if PLUMBING & {path.parent.name, *path.stem.split("_")}]

    assert wrong == []


def test_every_module_says_what_it_holds():
    assert [shown(path) for path in modules() if not ast.get_docstring(tree_of(path))] == []


def test_money_is_never_a_float():
    wrong = [complaint for path in modules() if shown(path) not in FLOATS_ALLOWED for complaint in floats_in(path)]

    assert wrong == []


def test_amounts_are_never_divided_into_fractions():
    wrong = [
        f"{shown(path)}:{node.lineno}"
        for path in modules()
        for node in nodes_of(path)
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div)
        and any(name_of(side).endswith("_ore") for side in (node.left, node.right))
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("source", "is_wrong"),
    [
        ("rate = 1.5", True),
        ("total = float(text)", True),
        ("def f(amount: float): ...", True),
        ("TIMEOUT_S = 1.5", False),
        ("def f(*, timeout_s: float = 2.0): ...", False),
        ("x = 15", False),
    ],
)
def test_the_float_check_can_fail(source, is_wrong, tmp_path):
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")

    assert bool(floats_in(path)) is is_wrong


def test_files_allowed_to_hold_floats_do():
    assert [name for name in FLOATS_ALLOWED if not floats_in(ROOT / name)] == []


def floats_in(path: Path) -> list[str]:
    """Return where a module holds a float: a literal, the type or a conversion, unless a name in seconds takes it."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = []
    for node in nodes_of(path):
        is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        is_type = isinstance(node, ast.Name) and node.id == "float"
        if (is_literal or is_type) and not _SECONDS.search(lines[node.lineno - 1]):
            found.append(f"{path.name}:{node.lineno}: {lines[node.lineno - 1].strip()}")
    return found


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


# Plugins


def project_of(plugin: Path) -> dict[str, Any]:
    content: dict[str, Any] = tomllib.loads((plugin / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return content


def plugin_name(plugin: Path) -> str:
    return package_of(plugin).name.removeprefix("hub_")


def has_readers(plugin: Path) -> bool:
    return "def hub_payment_file_readers" in (package_of(plugin) / "plugin.py").read_text(encoding="utf-8")


def test_there_are_plugins_to_look_at():
    assert {"bankgiro", "autopay"} <= {plugin.name for plugin in FIRST_PARTY}
    assert plugin_name(EXAMPLE) == "fjordbanken"


@pytest.mark.parametrize("plugin", FIRST_PARTY, ids=lambda plugin: plugin.name)
def test_a_plugins_folder_has_the_name_of_its_package(plugin):
    assert plugin_name(plugin) == plugin.name


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_a_plugin_has_the_files_that_every_plugin_has(plugin):
    needed = IN_EVERY_PLUGIN + IN_EVERY_READERS_PLUGIN if has_readers(plugin) else IN_EVERY_PLUGIN
    missing = [name for name in needed if not (package_of(plugin) / name).is_file()]
    tests = plugin / "tests"

    assert missing == []
    assert "Conformance" in (tests / "test_conformance.py").read_text(encoding="utf-8")
    assert any((tests / "samples").glob("*.expected.json")) or not has_readers(plugin)


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_a_plugins_readme_has_the_headings_of_all(plugin):
    lines = (plugin / "README.md").read_text(encoding="utf-8").splitlines()

    assert [line.removeprefix("## ") for line in lines if line.startswith("## ")] == HEADINGS


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_every_setting_stands_in_the_readme(plugin):
    readme = (plugin / "README.md").read_text(encoding="utf-8")
    settings = importlib.import_module(f"{package_of(plugin).name}.plugin").Plugin.Settings

    assert [name for name in settings_of(settings) if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_a_plugin_has_one_entry_point_of_its_own_name(plugin):
    name = plugin_name(plugin)

    assert project_of(plugin)["entry-points"] == {"hub.plugins": {name: f"hub_{name}.plugin:Plugin"}}


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_a_plugins_distribution_is_named_and_versioned_as_the_core(plugin):
    project = project_of(plugin)

    assert project["name"] == f"reskontra-hub-{plugin_name(plugin).replace('_', '-')}"
    assert project["version"] == hub.__version__
    assert any(needed.startswith("reskontra-hub>=") for needed in project["dependencies"])


def test_the_core_has_one_version():
    assert project_of(ROOT)["version"] == hub.__version__


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_the_plugin_module_holds_no_logic(plugin):
    path = package_of(plugin) / "plugin.py"

    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_PLUGIN_MODULE
    assert [node for node in nodes_of(path) if isinstance(node, ast.If | ast.For | ast.While | ast.Try)] == []
