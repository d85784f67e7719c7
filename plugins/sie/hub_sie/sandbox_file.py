"""The sandbox's own reading and writing of SIE: character by character, and nothing of the adapter's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def words(line: str) -> list[str]:
    """Return the words of a line; a list of objects is one word with its braces."""
    found: list[str] = []
    word, marked, depth, begun = "", False, 0, False
    for at, sign in enumerate(line):
        if sign == '"' and line[at - 1 : at] != "\\":
            marked, begun = not marked, True
            if depth:
                word += sign
        elif sign in "{}" and not marked:
            depth += 1 if sign == "{" else -1
            word, begun = word + sign, True
        elif sign in " \t" and not marked and not depth:
            if begun:
                found.append(word)
            word, begun = "", False
        elif sign == "\\" and line[at + 1 : at + 2] == '"' and not depth:
            continue
        else:
            word, begun = word + sign, True
    return [*found, word] if begun else found


def vouchers(content: bytes) -> tuple[dict[str, list[str]], list[dict[str, Any]]]:
    """Return what stands before the vouchers of a file, by label, and the vouchers. Raises ValueError."""
    head: dict[str, list[str]] = {}
    found: list[dict[str, Any]] = []
    lines = [words(line.strip()) for line in content.decode("cp437").split("\r\n") if line.strip()]
    if not lines or lines[0] != ["#FLAGGA", "0"]:
        raise ValueError("the file is marked as read in, or is no SIE file")
    is_within = False
    for one in lines:
        if one in (["{"], ["}"]):
            is_within = one == ["{"]
        elif one[0] == "#VER":
            found.append({"series": one[1], "date": one[3], "text": one[4], "lines": []})
        elif one[0] == "#TRANS" and is_within:
            found[-1]["lines"].append([one[1], _ore(one[3]), one[2]])
        else:
            head.setdefault(one[0], one[1:])
    return head, found


def _ore(amount: str) -> int:
    kronor, _, ore = amount.lstrip("-").partition(".")
    value = int(kronor) * 100 + int(ore.ljust(2, "0") or "0")
    return -value if amount.startswith("-") else value


def written(
    company: str,
    year: str,
    made_on: str,
    accounts: Mapping[str, str],
    openings: Mapping[str, int],
    booked: Sequence[Mapping[str, Any]],
) -> bytes:
    """Return a SIE 4E file of one calendar year: its chart of accounts, balances and vouchers."""
    lines = [
        "#FLAGGA 0", '#PROGRAM "Övningsbok" 1', "#FORMAT PC8", f"#GEN {made_on}", "#SIETYP 4", f"#ORGNR {company}",
        '#FNAMN "Övningsbolaget"', f"#RAR 0 {year}0101 {year}1231", f"#OMFATTN {made_on}",
        *(f'#KONTO {number} "{name}"' for number, name in accounts.items()),
    ]  # fmt: skip
    lines += [f"#IB 0 {account} {_kronor(ore)}" for account, ore in openings.items()]
    changes = _changes(booked)
    closing = {account: openings.get(account, 0) for account in accounts}
    for (account, _), ore in changes.items():
        closing[account] = closing.get(account, 0) + ore
    lines += [f"#UB 0 {account} {_kronor(ore)}" for account, ore in closing.items() if account < "3"]
    lines += [f"#RES 0 {account} {_kronor(ore)}" for account, ore in closing.items() if account >= "3"]
    lines += [f"#PSALDO 0 {month} {account} {{}} {_kronor(ore)}" for (account, month), ore in changes.items()]
    for one in booked:
        text = one["text"].replace('"', '\\"')
        lines.append(f'#VER {one["series"]} {one["number"]} {one["date"]} "{text}" {made_on}')
        lines += ["{", *_lines(one["lines"]), "}"]
    return "".join(f"{line}\r\n" for line in lines).encode("cp437")


def _lines(lines: Iterable[Sequence[Any]]) -> list[str]:
    return [f"  #TRANS {account} {objects} {_kronor(ore)}" for account, ore, objects in lines]


def _changes(booked: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for one in booked:
        for account, ore, _ in one["lines"]:
            key = (account, one["date"][:6])
            found[key] = found.get(key, 0) + ore
    return found


def _kronor(ore: int) -> str:
    return f"{'-' if ore < 0 else ''}{abs(ore) // 100}.{abs(ore) % 100:02}"
