"""What a plugin's modules import, read from their source: nothing above the contracts, and no other plugin."""

from __future__ import annotations

import ast
from collections.abc import Iterator
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
    others = {point.module.partition(".")[0] for point in entry_points(group="hub.plugins")} - {folder.name}
    found = []
    for path in sorted(folder.rglob("*.py")):
        for name, line in imported_names(path):
            if _is_forbidden(name, folder.name, others):
                found.append(f"{path.relative_to(folder.parent).as_posix()}:{line}: {name}")
    return found


def imported_names(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the full name of everything a module imports, with its line; also imports inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def _is_forbidden(name: str, own: str, others: set[str]) -> bool:
    top = name.partition(".")[0]
    if top == "hub":
        return not any(name == allowed or name.startswith(f"{allowed}.") for allowed in ALLOWED)
    return top != own and (top in others or top.startswith("hub_"))
