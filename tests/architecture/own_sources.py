"""The project's own source files, and what stands in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIRST_PARTY = tuple(sorted(path.parent for path in (ROOT / "plugins").glob("*/pyproject.toml")))
EXAMPLE = ROOT / "examples" / "third_party_plugin"
PLUGINS = (*FIRST_PARTY, EXAMPLE)


def packages() -> list[Path]:
    """Return the folder of the core and of every plugin's package."""
    return [ROOT / "hub", *(package_of(plugin) for plugin in PLUGINS)]


def package_of(plugin: Path) -> Path:
    """Return the one import package of a plugin's folder."""
    (package,) = (path.parent for path in plugin.glob("hub_*/__init__.py"))
    return package


@cache
def modules() -> list[Path]:
    """Return every module of the core and the plugins, without tests."""
    return sorted(path for package in packages() for path in package.rglob("*.py"))


def shown(path: Path) -> str:
    """Return a path as it stands in the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def text_of(path: Path) -> str:
    """Return what stands in a module."""
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the parsed module."""
    return ast.parse(text_of(path), filename=str(path))


def naming(word: str) -> Iterator[Path]:
    """Yield every module in whose text a word stands, so all that import a module of this name.

    To parse every module takes seconds, and most do not mention it.
    """
    return (path for path in modules() if word in text_of(path))


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    """Return every node of the parsed module."""
    return list(ast.walk(tree_of(path)))


@cache
def imports_of(path: Path) -> list[tuple[str, int]]:
    """Return the full name of everything a module imports, with its line; also imports inside functions."""
    return list(_imports(path))


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
