"""The agency's own reading and writing of rows, by the layout's page alone. Nothing of the adapter."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

ORDERS = {
    "C": ("order_key", "claim_id", "agency_case_no", "on_day", "step"),
    "P": ("order_key", "claim_id", "agency_case_no", "on_day", "invoice_no", "payment_key", "bank_date", "amount",
          "principal_part", "fee_part", "interest_part"),
    "K": ("order_key", "claim_id", "agency_case_no", "on_day", "invoice_no", "credit_key", "credit_no", "credit_date",
          "amount"),
    "R": ("order_key", "claim_id", "agency_case_no", "on_day", "invoice_no", "recall_reason"),
    "A": ("order_key", "claim_id", "agency_case_no", "on_day", "invoice_no", "hold_from", "hold_until"),
    "L": ("order_key", "claim_id", "agency_case_no", "on_day", "invoice_no"),
    "U": ("order_key", "claim_id", "agency_case_no", "on_day", "invoice_no", "changed_fields"),
}  # fmt: skip
WITHIN = {
    "D": ("role", "kind", "identity_type", "identity", "number", "name"),
    "I": ("line_no", "invoice_no", "ocr", "kind", "description", "invoice_date", "due_date", "sent_date",
          "period_from", "period_to", "principal_original", "principal_open", "fee_open", "interest_open", "open"),
}  # fmt: skip
_PASSED_OVER = frozenset("FSBX")


def orders_in(content: bytes) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Return what the head of a file says, and its orders, with what stands behind each. Raises ValueError."""
    rows = [_cells(line) for line in content.decode("utf-8").split("\r\n") if line]
    if not rows or rows[0][0] != "H" or rows[-1][0] != "Z":
        raise ValueError("the file is cut: it has no head, or no end")
    orders: list[dict[str, Any]] = []
    for row in rows[1:-1]:
        if row[0] in ORDERS:
            orders.append({"code": row[0], "within": [], **dict(zip(ORDERS[row[0]], row[1:], strict=False))})
        elif row[0] in WITHIN:
            orders[-1]["within"].append({"code": row[0], **dict(zip(WITHIN[row[0]], row[1:], strict=False))})
        elif row[0] not in _PASSED_OVER:
            raise ValueError(f"there is no row {row[0]}")
    _require_totals(rows, orders)
    return {"file_no": rows[0][1], "made_on": rows[0][2], "customer_no": rows[0][3]}, orders


def ore(kronor: str) -> int:
    """Return an amount in öre; blank is nothing."""
    return int(Decimal(kronor or "0") * 100)


def kronor(amount_ore: int) -> str:
    """Return an amount as the rows have it."""
    return f"{'-' if amount_ore < 0 else ''}{abs(amount_ore) // 100}.{abs(amount_ore) % 100:02}"


def told_file(number: int, day: str, rows: Sequence[Sequence[object]]) -> bytes:
    """Return a file of what is told."""
    lines = [("H", number, day, ""), *rows, ("Z", len(rows) + 2)]
    return "".join(f"{';'.join(map(_quoted, line))}\r\n" for line in lines).encode()


def _cells(line: str) -> list[str]:
    """Return the columns of a row, of which some stand in quotation marks."""
    cells, word, is_marked, at = [], "", False, 0
    while at < len(line):
        sign = line[at]
        if sign == '"' and is_marked and line[at + 1 : at + 2] == '"':
            word, at = word + sign, at + 1
        elif sign == '"':
            is_marked = not is_marked
        elif sign == ";" and not is_marked:
            cells.append(word)
            word = ""
        else:
            word += sign
        at += 1
    return [*cells, word]


def _quoted(value: object) -> str:
    text = str(value)
    marked = text.replace('"', '""')
    return f'"{marked}"' if any(sign in text for sign in ';"') else text


def _require_totals(rows: list[list[str]], orders: list[dict[str, Any]]) -> None:
    claims = sum(order["code"] == "C" for order in orders)
    total_ore = sum(ore(row["open"]) for order in orders for row in order["within"] if row["code"] == "I")
    if (claims, total_ore, len(rows)) != (int(rows[-1][1]), ore(rows[-1][2]), int(rows[-1][3])):
        raise ValueError("the totals of the file differ from its rows")
