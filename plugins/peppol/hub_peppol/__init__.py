"""Peppol: e-invoices made, judged, sent to who is registered, and the buyer's answers understood."""

from hub_peppol.plugin import Plugin
from hub_peppol.settings import PeppolSettings

__all__ = ["PeppolSettings", "Plugin"]
