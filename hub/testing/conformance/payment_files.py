"""The checks that every reader of incoming-payments files (*inbetalningsfil*) must pass."""

from __future__ import annotations

import gc
import inspect
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pytest
from hypothesis import strategies as st

from hub.contracts import NamesUnreadFiles, PaymentFileReader, Recognition
from hub.errors import FormatError
from hub.model.payment_file import FileEvent, Payment, Warned
from hub.testing import event_rules as rules
from hub.testing.conformance.any_input import GivenAnything
from hub.testing.damage import CHANGES, RANDOM_BYTES, changed, other_encodings, spots, truncations
from hub.testing.foreign_files import FOREIGN_FILES
from hub.testing.golden import golden_file, read_summary, sample_files
from hub.testing.plugin_imports import forbidden_imports
from hub.testing.streams import Trickle, UnevenAmounts
from hub.testing.watched import no_network, peak_megabytes

HEAD_BYTES = 64 * 1024  # what the core shows to `recognises`
SHORTEST_PRIVATE = 6  # characters; shorter values stand in messages by chance
NO_CODE = FormatError("").code
_NAME = re.compile(r"[a-z][a-z0-9_.]*")
_CODE = re.compile(r"[A-Z][A-Z0-9_]*")


class Whole(NamedTuple):
    """A sample that the reader accepts."""

    name: str
    data: bytes
    events: list[FileEvent]


class PaymentFileReaderConformance(GivenAnything):
    """Inherit this in a class whose name begins with `Test`, say how the reader is made and where its samples lie.

    Beside each sample lies its expected result, written by `python -m hub.testing.golden` and read by a person. Samples
    that must be refused lie there too. `make_file` and `variants` are optional; without them five checks are skipped.
    """

    samples: Path
    own_kinds: frozenset[str] = frozenset()  # those of `FOREIGN_FILES` that are of the reader's own kind
    foreign_samples: Path | None = None  # a folder of whole files that belong to others
    states_its_end: bool = True  # False: the format has neither trailer nor totals, so a cut file may look whole
    mutations: int = 50
    few_payments: int = 3_000
    many_payments: int = 8_000
    memory_growth_mb: float = 0.2  # how much more the many payments may need than the few

    def make_reader(self) -> PaymentFileReader:
        """Return a new reader."""
        raise NotImplementedError("make_reader must return the reader")

    def make_file(self, amounts_ore: Sequence[int]) -> bytes:  # noqa: ARG002  for those who inherit
        """Return a correct file with one payment of each amount, in this order; nothing else may differ."""
        pytest.skip("no make_file: equal payments, changed amounts and memory are not checked")

    def variants(self, sample: bytes) -> Mapping[str, bytes]:  # noqa: ARG002  for those who inherit
        """Return the same content in its other accepted forms (line ends, padding, encoding), each with a name."""
        pytest.skip("no variants: other forms of the same content are not checked")

    def summarise(self, sample: Path) -> dict[str, Any]:
        """Return what the expected result beside a sample must hold; a plugin with a form of its own overrides this."""
        return read_summary(self.make_reader(), sample)

    # What it is

    def test_is_a_payment_file_reader_with_a_stable_name(self) -> None:
        reader = self.make_reader()

        assert isinstance(reader, PaymentFileReader), "the reader lacks a member of PaymentFileReader"
        assert _NAME.fullmatch(reader.name), "the name is not lower case letters, digits, points and underscores"
        assert reader.name == self.make_reader().name, "the name differs from one reader to the next"

    def test_has_samples_that_it_reads(self) -> None:
        assert self._whole, f"the folder {self.samples.name} holds no sample that the reader accepts"

    def test_imports_stay_on_the_contract(self) -> None:
        found = forbidden_imports(self.package_folder())

        assert not found, f"not floors 0 to 4 of the hub: {found}"

    # Recognising

    def test_recognises_its_own_samples(self) -> None:
        missed = [whole.name for whole in self._whole if not self._recognises(whole.data)]

        assert not missed, f"own samples are not recognised: {missed}"

    def test_leaves_foreign_files_to_others(self) -> None:
        unknown = self.own_kinds - FOREIGN_FILES.keys()
        foreign = {name: data for name, data in FOREIGN_FILES.items() if name not in self.own_kinds}
        if self.foreign_samples is not None:
            foreign |= {path.name: path.read_bytes() for path in sample_files(self.foreign_samples)}
        taken = [name for name, data in foreign.items() if self._recognises(data)]

        assert not unknown, f"own_kinds names what the kit does not have: {sorted(unknown)}"
        assert not taken, f"files of others are recognised: {taken}"

    def test_recognising_never_raises(self) -> None:
        def answers(data: bytes) -> None:
            assert isinstance(self.make_reader().recognises(data[:HEAD_BYTES]), Recognition)

        for whole in self._whole:
            for _, data in truncations(whole.data):
                answers(data)
        self._for_any(RANDOM_BYTES, answers)

    def test_naming_unread_files_never_raises(self) -> None:
        def names(data: bytes) -> None:
            reader = self.make_reader()
            if isinstance(reader, NamesUnreadFiles):
                assert isinstance(reader.unread_format(data[:HEAD_BYTES]), str)

        for data in FOREIGN_FILES.values():
            names(data)
        self._for_any(RANDOM_BYTES, names)

    # Reading

    def test_reads_each_sample_to_its_expected_result(self) -> None:
        complaints = []
        for sample in sample_files(self.samples):
            golden = golden_file(sample)
            if not golden.exists():
                complaints.append(f"{golden.name} is missing; write it with: python -m hub.testing.golden")
            elif self.summarise(sample) != json.loads(golden.read_text(encoding="utf-8")):
                complaints.append(f"{sample.name} is read to something else than {golden.name}")

        assert not complaints, _lines(complaints)

    def test_same_bytes_give_the_same_events(self) -> None:
        reader = self.make_reader()
        for whole in self._whole:
            first, second = (list(reader.read(io.BytesIO(whole.data))) for _ in range(2))
            assert first == second, f"{whole.name}: one reader reads the same bytes to two results"

    def test_a_stream_may_hand_over_few_bytes_at_a_time(self) -> None:
        for whole in self._whole:
            events = list(self.make_reader().read(_binary(Trickle(whole.data))))
            assert _apart(events) == _apart(whole.events), f"{whole.name}: read differently from a slow stream"

    def test_every_payment_comes_out_once_with_its_amount(self) -> None:
        amounts = [10_000, 10_000, 10_000, 1, 99, 100, 123_456_789, *range(500, 600)]
        read = self._accepted(self.make_file(amounts))

        assert [event.amount_ore for event in read if isinstance(event, Payment)] == amounts

    def test_memory_stays_flat_as_files_grow(self) -> None:
        few, many = (self.make_file(UnevenAmounts(count)) for count in (self.few_payments, self.many_payments))
        gc.collect()
        self._drain(many)  # fills caches and Python's free lists, which collecting has emptied
        growth = peak_megabytes(lambda: self._drain(many)) - peak_megabytes(lambda: self._drain(few))

        assert growth <= self.memory_growth_mb, f"{self.many_payments} payments need {growth:.1f} MB more"

    def test_reading_opens_no_connection(self) -> None:
        with no_network() as tried:
            for whole in self._whole:
                self._drain(whole.data)
                self.make_reader().content_key(io.BytesIO(whole.data))

        assert not tried, f"the reader tried: {tried}"

    # What the events say

    def test_only_events_of_the_model_come_out(self) -> None:
        self._hold(rules.wrong_kinds)

    def test_begins_with_file_opened_and_ends_with_file_closed(self) -> None:
        self._hold(rules.wrong_frame)

    def test_entries_stand_inside_sections(self) -> None:
        self._hold(rules.wrong_sections)

    def test_amounts_are_whole_ore_with_the_right_sign(self) -> None:
        self._hold(rules.wrong_amounts)

    def test_currencies_are_three_letters(self) -> None:
        self._hold(rules.wrong_currencies)

    def test_dates_are_dates_and_payments_have_one(self) -> None:
        self._hold(rules.wrong_dates)

    def test_lines_and_entries_count_from_one(self) -> None:
        self._hold(rules.wrong_places)

    def test_references_are_trimmed_and_qualified(self) -> None:
        self._hold(rules.wrong_references)

    def test_file_closed_counts_what_came_out(self) -> None:
        self._hold(rules.wrong_file_counts)

    def test_section_totals_equal_their_events(self) -> None:
        self._hold(rules.wrong_section_totals)

    def test_opening_balance_and_entries_make_the_closing_balance(self) -> None:
        self._hold(rules.wrong_balances)

    # The content key

    def test_content_key_is_the_same_for_every_form_of_the_content(self) -> None:
        for whole in self._whole:
            key = self._key(whole.data)
            other = [name for name, data in self.variants(whole.data).items() if self._key(data) != key]
            assert not other, f"{whole.name}: the content key changes with {other}"

    def test_every_form_of_the_content_gives_the_same_money(self) -> None:
        for whole in self._whole:
            forms = self.variants(whole.data).items()
            other = [name for name, data in forms if _money(self._accepted(data)) != _money(whole.events)]
            assert not other, f"{whole.name}: the money changes with {other}"

    def test_content_key_differs_when_an_amount_differs(self) -> None:
        keys = {self._key(self.make_file(amounts)) for amounts in ([100, 200, 300], [100, 201, 300], [100, 200, 301])}

        assert len(keys) == 3, "files with different amounts have the same content key"

    def test_content_key_raises_format_error_only(self) -> None:
        def is_key_or_refusal(data: bytes) -> None:
            try:
                assert isinstance(self._key(data), str)
            except FormatError:
                return

        is_key_or_refusal(b"")
        for whole in self._whole:
            for _, data in (*truncations(whole.data), *other_encodings(whole.data)):
                is_key_or_refusal(data)
        self._for_any(RANDOM_BYTES, is_key_or_refusal)

    # Damage

    def test_an_empty_file_is_refused(self) -> None:
        assert isinstance(self._outcome(b""), FormatError), "an empty file is accepted"

    def test_random_bytes_are_refused(self) -> None:
        def is_refused(data: bytes) -> None:
            assert isinstance(self._outcome(data), FormatError), "random bytes are accepted"

        self._for_any(RANDOM_BYTES, is_refused)

    def test_a_cut_file_is_refused(self) -> None:
        self._refused_or_the_same(truncations, may_lose=not self.states_its_end)

    def test_a_wrong_encoding_is_refused_or_changes_no_money(self) -> None:
        self._refused_or_the_same(other_encodings)

    def test_a_changed_file_is_refused_or_true_in_itself(self) -> None:
        whole = [whole.data for whole in self._whole]
        broken_anyway = {rule for rule in rules.RULES for whole in self._whole if rule(whole.events)}

        def is_refused_or_true(case: tuple[bytes, Any]) -> None:
            events = self._outcome(changed(*case))
            if not isinstance(events, FormatError):
                complaints = [text for rule in rules.RULES if rule not in broken_anyway for text in rule(events)]
                assert not complaints, _lines(complaints)

        if whole:
            self._for_any(st.tuples(st.sampled_from(whole), CHANGES), is_refused_or_true)

    def test_refusals_carry_a_code_of_their_own(self) -> None:
        codes = {error.code for error in self._refusals()}
        plain = sorted(code for code in codes if code == NO_CODE or not _CODE.fullmatch(code))

        assert not plain, f"no code of their own, in capitals: {plain}"

    def test_refusals_do_not_repeat_what_is_private(self) -> None:
        private = {text for whole in self._whole for text in _private(whole.events)}
        told = sorted({error.code for error in self._refusals() if any(text in str(error) for text in private)})

        assert not told, f"messages of these codes repeat payers, references or texts: {told}"

    # How the checks look

    def package_folder(self) -> Path:
        """Return the folder of the package that the reader belongs to."""
        module = type(self.make_reader()).__module__
        source = Path(inspect.getfile(type(self.make_reader())))
        return source.parents[module.count(".") - 1] if "." in module else source.parent

    @cached_property
    def _whole(self) -> list[Whole]:
        whole = []
        for sample in sample_files(self.samples):
            data = sample.read_bytes()
            events = self._outcome(data, must_end=False)
            if not isinstance(events, FormatError):
                whole.append(Whole(sample.name, data, events))
        return whole

    def _outcome(self, data: bytes, *, must_end: bool = True) -> list[FileEvent] | FormatError:
        """Return the events of a file or why it is refused; any other exception is the reader's fault and goes on."""
        try:
            events = list(self.make_reader().read(io.BytesIO(data)))
        except FormatError as error:
            return error
        assert not must_end or rules.is_complete(events), "the events end without FileClosed, and without a FormatError"
        return events

    def _accepted(self, data: bytes) -> list[FileEvent]:
        return list(self.make_reader().read(io.BytesIO(data)))

    def _drain(self, data: bytes) -> None:
        for _ in self.make_reader().read(io.BytesIO(data)):
            pass

    def _key(self, data: bytes) -> str:
        return self.make_reader().content_key(io.BytesIO(data))

    def _recognises(self, data: bytes) -> bool:
        return self.make_reader().recognises(data[:HEAD_BYTES]) is not Recognition.NO

    def _hold(self, rule: Callable[[Sequence[FileEvent]], list[str]]) -> None:
        complaints = [f"{whole.name}: {text}" for whole in self._whole for text in rule(whole.events)]
        assert not complaints, _lines(complaints)

    def _refused_or_the_same(
        self, damages: Callable[[bytes], Iterable[tuple[str, bytes]]], *, may_lose: bool = False
    ) -> None:
        complaints = []
        for whole in self._whole:
            for how, data in damages(whole.data):
                events = self._outcome(data)
                if not (isinstance(events, FormatError) or may_lose or _money(events) == _money(whole.events)):
                    complaints.append(f"{whole.name} {how}: accepted with other money")
        assert not complaints, _lines(complaints)

    def _refusals(self) -> list[FormatError]:
        kit: Any = type(self)
        return _refusals_of(kit)


def _binary(stream: Any) -> BinaryIO:
    found: BinaryIO = stream
    return found


def _apart(events: Sequence[FileEvent]) -> tuple[list[FileEvent], list[Warned]]:
    """Return the events without warnings, and the warnings, which may come by the block, in the order of lines."""
    warned = [event for event in events if isinstance(event, Warned)]
    said: list[FileEvent] = [event for event in events if not isinstance(event, Warned)]
    return said, sorted(warned, key=lambda event: (event.line or 0, event.code, event.field))


def _lines(complaints: Sequence[str]) -> str:
    return "\n".join(["", *complaints])


def _money(events: Sequence[FileEvent]) -> list[tuple[str, str, int]]:
    return [(type(entry).__name__, entry.currency, entry.amount_ore) for entry in rules.entries_of(events)]


def _private(events: Sequence[FileEvent]) -> set[str]:
    """Return what a message must not repeat: payers, references and free text."""
    found: list[str] = []
    for event in events:
        if isinstance(event, Payment):
            found += [event.reference, *event.texts]
            if event.payer is not None:
                found += [event.payer.name, event.payer.account, event.payer.identity, *event.payer.address]
    return {text for text in found if len(text) >= SHORTEST_PRIVATE}


@cache
def _refusals_of(kit: type[Any]) -> list[FormatError]:
    """Return what a reader says of its samples when they are cut or damaged; several checks look at it."""
    checks = kit()
    damaged = [data for whole in checks._whole for make in (truncations, spots) for _, data in make(whole.data)]
    outcomes = [checks._outcome(data, must_end=False) for data in damaged]
    return [outcome for outcome in outcomes if isinstance(outcome, FormatError)]
