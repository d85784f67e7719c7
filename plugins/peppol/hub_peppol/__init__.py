"""Peppol: e-invoices made, judged, sent to who is registered, and the buyer's answers understood.

Names are loaded when they are first asked for, so that a command that only judges a document starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hub_peppol.judging.engine import Report, validate
    from hub_peppol.judging.rule import Finding
    from hub_peppol.plugin import Plugin
    from hub_peppol.settings import PeppolSettings

__all__ = ["Finding", "PeppolSettings", "Plugin", "Report", "validate"]

_HOMES = {
    "Finding": "judging.rule",
    "PeppolSettings": "settings",
    "Plugin": "plugin",
    "Report": "judging.engine",
    "validate": "judging.engine",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
