"""The layer `xsd`: UBL 2.1's own structure, judged without its schemas.

`ubl_2_1.txt` declares which elements stand where, `datatypes.py` what values and attributes they have, `judge.py` holds
a document against both. A line of the table is the names of elements that are built alike, a colon, and their children
in order: bare names are basic elements (`cbc:`), `?` is at most one, `*` any number, `+` at least one.
"""
