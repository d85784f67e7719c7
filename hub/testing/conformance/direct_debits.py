"""The checks that every scheme of direct debits (*autogiro*) must pass, orders out and answers in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hub.contracts import DirectDebitScheme, Recognition
from hub.model.direct_debits import (
    Direction,
    MandateOrder,
    MandateOrderKind,
    PayeeOrder,
    PaymentRequest,
    RequestCancellation,
    RequestMove,
    SchemeFile,
    SchemeFileClosed,
    SchemeFileOpened,
    SchemeOrder,
    SchemeWarned,
)
from hub.model.payment_file import PayeeAccount
from hub.testing.conformance.told_files import ToldFilesConformance, refuses
from hub.testing.damage import RANDOM_BYTES

MANY = 2_000
HEAD = SchemeFile(number=17, company="1", made_on="2026-11-23")
PAYEE = PayeeAccount("bankgiro", "9912346")
PAYER, ACCOUNT, IDENTITY = "70047118", "91501234567", "191212121212"
REQUEST = PaymentRequest(PAYER, 125_050, "2026-11-30", "1008", payer_account=ACCOUNT, payer_name="Testa Testsson")
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
_OTHERS = (b"", b"\0" * 200, b"<?xml version='1.0'?><Document/>", b'{"number": "1001"}\n', "å;ä;ö\r\n".encode("cp1252"))


class DirectDebitSchemeConformance(ToldFilesConformance):
    """Inherit this in a class whose name begins with `Test`, and say how the scheme is made."""

    ordinary: tuple[SchemeOrder, ...] = ORDINARY
    """What the scheme takes of it; of the rest it says why not."""
    counts_first: bool = False  # True: the head of a file says how many orders follow
    _contract, _opened, _closed = DirectDebitScheme, SchemeFileOpened, SchemeFileClosed

    def make_scheme(self) -> DirectDebitScheme:
        """Return a new scheme."""
        raise NotImplementedError("make_scheme must return the scheme")

    def told_samples(self) -> Mapping[str, bytes]:
        """Return whole files of answers, of each content that the scheme reads, each with a name."""
        raise NotImplementedError("told_samples must return files of answers")

    # Orders

    def test_what_the_core_orders_is_taken(self) -> None:
        scheme = self.make_scheme()
        refused = [type(one).__name__ for one in self.ordinary if scheme.why_not(PAYEE, one)]
        taken = [type(one).__name__ for one in ORDINARY if one not in self.ordinary and not scheme.why_not(PAYEE, one)]
        more = [*self.ordinary, REQUEST._replace(reference="1009")]

        assert not refused, f"why_not has something against ordinary orders: {refused}"
        assert not taken, f"why_not has nothing against orders that the scheme does not take: {taken}"
        assert len(self._written(more)) > len(self._written(self.ordinary)), "orders leave nothing in the file"

    def test_the_same_orders_give_the_same_bytes(self) -> None:
        assert self._written(self.ordinary) == self._written(self.ordinary), "made again the file has other bytes"

    def test_orders_are_taken_as_they_are_written(self) -> None:
        taken = 0

        def many() -> Iterator[PayeeOrder]:
            nonlocal taken
            for number in range(1, MANY + 1):
                taken = number
                yield PayeeOrder(PAYEE, REQUEST._replace(amount_ore=number))

        for _ in zip(range(3), self.make_scheme().write(HEAD, many()), strict=False):
            pass

        assert taken < MANY or self.counts_first, (
            "every order is taken before the first bytes are given: a large file fills the memory"
        )

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

    def test_answers_are_recognised_and_nothing_else_is(self) -> None:
        scheme = self.make_scheme()
        samples = self.told_samples().items()
        missed = [name for name, data in samples if scheme.recognises(data[: 64 * 1024]) is not Recognition.YES]
        taken = [
            other[:20]
            for other in (*_OTHERS, self._written(self.ordinary))
            if scheme.recognises(other) is Recognition.YES
        ]

        assert not missed, f"not recognised: {missed}"
        assert not taken, f"taken for answers: {taken}"

    def test_recognising_never_raises(self) -> None:
        def answers(data: bytes) -> None:
            assert self.make_scheme().recognises(data) in Recognition, "recognises answers something else"

        self._for_any(RANDOM_BYTES, answers)

    def _written(self, orders: Iterable[SchemeOrder]) -> bytes:
        return b"".join(self.make_scheme().write(HEAD, [PayeeOrder(PAYEE, one) for one in orders]))

    def _refuses(self, order: SchemeOrder) -> bool:
        return refuses(lambda: self._written([order]))

    def _adapter(self) -> DirectDebitScheme:
        return self.make_scheme()

    def _file_names(self) -> Sequence[str]:
        files = [HEAD, HEAD._replace(number=18), HEAD._replace(company="2"), HEAD._replace(company="11", number=7)]
        return [self.make_scheme().file_name(file) for file in files]

    def _counts(self, closed: SchemeFileClosed, told: Sequence[Any]) -> bool:
        return closed.rows == sum(not isinstance(event, SchemeWarned) for event in told)
