"""The rules of Peppol BIS Billing 3: general ones, identifiers of parties, national ones, code lists.

They stand beside those of EN 16931 and say more: what the network asks for, and what single countries do. One module
per Schematron pattern or two; each has `CONTEXTS` in the order in which they take nodes, and `RULES`. `values` is what
they share. Where they read a text with its blanks (`text_of`) and where without (`value_of`) is as the format's owner
does it, rule by rule: it decides whether a blank too many is a fault.
"""
