"""The checks that every exporter of vouchers to a general ledger (*huvudbok*) must pass, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hub.contracts import BookkeepingExporter
from hub.errors import DataError
from hub.model.bookkeeping import (
    BookedVoucher,
    FiscalYear,
    LedgerAccount,
    LedgerBalance,
    LedgerClosed,
    LedgerFile,
    LedgerLine,
    LedgerOpened,
    LedgerVoucher,
    ObjectOfLedger,
)
from hub.testing.conformance.told_files import ToldFilesConformance, refuses

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


class BookkeepingExporterConformance(ToldFilesConformance):
    """Inherit this in a class whose name begins with `Test`, and say how the exporter is made."""

    _contract, _opened, _closed = BookkeepingExporter, LedgerOpened, LedgerClosed

    def make_exporter(self) -> BookkeepingExporter:
        """Return a new exporter."""
        raise NotImplementedError("make_exporter must return the exporter")

    def told_samples(self) -> Mapping[str, bytes]:
        """Return whole files of the ledger, with balances and vouchers, each with a name."""
        raise NotImplementedError("told_samples must return files of the ledger")

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

    # What the checks are made of

    def _adapter(self) -> BookkeepingExporter:
        return self.make_exporter()

    def _file_names(self) -> Sequence[str]:
        files = [HEAD, HEAD._replace(number=18), HEAD._replace(company="2"), HEAD._replace(company="11", number=7)]
        return [self.make_exporter().file_name(file) for file in files]

    def _counts(self, closed: LedgerClosed, told: Sequence[Any]) -> bool:
        kinds = [type(event) for event in told]
        return list(closed) == [kinds.count(kind) for kind in (LedgerAccount, LedgerBalance, BookedVoucher)]

    def _whole_files(self) -> list[bytes]:
        return [*super()._whole_files(), self._written([PLAIN])]

    def _written(self, vouchers: Iterable[LedgerVoucher]) -> bytes:
        return b"".join(self.make_exporter().write(HEAD, vouchers))

    def _read_again(self, voucher: LedgerVoucher) -> BookedVoucher | None:
        """Return what is read of a voucher that was written, its texts left out; None when it is not read at all."""
        try:
            events = self._read(self._written([voucher]))
        except DataError:
            return None
        return next((_without_texts(event) for event in events if isinstance(event, BookedVoucher)), None)

    def _refuses(self, voucher: LedgerVoucher) -> bool:
        return refuses(lambda: self._written([voucher]))


def _as_booked(voucher: LedgerVoucher) -> BookedVoucher:
    return _without_texts(BookedVoucher(voucher.voucher_no, voucher.series, "", voucher.date, voucher.lines))


def _without_texts(voucher: BookedVoucher) -> BookedVoucher:
    return voucher._replace(lines=tuple(line._replace(text="") for line in voucher.lines))
