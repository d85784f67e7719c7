"""What a plugin's modules import, read from their source: nothing above the contracts, and no other plugin."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

ALLOWED = (
    "hub.errors",
    "hub.money",
    "hub.banking_calendar",
    "hub.identifiers",
    "hub.model",
    "hub.rules",
    "hub.formats",
    "hub.contracts",
    "hub.transports",
    "hub.loopback",
)
"""Floors 0 to 4 of the core: all that a plugin may build on."""


def forbidden_imports(folder: Path) -> list[str]:
    """Return `file:line: name` for every import in a plugin's package that it may not have."""
    return list(_forbidden_in(folder))


@cache  # a plugin's channels, or readers, are each asked about
def _forbidden_in(folder: Path) -> tuple[str, ...]:
    others = {point.module.partition(".")[0] for point in entry_points(group="hub.plugins")} - {folder.name}
    found = []
    for path in sorted(folder.rglob("*.py")):
        for name, line in imported_names(path):
            if _is_forbidden(name, folder.name, others):
                found.append(f"{path.relative_to(folder.parent).as_posix()}:{line}: {name}")
    return tuple(found)


def imported_names(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the full name of everything a module imports, with its line; also imports inside functions."""
    yield from _names_in(path.read_text(encoding="utf-8"), str(path))


@cache  # several checks ask of one module
def _names_in(source: str, file_name: str) -> tuple[tuple[str, int], ...]:
    found: list[tuple[str, int]] = []
    for node in ast.walk(ast.parse(source, filename=file_name)):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
    return tuple(found)


def shared_modules(package: Path, one: Path, other: Path) -> list[str]:
    """Return the modules of a package that two of its modules both need, directly or by way of others."""
    return sorted(
        path.relative_to(package.parent).as_posix() for path in _needed(package, one) & _needed(package, other)
    )


def _needed(package: Path, module: Path) -> set[Path]:
    """Return a module and those of its package that it needs; `__init__.py` where names are taken from the package."""
    needed, waiting = set[Path](), [module.resolve()]
    while waiting:
        path = waiting.pop()
        if path not in needed:
            needed.add(path)
            waiting += _imported_modules(package.resolve(), path)
    return needed


@cache  # and each asked about needs much of what the others need
def _imported_modules(package: Path, path: Path) -> tuple[Path, ...]:
    return tuple(_imports_within(package, path))


def _imports_within(package: Path, path: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            yield from (found for alias in node.names for found in _module(package, package.parent, alias.name))
        elif isinstance(node, ast.ImportFrom):
            start = path.parents[node.level - 1] if node.level else package.parent
            for alias in node.names:
                yield from _module(package, start, f"{node.module}.{alias.name}" if node.module else alias.name)


def _module(package: Path, start: Path, name: str) -> Iterator[Path]:
    """Yield the module that a name leads to, when it is one of the package; a name in a module leads to the module."""
    place = start.joinpath(*name.split("."))
    for candidate in (place.with_suffix(".py"), place / "__init__.py", place.parent.with_suffix(".py"),
                      place.parent / "__init__.py"):  # fmt: skip
        if candidate.is_relative_to(package) and candidate.is_file():
            yield candidate
            return


def _is_forbidden(name: str, own: str, others: set[str]) -> bool:
    top = name.partition(".")[0]
    if top == "hub":
        return not any(name == allowed or name.startswith(f"{allowed}.") for allowed in ALLOWED)
    return top != own and (top in others or top.startswith("hub_"))
