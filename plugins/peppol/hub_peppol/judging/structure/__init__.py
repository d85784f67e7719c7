"""The layer `xsd`: the structure of UBL 2.1 and of Svefaktura 1.0, judged without their schemas.

`ubl_2_1.txt` and `svefaktura_1_0.txt` declare which elements stand where, `datatypes.py` and `svefaktura_datatypes.py`
what values and attributes they have, `judge.py` holds a document against both. A line of a table is the names of
elements that are built alike, a colon, and their children in order: bare names are basic elements (`cbc:`, `sbc:`) and
before the colon aggregates (`cac:`, `sac:`), `?` is at most one, `*` any number, `+` at least one, a number after them
is how many at most, and `=Name` says that an element is built as another is.
"""
