"""The rules of EN 16931 for UBL invoices and credit notes, by subject."""
