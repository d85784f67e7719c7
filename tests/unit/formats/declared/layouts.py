"""Messages and layouts of this folder's tests: orders out, and one layout in each of the four forms."""

from __future__ import annotations

from datetime import date
from typing import Any

from hub.formats.declared import Group, Layout, Vocabulary, amount, day, flag, load_layout, number, text

LINES = Group({"invoice_no": text(), "due_date": day(), "open_ore": amount(), "pieces": number()})
ORDERS = Group(
    {"kind": text(), "claim_id": text(), "name": text(), "care_of": text(), "is_company": flag()}, {"lines": LINES}
)
OUT = Vocabulary("orders", Group({"file_no": number(), "sender": text(), "made_on": day()}, {"orders": ORDERS}), True)
IN = Vocabulary("told", Group({"file_no": number()}, {"receipts": Group({"claim_id": text(), "code": text()})}), False)

MESSAGE: dict[str, Any] = {
    "file_no": 7,
    "sender": "123",
    "made_on": date(2026, 1, 2),
    "orders": [
        {
            "kind": "claim",
            "claim_id": "42",
            "name": "Åsa <&> Öberg",
            "care_of": "Bo",
            "is_company": False,
            "lines": [
                {"invoice_no": "A1", "due_date": date(2026, 2, 3), "open_ore": 12345, "pieces": 1},
                {"invoice_no": "A;2", "due_date": date(2026, 2, 28), "open_ore": 5, "pieces": 0},
            ],
        },
        {
            "kind": "recall",
            "claim_id": "43",
            "name": "Eva",
            "is_company": True,
            "lines": [{"invoice_no": "A3", "due_date": date(2026, 3, 1), "open_ore": -1, "pieces": 12}],
        },
        {
            "kind": "claim",
            "claim_id": "44",
            "name": "Bo",
            "is_company": True,
            "lines": [{"invoice_no": "A4", "due_date": date(2026, 3, 1), "open_ore": 0, "pieces": 12}],
        },
    ],
}

HEAD = """
name = "Trial"
source = "made up for tests"
"""

FIXED_WIDTH = f"""{HEAD}
[files.orders]
content = "orders"
format = "fixed_width"
encoding = "latin-1"
date = "YYMMDD"
sign = "trailing"
name = "RH_{{file_no:6}}_{{made_on:YYYYMMDD}}.txt"

[[files.orders.records]]
name = "head"
code = "ORDERS"
separator = "+"
ending = "'"
fields = [{{ field = "sender" }}, {{ field = "file_no" }}, {{ field = "made_on" }}]

[[files.orders.records]]
name = "claim"
each = "orders"
code = "110"
when = {{ kind = "claim" }}
width = 60
fields = [
  {{ field = "claim_id", width = 10, align = "right", pad = "0" }},
  {{ field = "name", first = 14, last = 43 }},
  {{ field = "is_company", width = 1, codes = {{ true = "J", false = "N" }} }},
  {{ blank = true, width = 16 }},
]

[[files.orders.records]]
name = "recall"
each = "orders"
code = "120"
when = {{ kind = "recall" }}
fields = [
  {{ field = "claim_id", width = 10 }},
  {{ field = "name", width = 30 }},
  {{ field = "is_company", width = 1, codes = {{ true = "J", false = "N" }} }},
]

[[files.orders.records]]
name = "care_of"
each = "orders"
code = "121"
given = ["care_of"]
fields = [{{ constant = "c/o " }}, {{ field = "care_of", up_to = 20 }}]

[[files.orders.records]]
name = "line"
each = "orders.lines"
code = "130"
fields = [
  {{ field = "due_date", width = 6 }},
  {{ field = "open_ore", width = 12 }},
  {{ field = "pieces", width = 3 }},
  {{ field = "invoice_no", width = 20 }},
]

[[files.orders.records]]
name = "sum"
each = "orders"
code = "190"
fields = [{{ total = "line.open_ore", width = 12 }}, {{ count = "line", width = 4 }}]

[[files.orders.records]]
name = "end"
code = "199"
fields = [{{ count = "records", width = 6 }}, {{ total = "line.open_ore", width = 12 }}]
"""

CSV = f"""{HEAD}
[files.orders]
content = "orders"
format = "csv"
encoding = "utf-8"
line_end = "lf"
amount = "comma"

[[files.orders.records]]
name = "head"
code = "H"
fields = [
  {{ field = "sender" }}, {{ field = "file_no" }}, {{ field = "made_on" }},
  {{ count = "order" }}, {{ total = "line.open_ore" }},
]

[[files.orders.records]]
name = "order"
each = "orders"
code = "O"
fields = [
  {{ field = "kind" }}, {{ field = "claim_id" }}, {{ field = "name" }}, {{ field = "care_of" }},
  {{ field = "is_company" }},
]

[[files.orders.records]]
name = "line"
each = "orders.lines"
code = "L"
fields = [{{ field = "invoice_no" }}, {{ field = "due_date" }}, {{ field = "open_ore" }}, {{ field = "pieces" }}]
"""

_TREE = """
[[files.orders.records]]
name = "head"
at = "head"
fields = [
  {{ field = "sender", at = "{at}sender" }}, {{ field = "file_no" }}, {{ field = "made_on" }},
  {{ count = "claim", at = "claims" }},
]

[[files.orders.records]]
name = "claim"
each = "orders"
at = "orders/claim"
when = {{ kind = "claim" }}
fields = [
  {{ field = "claim_id" }}, {{ field = "name", at = "debtor/name" }}, {{ field = "care_of", at = "debtor/careOf" }},
  {{ field = "is_company", at = "debtor/{at}company", json_type = "boolean" }},
]

[[files.orders.records]]
name = "recall"
each = "orders"
at = "orders/recall"
when = {{ kind = "recall" }}
fields = [{{ field = "claim_id" }}, {{ field = "name" }}, {{ field = "is_company" }}]

[[files.orders.records]]
name = "line"
each = "orders.lines"
at = "line"
fields = [
  {{ field = "invoice_no" }}, {{ field = "due_date" }}, {{ field = "open_ore", json_type = "number" }},
  {{ field = "pieces", json_type = "number" }},
]
"""

XML = f"""{HEAD}
[files.orders]
content = "orders"
format = "xml"
encoding = "latin-1"
root = "Orders"
namespace = "urn:trial"
{_TREE.format(at="@")}
"""

JSON = f"""{HEAD}
[files.orders]
content = "orders"
format = "json"
{_TREE.format(at="")}
"""

FORMS = {"fixed_width": FIXED_WIDTH, "csv": CSV, "xml": XML, "json": JSON}


def load(document: str | bytes) -> Layout:
    """Load a layout of these messages."""
    return load_layout(document, (OUT, IN), "trial.toml")
