"""Published camt files give the figures that the README beside them states."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from hub.contracts import Recognition
from hub.errors import FormatError
from hub.model.payment_file import OtherEntry, Payment, Reversal, SectionClosed
from hub_autopay.reader import CamtReader

SHARED = Path(__file__).parents[4] / "shared" / "samples"
ISO = SHARED / "iso20022"
KIVRA = sorted((SHARED / "kivra").glob("*Camt.054*.xml"))

pytestmark = pytest.mark.skipif(not ISO.is_dir(), reason="published samples are not on this machine")


class Stated(NamedTuple):
    """Entries, sums of all credits and debits in the hundredth of the currency, references of payments."""

    entries: int
    credit: int = 0
    debit: int = 0
    references: tuple[str, ...] = ()
    sections: int = 1


STATED = {
    "genkgo-camt053.v2.minimal.xml": Stated(1, 885, references=("4654654654654654",)),
    "genkgo-camt053.v2.multi.statement.xml": Stated(2, 885, 700, sections=2),
    "genkgo-camt053.v2.all-balance-types.xml": Stated(1, 885),
    "genkgo-camt053.v8.xml": Stated(1, 885, references=("4654654654654654",)),
    "genkgo-camt054.v2.xml": Stated(1, 0, 20000000),
    "genkgo-camt054.v8-with-UETR.xml": Stated(1, 0, 20000000),
    "viafintech-camt053-v2-schema-invalid.xml": Stated(4, 100, 1100),
    "viafintech-camt053-v2-batch.xml": Stated(3, 768800, 475374),
    "viafintech-camt053-v2-instdamt.xml": Stated(1, 450000),
    "oca-test-camt053.xml": Stated(3, 140531, 141830),
    "oca-test-camt053-no-ntry.xml": Stated(0),
    "bsp-camt053-duplicate-same-day.xml": Stated(2, 0, 900),
    "bsp-camt053-no-namespace.xml": Stated(1, 25000),
}


def events_of(path: Path) -> list:
    with path.open("rb") as stream:
        return list(CamtReader().read(stream))


def signed(event: Payment | Reversal | OtherEntry) -> int:
    if isinstance(event, Reversal) and not event.is_credit:
        return -event.amount_ore
    return event.amount_ore


@pytest.mark.parametrize(("name", "stated"), STATED.items())
def test_published_file_gives_its_stated_figures(name: str, stated: Stated) -> None:
    path = ISO / name

    events = events_of(path)

    entries = [event for event in events if isinstance(event, Payment | Reversal | OtherEntry)]
    closed = [event for event in events if isinstance(event, SectionClosed)]
    by_section = Counter(type(event) for event in events)
    assert CamtReader().recognises(path.read_bytes()[:65536]) is Recognition.YES
    assert by_section[SectionClosed] == stated.sections
    assert sum(event.entry_count for event in closed if event.net_ore is not None) <= stated.entries
    assert sum(signed(event) for event in entries if signed(event) > 0) == stated.credit
    assert -sum(signed(event) for event in entries if signed(event) < 0) == stated.debit
    assert tuple(e.reference for e in entries if isinstance(e, Payment) and e.reference) == stated.references


def test_details_without_amounts_keep_their_four_references_and_three_texts() -> None:
    (entry,) = [event for event in events_of(ISO / "genkgo-camt054.v2.xml") if isinstance(event, OtherEntry)]

    assert len(entry.references) == 4
    assert sum(text.startswith("Unstructured") for text in entry.texts) == 3


def test_file_that_is_wrong_on_purpose_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        events_of(ISO / "genkgo-camt053.v2.wrong.xml")

    assert caught.value.code == "NO_SECTION"


def test_credit_transfer_order_is_left_to_others() -> None:
    assert CamtReader().recognises((ISO / "bsp-pain.001.001.03.xml").read_bytes()) is Recognition.NO


@pytest.mark.parametrize("path", KIVRA, ids=lambda path: path.name[-10:-4])
def test_kivras_report_gives_ten_payments(path: Path) -> None:
    payments = [event for event in events_of(path) if isinstance(event, Payment)]

    assert (len(payments), sum(p.amount_ore for p in payments)) == (10, 71332599)
    assert {p.payer for p in payments} == {None}
    assert [p.reference for p in payments] == [f"reference{number}" for number in range(10)]


def test_kivras_two_versions_name_the_same_payments_by_the_same_key() -> None:
    old, new = ([e for e in events_of(path) if isinstance(e, Payment)] for path in KIVRA)

    assert [p.keys[0] for p in old] == [p.keys[0] for p in new]
    assert {p.keys[0].kind for p in old} == {"acct_svcr_ref"}
    assert all(p.keys[1].kind == "kivra_payment" for p in new)
