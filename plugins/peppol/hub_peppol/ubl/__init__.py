"""E-invoices by Peppol BIS Billing 3 (UBL 2.1): written from documents of the core, and read back into them.

`BisWriter` writes, `read_e_invoice` reads; both by one declared layout (`bis_layout`), so that they cannot differ.
What stands here is loaded when it is asked for: who judges a document needs neither.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hub_peppol.ubl.reading import ReadInvoice, read_e_invoice
    from hub_peppol.ubl.seller import Seller
    from hub_peppol.ubl.writing import BisWriter

__all__ = ["BisWriter", "ReadInvoice", "Seller", "read_e_invoice"]

_MODULES = {"BisWriter": "writing", "ReadInvoice": "reading", "Seller": "seller", "read_e_invoice": "reading"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
