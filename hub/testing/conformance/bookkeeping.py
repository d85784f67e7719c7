"""The checks that every exporter of vouchers to a general ledger (*huvudbok*) must pass, both ways."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.contracts import BookkeepingExporter
from hub.errors import DataError, FormatError
from hub.model.bookkeeping import (
    BookedVoucher,
    FiscalYear,
    LedgerClosed,
    LedgerEvent,
    LedgerFile,
    LedgerLine,
    LedgerOpened,
    LedgerVoucher,
    ObjectOfLedger,
)
from hub.testing.damage import CHANGES, RANDOM_BYTES, changed, other_encodings, spots, truncations
from hub.testing.streams import Trickle

MANY = 2_000
HEAD = LedgerFile(
    number=17,
    company="1",
    name="Örnsköldsviks Vatten AB",
    organisation_number="556677-8899",
    currency="SEK",
    made_on="2026-11-23",
    years=(FiscalYear("2026-01-01", "2026-12-31"),),
)
PLAIN = LedgerVoucher(
    voucher_no=4711,
    series="K",
    date="2026-11-20",
    text="Giroinbetalningar",
    lines=(
        LedgerLine("1940", 125_050),
        LedgerLine("1510", -125_050, (ObjectOfLedger(1, "4 10"), ObjectOfLedger(6, "P7")), "Räkning"),
    ),
)
ODD_TEXTS = ("", '"', '\\"', "}", "#VER", "a\tb\r\nc", "日本語 €", "Ł\u0301 😀", "x" * 5_000)
ODD_VOUCHERS = (
    PLAIN._replace(lines=()),
    PLAIN._replace(series="Ω"),
    PLAIN._replace(lines=(LedgerLine("Ω1", 100), LedgerLine("", -100))),
    PLAIN._replace(lines=(LedgerLine("19 40", 0, (ObjectOfLedger(1, "日本"),)),)),
)
_NAME, _FILE = re.compile(r"[a-z][a-z0-9_]*"), re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_CODE = re.compile(r"[A-Z][A-Z0-9_]*")
_NO_CODE = FormatError("").code


class BookkeepingExporterConformance:
    """Inherit this in a class whose name begins with `Test`, and say how the exporter is made."""

    mutations: int = 200
    states_its_end: bool = True  # False: the format has no trailer, so a cut file may look whole

    def make_exporter(self) -> BookkeepingExporter:
        """Return a new exporter."""
        raise NotImplementedError("make_exporter must return the exporter")

    def ledger_samples(self) -> Mapping[str, bytes]:
        """Return whole files of the ledger, with balances and vouchers, each with a name."""
        raise NotImplementedError("ledger_samples must return files of the ledger")

    # What it is

    def test_is_a_bookkeeping_exporter_with_a_stable_name(self) -> None:
        exporter = self.make_exporter()

        assert isinstance(exporter, BookkeepingExporter), "the exporter lacks a member of BookkeepingExporter"
        assert _NAME.fullmatch(exporter.name), "the name is not lower case letters, digits and underscores"
        assert exporter.name == self.make_exporter().name, "the name differs from one exporter to the next"

    def test_every_file_has_a_name_of_its_own(self) -> None:
        files = [HEAD, HEAD._replace(number=18), HEAD._replace(company="2"), HEAD._replace(company="11", number=7)]
        names = [self.make_exporter().file_name(file) for file in files]

        assert all(_FILE.fullmatch(name) for name in names), "a name has more than letters, digits, _, . and -"
        assert len(set(names)) == len(names), "two files have one name: the second would take the first one's place"

    # Writing

    def test_the_same_vouchers_give_the_same_bytes(self) -> None:
        assert self._written([PLAIN]) == self._written([PLAIN]), "made again the file has other bytes"

    def test_vouchers_are_taken_as_they_are_written(self) -> None:
        taken = 0

        def many() -> Iterator[LedgerVoucher]:
            nonlocal taken
            for number in range(1, MANY + 1):
                taken = number
                yield PLAIN._replace(voucher_no=number)

        next(iter(self.make_exporter().write(HEAD, many())))

        assert taken < MANY, "every voucher is taken before the first byte is given: a large export fills the memory"

    def test_a_voucher_out_of_balance_is_refused(self) -> None:
        wrong = PLAIN._replace(lines=(LedgerLine("1940", 125_050), LedgerLine("1510", -125_049)))

        assert self._refuses(wrong), "a voucher is written although it does not sum to zero"

    def test_what_cannot_be_held_is_refused(self) -> None:
        exporter = self.make_exporter()
        passed = [one for one in ODD_VOUCHERS if exporter.why_not(one) and not self._refuses(one)]

        assert not passed, f"why_not says why they cannot be written, and they are: {len(passed)}"
        assert not exporter.why_not(PLAIN), "why_not has something against an ordinary voucher"

    def test_what_can_be_held_is_held_whole(self) -> None:
        exporter = self.make_exporter()
        held = [one for one in ODD_VOUCHERS if not exporter.why_not(one)]

        assert [one for one in held if self._read_again(one) != _as_booked(one)] == [], "written, and read otherwise"

    def test_a_text_in_any_letters_is_written(self) -> None:
        line = PLAIN.lines[0]
        odd = [PLAIN._replace(text=text, lines=(line._replace(text=text), PLAIN.lines[1])) for text in ODD_TEXTS]
        wrong = [one.text[:9] for one in odd if self._read_again(one) != _as_booked(one)]

        assert not wrong, f"a text makes the voucher another: {wrong}"

    def test_what_is_written_is_read_again(self) -> None:
        vouchers = [
            PLAIN,
            PLAIN._replace(voucher_no=1, series="L", date="2026-01-01"),
            PLAIN._replace(voucher_no=10**12),
        ]
        events = self._read(self._written(vouchers))
        opened = next(event for event in events if isinstance(event, LedgerOpened))
        booked = [_without_texts(event) for event in events if isinstance(event, BookedVoucher)]

        assert booked == [_as_booked(voucher) for voucher in vouchers], "vouchers are read otherwise than written"
        assert opened.organisation_number == HEAD.organisation_number, "the organisation number is read otherwise"
        assert opened.made_on == HEAD.made_on, "the day it was made is read otherwise"

    # Reading

    def test_a_file_of_the_ledger_is_read_whole(self) -> None:
        samples = self.ledger_samples()
        read = {name: self._read(data) for name, data in samples.items()}
        wrong = [name for name, events in read.items() if not _is_whole(events)]

        assert samples, "ledger_samples returns none"
        assert not wrong, f"not LedgerOpened first and LedgerClosed last, once each, with the right counts: {wrong}"

    def test_a_file_that_comes_slowly_is_read_alike(self) -> None:
        for name, data in self.ledger_samples().items():
            slow: Any = Trickle(data)
            assert list(self.make_exporter().read(slow)) == self._read(data), f"read otherwise by a few bytes: {name}"

    def test_a_cut_file_is_refused(self) -> None:
        cuts = [cut for data in self._whole() for _, cut in truncations(data)] if self.states_its_end else []
        taken = [len(cut) for cut in cuts if _outcome(self.make_exporter(), cut) is None]

        assert not taken, f"read as if it were whole, of bytes: {taken}"

    def test_damage_ends_in_a_format_error(self) -> None:
        def ends_rightly(data: bytes) -> None:
            error = _outcome(self.make_exporter(), data)
            assert error is None or isinstance(error, FormatError), f"not a FormatError: {type(error).__name__}"

        for data in self._whole():
            for _, damaged in (*spots(data), *other_encodings(data), *truncations(data)):
                ends_rightly(damaged)
        self._for_any(st.tuples(st.sampled_from(self._whole()), CHANGES), lambda both: ends_rightly(changed(*both)))
        self._for_any(RANDOM_BYTES, ends_rightly)

    def test_an_error_has_a_code_of_its_own(self) -> None:
        damaged = [one for data in self._whole() for _, one in spots(data)]
        errors = [_outcome(self.make_exporter(), data) for data in damaged]
        bare = {error.code for error in errors if isinstance(error, FormatError) and not _says_what(error)}

        assert not bare, f"a FormatError whose code says nothing: {sorted(bare)}"

    def _whole(self) -> list[bytes]:
        return [*self.ledger_samples().values(), self._written([PLAIN])]

    def _written(self, vouchers: Iterable[LedgerVoucher]) -> bytes:
        return b"".join(self.make_exporter().write(HEAD, vouchers))

    def _read(self, data: bytes) -> list[LedgerEvent]:
        return list(self.make_exporter().read(io.BytesIO(data)))

    def _read_again(self, voucher: LedgerVoucher) -> BookedVoucher | None:
        """Return what is read of a voucher that was written, its texts left out; None when it is not read at all."""
        try:
            events = self._read(self._written([voucher]))
        except DataError:
            return None
        return next((_without_texts(event) for event in events if isinstance(event, BookedVoucher)), None)

    def _refuses(self, voucher: LedgerVoucher) -> bool:
        try:
            self._written([voucher])
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


def _outcome(exporter: BookkeepingExporter, data: bytes) -> Exception | None:
    """Return what ends the reading of a file, None when it is read whole."""
    try:
        for _ in exporter.read(io.BytesIO(data)):
            pass
    except Exception as error:  # noqa: BLE001 - whatever comes out is what is looked at
        return error
    return None


def _says_what(error: FormatError) -> bool:
    return error.code != _NO_CODE and bool(_CODE.fullmatch(error.code))


def _is_whole(events: list[LedgerEvent]) -> bool:
    kinds = [type(event).__name__ for event in events]
    counted = [kinds.count(name) for name in ("LedgerAccount", "LedgerBalance", "BookedVoucher")]
    ends = (kinds[:1], kinds[-1:], kinds.count("LedgerOpened"), kinds.count("LedgerClosed"))
    if ends != (["LedgerOpened"], ["LedgerClosed"], 1, 1):
        return False
    closed = events[-1]
    return isinstance(closed, LedgerClosed) and list(closed) == counted


def _as_booked(voucher: LedgerVoucher) -> BookedVoucher:
    return _without_texts(BookedVoucher(voucher.voucher_no, voucher.series, "", voucher.date, voucher.lines))


def _without_texts(voucher: BookedVoucher) -> BookedVoucher:
    return voucher._replace(lines=tuple(line._replace(text="") for line in voucher.lines))
