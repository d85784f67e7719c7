"""Files of the made-up authority, written out by hand."""

from __future__ import annotations


def told_file(*rows: str, file_no: int = 1, day: str = "20261123") -> bytes:
    """Return a whole file of rows."""
    receipts = sum(row.startswith("TR") for row in rows)
    head, end = f"TA{file_no:06}{day}{'':11}", f"TZ{receipts:06}{len(rows) - receipts:06}"
    return "".join(f"{row}\r\n" for row in (head, *rows, end)).encode("latin-1")


def receipt(file_no: int, *, is_accepted: bool = True, code: str = "", text: str = "") -> str:
    return f"TR{file_no:06}{'J' if is_accepted else 'N'}20261123{code:6}{text:80}"


def case(order_no: int, case_no: str, happening: str, *, costs_ore: int | None = None, text: str = "") -> str:
    order = f"{order_no:012}" if order_no else ""
    costs = "" if costs_ore is None else f"{costs_ore:014}"
    return f"TC{order:12}{case_no:20}{happening:24}20261123{costs:14}{text:80}"


TOLD = {
    "receipts": told_file(receipt(17), receipt(18, is_accepted=False, code="E17", text="felaktigt ombud")),
    "cases": told_file(
        case(1, "01-1000-26", "confirmed"),
        case(0, "01-1001-26", "contested", text="varan var trasig"),
        case(3, "", "decided", costs_ore=68_000),
        case(4, "01-1003-26", "vilande"),
        file_no=2,
    ),
}
