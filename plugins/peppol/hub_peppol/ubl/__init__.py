"""E-invoices by Peppol BIS Billing 3 (UBL 2.1): written from documents of the core, and read back into them.

`BisWriter` writes, `read_e_invoice` reads; both by one declared layout (`bis_layout`), so that they cannot differ.
"""

from hub_peppol.ubl.reading import ReadInvoice, read_e_invoice
from hub_peppol.ubl.seller import Seller
from hub_peppol.ubl.writing import BisWriter

__all__ = ["BisWriter", "ReadInvoice", "Seller", "read_e_invoice"]
