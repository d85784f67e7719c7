"""The checks that every scheme of direct debits (*autogiro*) must pass, orders out and answers in."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.contracts import DirectDebitScheme, Recognition
from hub.errors import DataError, FormatError
from hub.model.direct_debits import (
    Direction,
    MandateOrder,
    MandateOrderKind,
    PayeeOrder,
    PaymentRequest,
    RequestCancellation,
    RequestMove,
    SchemeEvent,
    SchemeFile,
    SchemeFileClosed,
    SchemeOrder,
    SchemeWarned,
)
from hub.model.payment_file import PayeeAccount
from hub.testing.damage import CHANGES, RANDOM_BYTES, changed, other_encodings, spots, truncations
from hub.testing.streams import Trickle

MANY = 2_000
HEAD = SchemeFile(number=17, company="1", made_on="2026-11-23")
PAYEE = PayeeAccount("bankgiro", "9912346")
PAYER, ACCOUNT, IDENTITY = "70047118", "91501234567", "191212121212"
REQUEST = PaymentRequest(PAYER, 125_050, "2026-11-30", "1008")
ORDINARY: tuple[SchemeOrder, ...] = (
    MandateOrder(MandateOrderKind.NEW, PAYER, ACCOUNT, IDENTITY),
    MandateOrder(MandateOrderKind.APPROVE, PAYER),
    MandateOrder(MandateOrderKind.REJECT, PAYER),
    MandateOrder(MandateOrderKind.CANCEL, PAYER),
    REQUEST,
    RequestCancellation(PAYER, "2026-11-30", 125_050, reference="1008"),
    RequestMove("2026-12-01", "2026-11-30", PAYER, 125_050, reference="1008"),
)
"""What the core orders by itself; a scheme takes it all."""

ODD: tuple[SchemeOrder, ...] = (
    REQUEST._replace(payer_number=""),
    REQUEST._replace(payer_number="47Å"),
    REQUEST._replace(payer_number="1" * 40),
    REQUEST._replace(amount_ore=0),
    REQUEST._replace(amount_ore=10**15),
    REQUEST._replace(reference="x" * 200),
    REQUEST._replace(reference="日本"),
    REQUEST._replace(direction=Direction.PAY),
    MandateOrder(MandateOrderKind.NEW, ""),
    MandateOrder(MandateOrderKind.NEW, PAYER, "9" * 60, IDENTITY),
    MandateOrder(MandateOrderKind.CHANGE_PAYER_NUMBER, PAYER, new_payer_number="1" * 40),
)
_NAME, _FILE = re.compile(r"[a-z][a-z0-9_]*"), re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_CODE = re.compile(r"[A-Z][A-Z0-9_]*")
_NO_CODE = FormatError("").code
_OTHERS = (b"", b"\0" * 200, b"<?xml version='1.0'?><Document/>", b'{"number": "1001"}\n', "å;ä;ö\r\n".encode("cp1252"))


class DirectDebitSchemeConformance:
    """Inherit this in a class whose name begins with `Test`, and say how the scheme is made."""

    mutations: int = 200
    states_its_end: bool = True  # False: some answers have no trailer, so a cut file may look whole

    def make_scheme(self) -> DirectDebitScheme:
        """Return a new scheme."""
        raise NotImplementedError("make_scheme must return the scheme")

    def answer_samples(self) -> Mapping[str, bytes]:
        """Return whole files of answers, of each content that the scheme reads, each with a name."""
        raise NotImplementedError("answer_samples must return files of answers")

    # What it is

    def test_is_a_scheme_with_a_stable_name(self) -> None:
        scheme = self.make_scheme()

        assert isinstance(scheme, DirectDebitScheme), "the scheme lacks a member of DirectDebitScheme"
        assert _NAME.fullmatch(scheme.name), "the name is not lower case letters, digits and underscores"
        assert scheme.name == self.make_scheme().name, "the name differs from one scheme to the next"

    def test_every_file_has_a_name_of_its_own(self) -> None:
        files = [HEAD, HEAD._replace(number=18), HEAD._replace(company="2"), HEAD._replace(company="11", number=7)]
        names = [self.make_scheme().file_name(file) for file in files]

        assert all(_FILE.fullmatch(name) for name in names), "a name has more than letters, digits, _, . and -"
        assert len(set(names)) == len(names), "two files have one name: the second would take the first one's place"

    # Orders

    def test_what_the_core_orders_is_taken(self) -> None:
        scheme = self.make_scheme()
        refused = [type(one).__name__ for one in ORDINARY if scheme.why_not(PAYEE, one)]

        assert not refused, f"why_not has something against ordinary orders: {refused}"
        assert len(self._written(ORDINARY)) > len(self._written(ORDINARY[:1])), "orders leave nothing in the file"

    def test_the_same_orders_give_the_same_bytes(self) -> None:
        assert self._written(ORDINARY) == self._written(ORDINARY), "made again the file has other bytes"

    def test_orders_are_taken_as_they_are_written(self) -> None:
        taken = 0

        def many() -> Iterator[PayeeOrder]:
            nonlocal taken
            for number in range(1, MANY + 1):
                taken = number
                yield PayeeOrder(PAYEE, REQUEST._replace(amount_ore=number))

        for _ in zip(range(3), self.make_scheme().write(HEAD, many()), strict=False):
            pass

        assert taken < MANY, "every order is taken before the first bytes are given: a large file fills the memory"

    def test_what_cannot_be_held_is_refused(self) -> None:
        scheme = self.make_scheme()
        passed = [one for one in ODD if scheme.why_not(PAYEE, one) and not self._refuses(one)]

        assert not passed, f"why_not says why they cannot be written, and they are: {len(passed)}"

    def test_another_order_gives_other_bytes(self) -> None:
        changes: list[SchemeOrder] = [
            REQUEST,
            REQUEST._replace(payer_number="47118"),
            REQUEST._replace(amount_ore=125_051),
            REQUEST._replace(on_date="2026-12-01"),
            REQUEST._replace(reference="1009"),
        ]
        files = [self._written([one]) for one in changes]

        assert len(set(files)) == len(files), "two orders that differ are written alike"

    # Answers

    def test_a_file_of_answers_is_read_whole(self) -> None:
        samples = self.answer_samples()
        wrong = [name for name, data in samples.items() if not _is_whole(self._read(data))]

        assert samples, "answer_samples returns none"
        assert not wrong, f"not SchemeFileOpened first and SchemeFileClosed last, once each, with its rows: {wrong}"

    def test_a_file_that_comes_slowly_is_read_alike(self) -> None:
        for name, data in self.answer_samples().items():
            slow: Any = Trickle(data)
            assert list(self.make_scheme().read(slow)) == self._read(data), f"read otherwise by a few bytes: {name}"

    def test_answers_are_recognised_and_nothing_else_is(self) -> None:
        scheme = self.make_scheme()
        samples = self.answer_samples().items()
        missed = [name for name, data in samples if scheme.recognises(data[: 64 * 1024]) is not Recognition.YES]
        taken = [
            other[:20] for other in (*_OTHERS, self._written(ORDINARY)) if scheme.recognises(other) is Recognition.YES
        ]

        assert not missed, f"not recognised: {missed}"
        assert not taken, f"taken for answers: {taken}"

    def test_recognising_never_raises(self) -> None:
        def answers(data: bytes) -> None:
            assert self.make_scheme().recognises(data) in Recognition, "recognises answers something else"

        self._for_any(RANDOM_BYTES, answers)

    def test_a_cut_file_is_refused(self) -> None:
        samples = self.answer_samples().values() if self.states_its_end else ()
        cuts = [cut for data in samples for _, cut in truncations(data) if data[len(cut) :].strip()]  # more than blanks
        taken = [len(cut) for cut in cuts if _outcome(self.make_scheme(), cut) is None]

        assert not taken, f"read as if it were whole, of bytes: {taken}"

    def test_damage_ends_in_a_format_error(self) -> None:
        def ends_rightly(data: bytes) -> None:
            error = _outcome(self.make_scheme(), data)
            assert error is None or isinstance(error, FormatError), f"not a FormatError: {type(error).__name__}"

        whole = list(self.answer_samples().values())
        for data in whole:
            for _, damaged in (*spots(data), *other_encodings(data), *truncations(data)):
                ends_rightly(damaged)
        self._for_any(st.tuples(st.sampled_from(whole), CHANGES), lambda both: ends_rightly(changed(*both)))
        self._for_any(RANDOM_BYTES, ends_rightly)

    def test_an_error_has_a_code_of_its_own(self) -> None:
        damaged = [one for data in self.answer_samples().values() for _, one in spots(data)]
        errors = [_outcome(self.make_scheme(), data) for data in damaged]
        bare = {error.code for error in errors if isinstance(error, FormatError) and not _says_what(error)}

        assert not bare, f"a FormatError whose code says nothing: {sorted(bare)}"

    def _written(self, orders: Iterable[SchemeOrder]) -> bytes:
        return b"".join(self.make_scheme().write(HEAD, [PayeeOrder(PAYEE, one) for one in orders]))

    def _read(self, data: bytes) -> list[SchemeEvent]:
        return list(self.make_scheme().read(io.BytesIO(data)))

    def _refuses(self, order: SchemeOrder) -> bool:
        try:
            self._written([order])
        except DataError:
            return True
        return False

    def _for_any(self, strategy: st.SearchStrategy[Any], check: Callable[[Any], None]) -> None:
        limits = settings(
            max_examples=self.mutations,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        limits(given(strategy)(check))()


def _outcome(scheme: DirectDebitScheme, data: bytes) -> Exception | None:
    """Return what ends the reading of a file, None when it is read whole."""
    try:
        for _ in scheme.read(io.BytesIO(data)):
            pass
    except Exception as error:  # noqa: BLE001 - whatever comes out is what is looked at
        return error
    return None


def _says_what(error: FormatError) -> bool:
    return error.code != _NO_CODE and bool(_CODE.fullmatch(error.code))


def _is_whole(events: list[SchemeEvent]) -> bool:
    kinds = [type(event).__name__ for event in events]
    ends = (kinds[:1], kinds[-1:], kinds.count("SchemeFileOpened"), kinds.count("SchemeFileClosed"))
    if ends != (["SchemeFileOpened"], ["SchemeFileClosed"], 1, 1):
        return False
    rows = [event for event in events[1:-1] if not isinstance(event, SchemeWarned)]
    closed = events[-1]
    return isinstance(closed, SchemeFileClosed) and closed.rows == len(rows)
