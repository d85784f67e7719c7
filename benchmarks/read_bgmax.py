"""Read BgMax: our reader against a bare loop over the same bytes, and against peers.

    python benchmarks/read_bgmax.py compare --payments 100000 --peer 'some-peer=ruby read.rb {file}'
    python benchmarks/read_bgmax.py ours FILE
    python benchmarks/read_bgmax.py bare FILE

*Ours* consumes every event, adds up the payments and compares them with the section totals it was given. *Bare* is the
least a Python program can do that reads everything: cut every field of the six records of a payment, spare positions
included, into one dict for each payment, and turn the amount into a number. It checks nothing and keeps nothing.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from comparing import add_arguments, add_peer_arguments, compare_readers


def ours(path: Path) -> tuple[int, int]:
    """Return how many payments the file has and their sum in öre, by our reader."""
    from hub.model.payment_file import FileClosed, Payment, SectionClosed
    from hub_bankgiro.reader import BgMaxReader  # here, since the bare loop must not pay for our imports

    count = total_ore = stated_ore = 0
    event: Any = None
    with path.open("rb") as stream:
        for event in BgMaxReader().read(stream):
            kind = type(event)
            if kind is Payment:
                count += 1
                total_ore += event.amount_ore
            elif kind is SectionClosed:
                stated_ore += event.net_ore
    assert type(event) is FileClosed
    assert event.payments == count
    assert stated_ore == total_ore
    return count, total_ore


def bare(path: Path) -> tuple[int, int]:
    """Return the same by cutting every field of records 20 and 25 to 29."""
    count = total_ore = 0
    with path.open(encoding="latin-1") as file:
        payment: dict[str, Any] = {}
        for line in file:
            code = line[:2]
            if code == "20":
                payment = _cut_payment(line)
                count += 1
                total_ore += payment["amount"]
            else:
                _cut_following(payment, code, line)
    return count, total_ore


def _cut_payment(line: str) -> dict[str, Any]:
    return {
        "sender": line[2:12],
        "reference": line[12:37].strip(),
        "amount": int(line[37:55]),
        "reference_code": line[55],
        "channel": line[56],
        "serial": line[57:69],
        "image": line[69],
        "spare": line[70:80],
    }


def _cut_following(payment: dict[str, Any], code: str, line: str) -> None:
    if code == "25":
        payment["text"] = line[2:52].strip()
        payment["spare_25"] = line[52:80]
    elif code == "26":
        payment["name"] = line[2:37].strip()
        payment["extra_name"] = line[37:72].strip()
        payment["spare_26"] = line[72:80]
    elif code == "27":
        payment["street"] = line[2:37].strip()
        payment["postcode"] = line[37:46].strip()
        payment["spare_27"] = line[46:80]
    elif code == "28":
        payment["town"] = line[2:37].strip()
        payment["country"] = line[37:72].strip()
        payment["country_code"] = line[72:74].strip()
        payment["spare_28"] = line[74:80]
    elif code == "29":
        payment["identity"] = line[2:14]
        payment["spare_29"] = line[14:80]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    for side in ("ours", "bare"):
        verbs.add_parser(side).add_argument("file", type=Path)
    comparison = verbs.add_parser("compare")
    add_arguments(comparison)
    add_peer_arguments(comparison)
    chosen = parser.parse_args()
    if chosen.verb == "compare":
        compare_readers(Path(__file__), "bgmax", chosen)
    else:
        print(*(ours if chosen.verb == "ours" else bare)(chosen.file))


if __name__ == "__main__":
    main()
