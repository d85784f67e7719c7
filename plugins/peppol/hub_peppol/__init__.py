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
    from hub_peppol.ubl.reading import ReadInvoice, read_e_invoice
    from hub_peppol.ubl.writing import BisWriter

__all__ = [
    "BisWriter",
    "Finding",
    "PeppolSettings",
    "Plugin",
    "ReadInvoice",
    "Report",
    "read_e_invoice",
    "validate",
]

_HOMES = {
    "BisWriter": "ubl.writing",
    "Finding": "judging.rule",
    "PeppolSettings": "settings",
    "Plugin": "plugin",
    "ReadInvoice": "ubl.reading",
    "Report": "judging.engine",
    "read_e_invoice": "ubl.reading",
    "validate": "judging.engine",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
