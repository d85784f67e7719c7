"""The sandbox's own writing of Bankgirot's answers in the new layout: by the positions of the manual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

CONTENTS = {
    "specification": "BET. SPEC & STOPP TK",
    "advice": "AG-MEDAVI",
    "rejected": "AVVISADE BET UPPDR",
    "changes": "MAKULERING/ÄNDRING",
}
Row = dict[str, Any]


def opening(content: str, day: str, customer: str, bankgiro: str, clock: str = "") -> str:
    """Return record 01."""
    return f"01{'AUTOGIRO':<20}  {day}{clock:12}{CONTENTS[content]:<20}{customer:0>6}{bankgiro:0>10}"


def advice(row: Row) -> str:
    """Return record 73."""
    start = f"73{row['bankgiro']}{row['payer']:0>16}{row['account']:16}{row['identity']:12}{'':5}"
    return f"{start}{row['information']}{row['comment']}{row['day']}{'':7}"


def advice_end(day: str, count: int) -> str:
    """Return record 09 of a mandate advice."""
    return f"09{day}9900{count:07}".ljust(80)


def _request(row: Row) -> str:
    return f"{row['code']}{row['date']}{row['period']}{row['times']:>3}"


def outcome(row: Row, status: str) -> str:
    """Return record 82 or 32 of a payment specification."""
    told = f"{row['payer']:0>16}{row['amount']:012}{row['bankgiro']}{row['reference']:16}"
    return f"{_request(row)} {told}{'':10}{status}"


def refund(row: Row, day: str, code: str) -> str:
    """Return record 77, with what the request said."""
    told = f"{row['payer']:0>16}{row['amount']:012}{row['bankgiro']}{row['reference']:16}"
    return f"77{row['date']}{row['period']}{row['times']:>3} {told}{day}{code} "


def deposit(code: str, day: str, serial: int, amount: int, count: int) -> str:
    """Return record 15, 16 or 17."""
    return f"{code}{'8901003232323232':0>35}{day}{serial:05}{amount:018}   {count:08} "


def specification_end(day: str, counts: Sequence[int]) -> str:
    """Return record 09 of a payment specification: sections and rows of 82, of 32, and of 77."""
    told = "".join(f"{count:0{6 if place % 2 == 0 else 12}}" for place, count in enumerate(counts))
    return f"09{day}9900{told}".ljust(80)


def rejected(row: Row, comment: str) -> str:
    """Return a rejected request, one column to the left."""
    return f"{_request(row)}{row['payer']:0>16}{row['amount']:012}{row['reference']:16}{comment}".ljust(80)


def rejected_end(day: str, rows: Sequence[Row]) -> str:
    """Return record 09 of rejected requests."""
    (out_count, out_sum), (in_count, in_sum) = (_sums(rows, code) for code in ("32", "82"))
    return f"09{day}9900{out_count:06}{out_sum:012}{in_count:06}{in_sum:012}".ljust(80)


def changed(row: Row, kind: str, comment: str, new_date: str = "") -> str:
    """Return a cancelled or moved request."""
    told = f"{row['payer']:0>16}{row['code']}{row['amount']:012}REFERENS{new_date:0>8}{row['reference']:16}{comment}"
    return f"{kind}{row['date'] if row['date'].isdigit() else '0' * 8}{told}".ljust(80)


def sums_end(day: str, rows: Sequence[Row]) -> str:
    """Return record 09 of changes and of the register of requests."""
    (out_count, out_sum), (in_count, in_sum) = (_sums(rows, code) for code in ("32", "82"))
    return f"09{day}9900{'':14}{out_sum:012}{out_count:06}{in_count:06}0000{in_sum:012}{'':12}"


def register_opening(day: str, customer: str, bankgiro: str) -> str:
    """Return record 01 of the register of requests."""
    return f"01{day}AUTOGIRO9900{'BEVAKNINGSREG':<40}{customer:0>6}{bankgiro:0>10}  "


def waiting(row: Row) -> str:
    """Return a row of the register of requests."""
    told = f"{row['payer']:0>16}{row['amount']:012}{'':10}{row['reference']:16}"
    return f"{_request(row)} {told}".ljust(80)


def registered(row: Row, year: str) -> str:
    """Return a row of the register of mandates, which has no first and no last record."""
    start = f"{row['bankgiro']}{row['identity']:12}{row['payer']:0>16}{'2' if row['is_asked'] else '1'}{year}"
    return f"{start}{row['created']}{row['changed']:0>8}1{'':6}{row['account']:16}"


def asked(row: Row, name: str) -> tuple[str, ...]:
    """Return records 52 to 56 of a mandate by internet bank."""
    return (
        f"52{row['bankgiro']}{row['payer']:0>16}{row['account']:16}{row['identity']:12}{'':5}0".ljust(80),
        f"53{'MOT KONTO I BANKEN':<36}".ljust(80),
        f"54{name.upper():<36}{'':36}".ljust(80),
        f"55{'STORGATAN 1':<36}{'':36}".ljust(80),
        f"56{'12345'}{'ÄLVBY':<36}".ljust(80),
    )


def asked_opening(day: str, bankgiro: str) -> str:
    """Return record 51."""
    return f"51{day}9900{bankgiro:0>10}AG-EMEDGIV".ljust(80)


def asked_end(day: str, count: int) -> str:
    """Return record 59, which counts records."""
    return f"59{day}9900{count:07}".ljust(80)


def as_file(records: Sequence[str]) -> bytes:
    """Return a file."""
    return "".join(f"{record}\r\n" for record in records).encode("latin-1")


def _sums(rows: Sequence[Row], code: str) -> tuple[int, int]:
    amounts = [row["amount"] for row in rows if row["code"] == code]
    return len(amounts), sum(amounts)
