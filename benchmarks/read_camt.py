"""Read camt.054: our reader against a bare iterparse of the same bytes, and against peers.

    python benchmarks/read_camt.py compare --version 02 --payments 100000 --peer 'some-peer=php read.php {file}'
    python benchmarks/read_camt.py ours FILE
    python benchmarks/read_camt.py bare FILE

*Ours* consumes every event, requires a reference on each payment, and compares the sum with the totals it was given.
*Bare* is lxml's iterparse in the form its users write it: for each transaction detail fetch amount and reference, free
it, and nothing else. It reads two texts of some twenty and checks nothing.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from comparing import add_arguments, add_peer_arguments, compare_readers


def ours(path: Path) -> tuple[int, int]:
    """Return how many payments the file has and their sum in öre, by our reader."""
    from hub.model.payment_file import FileClosed, Payment, SectionClosed
    from hub_autopay.reader import CamtReader  # here, since the bare loop must not pay for our imports

    count = total_ore = stated_ore = 0
    event: Any = None
    with path.open("rb") as stream:
        for event in CamtReader().read(stream):
            kind = type(event)
            if kind is Payment:
                count += 1
                total_ore += event.amount_ore
                assert event.reference
            elif kind is SectionClosed:
                stated_ore += event.net_ore
    assert type(event) is FileClosed
    assert event.payments == count
    assert stated_ore == total_ore
    return count, total_ore


def bare(path: Path) -> tuple[int, int]:
    """Return the same by iterparse: amount and reference of each detail, freed when read."""
    from lxml import etree

    with path.open("rb") as file:
        is_02 = b"camt.054.001.02" in file.read(500)
    namespace = f"{{urn:iso:std:iso:20022:tech:xsd:camt.054.001.{'02' if is_02 else '08'}}}"
    amount_path = f"{namespace}AmtDtls/{namespace}TxAmt/{namespace}Amt" if is_02 else f"{namespace}Amt"
    reference_path = "/".join(f"{namespace}{name}" for name in ("RmtInf", "Strd", "CdtrRefInf", "Ref"))
    count = total_ore = 0
    for _, detail in etree.iterparse(str(path), tag=f"{namespace}TxDtls"):
        reference = detail.findtext(reference_path)
        total_ore += int(detail.findtext(amount_path).replace(".", ""))
        count += bool(reference)
        detail.clear()
        group = detail.getparent()
        while detail.getprevious() is not None:
            del group[0]
    return count, total_ore


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    for side in ("ours", "bare"):
        verbs.add_parser(side).add_argument("file", type=Path)
    comparison = verbs.add_parser("compare")
    comparison.add_argument("--version", choices=("02", "08"), default="02")
    add_arguments(comparison)
    add_peer_arguments(comparison)
    chosen = parser.parse_args()
    if chosen.verb == "compare":
        compare_readers(Path(__file__), f"camt{chosen.version}", chosen)
    else:
        print(*(ours if chosen.verb == "ours" else bare)(chosen.file))


if __name__ == "__main__":
    main()
