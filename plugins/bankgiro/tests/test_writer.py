"""What the writer writes, the reader reads back."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model.payment_file import Payer, Payment
from hub_bankgiro.writer import WrittenEntry

WORD = st.text(alphabet="abcåäöÅÄÖé0123456789-/ ", min_size=1, max_size=30).map(str.strip).filter(bool)
ENTRY = st.builds(
    WrittenEntry,
    amount_ore=st.integers(1, 10**12),
    reference=st.text(alphabet="0123456789ABC", max_size=25),
    reference_code=st.sampled_from("012345"),
    channel=st.sampled_from("1234"),
    serial=st.integers(1, 10**12 - 1).map(str),
    sender=st.integers(1, 10**8).map(str),
    texts=st.lists(WORD, max_size=3).map(tuple),
    name=WORD,
    street=WORD,
    postcode=st.just("12345"),
    town=WORD,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # both fixtures only lend a function
@given(entries=st.lists(ENTRY, min_size=1, max_size=8))
def test_entries_survive_writing_and_reading(read, make_records, entries):
    payments = [event for event in read(make_records(*entries)) if isinstance(event, Payment)]

    assert [(p.amount_ore, p.reference, p.texts, p.payer) for p in payments] == [
        (
            entry.amount_ore,
            entry.reference,
            entry.texts,
            Payer(entry.name, entry.sender, "", (entry.street, f"12345 {entry.town}")),
        )
        for entry in entries
    ]
