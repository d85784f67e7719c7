"""The checks that every writer of payment orders (*utbetalning*) must pass, both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.contracts import PaymentOrderWriter, Recognition
from hub.errors import DataError
from hub.model.payment_orders import AnswerClosed, AnswerOpened, OrderAccount, OrderBatch, PaymentOrder, PaymentStatus
from hub.testing.conformance.told_files import ToldFilesConformance, refuses
from hub.testing.damage import RANDOM_BYTES, other_encodings, spots, truncations
from hub.testing.foreign_files import FOREIGN_FILES

PLAIN = PaymentOrder(
    "RH1R4711", 125_050, OrderAccount("bankgiro", "9912346"), "Örnsköldsviks Vatten", "Örnsköldsvik", "SE", "657866"
)
SEVERAL = (
    PLAIN,
    PLAIN._replace(end_to_end_id="RH1R4712", amount_ore=1, payee=OrderAccount("plusgiro", "10181"), reference=""),
    PLAIN._replace(
        end_to_end_id="RH1R4713",
        amount_ore=99_999_999_99,
        payee=OrderAccount("bban", "91501234567"),
        reference="",
        text="Återbetalning",
    ),
    PLAIN._replace(end_to_end_id="RH1R4714", payee=OrderAccount("iban", "SE3550000000054910000003"), reference=""),
)
BATCH = OrderBatch(
    message_id="RH1-261123-17",
    company="1",
    name="Nordvik & Co AB",
    organisation_number="5566778899",
    currency="SEK",
    made_at="2026-11-23T04:15:00",
    pay_on="2026-11-24",
    debtor=OrderAccount("iban", "SE4550000000058398257466"),
    debtor_giro=OrderAccount("bankgiro", "50501055"),
    orders=SEVERAL,
)
ODD_TEXTS = ("", '"', "<&>]]>", "}", "a\tb\r\nc", "日本語 €", "Ł\u0301 😀", "\x00\x1b", "x" * 5_000)
ODD_ORDERS = (
    PLAIN._replace(amount_ore=0),
    PLAIN._replace(amount_ore=-1),
    PLAIN._replace(amount_ore=10**17),
    PLAIN._replace(end_to_end_id="x" * 36),
    PLAIN._replace(end_to_end_id=""),
    PLAIN._replace(payee=OrderAccount("other", "1")),
    PLAIN._replace(payee=OrderAccount("iban", "NO9386011117947")),
    PLAIN._replace(payee_name=""),
    PLAIN._replace(payee_town=""),
    PLAIN._replace(reference="x" * 200),
)
Sums = Mapping[str, int]


class PaymentOrderWriterConformance(ToldFilesConformance):
    """Inherit this in a class whose name begins with `Test`, and say how the writer is made."""

    _contract, _opened, _closed = PaymentOrderWriter, AnswerOpened, AnswerClosed

    def make_writer(self) -> PaymentOrderWriter:
        """Return a new writer."""
        raise NotImplementedError("make_writer must return the writer")

    def read_again(self, data: bytes) -> Sums:
        """Return what a file orders, in öre by end-to-end id, read by a program that is not the writer's.

        Raises when an id stands twice.
        """
        raise NotImplementedError("read_again must read a file of orders by other means than the writer's")

    def told_samples(self) -> Mapping[str, bytes]:
        """Return whole answers of the bank, each with a name; some of them about single payments."""
        raise NotImplementedError("told_samples must return answers of the bank")

    # Writing

    def test_an_order_stands_in_one_part_whoever_asks(self) -> None:
        parts = [[self.make_writer().part_of(order) for order in SEVERAL] for _ in range(2)]

        assert parts[0] == parts[1], "the part of an order differs from one writer to the next"

    def test_the_same_batch_gives_the_same_bytes(self) -> None:
        assert self.make_writer().write(BATCH) == self.make_writer().write(BATCH), "made again it has other bytes"

    def test_every_payment_is_ordered_once(self) -> None:
        ordered = self.read_again(self.make_writer().write(BATCH))

        assert ordered == {one.end_to_end_id: one.amount_ore for one in SEVERAL}, "other payments or amounts"

    def test_a_payment_that_stands_twice_is_refused(self) -> None:
        assert self._refuses(PLAIN, PLAIN), "the bank would pay twice, or refuse the file"

    def test_a_file_of_nothing_is_refused(self) -> None:
        assert self._refuses(), "a file without payments is written"

    def test_what_cannot_be_paid_is_refused(self) -> None:
        writer = self.make_writer()
        passed = [one for one in ODD_ORDERS if writer.why_not(BATCH, one) and not self._refuses(one)]

        assert not passed, f"why_not says why they cannot be ordered, and they are: {len(passed)}"
        assert not [one for one in SEVERAL if writer.why_not(BATCH, one)], "an ordinary payment is said not to go"

    def test_what_can_be_paid_is_ordered_as_it_is(self) -> None:
        writer = self.make_writer()
        wrong = [one for one in ODD_ORDERS if not writer.why_not(BATCH, one) and not self._is_ordered(one)]

        assert not wrong, f"why_not has nothing against them, and they are ordered otherwise or not: {len(wrong)}"

    def test_a_payment_without_an_amount_is_never_ordered(self) -> None:
        assert all(self._refuses(one) for one in ODD_ORDERS[:2]), "an amount of zero or less is ordered"

    def test_a_text_in_any_letters_is_written(self) -> None:
        odd = [PLAIN._replace(text=text, payee_name=f"N {text}", reference="") for text in ODD_TEXTS]
        wrong = [one.text[:9] for one in odd if not self._is_ordered(one)]

        assert not wrong, f"a text keeps a payment from being ordered: {wrong}"

    # Answers

    def test_answers_are_recognised_and_nothing_else(self) -> None:
        writer = self.make_writer()
        missed = [name for name, data in self.told_samples().items() if not writer.recognises(data[:65536])]
        foreign = {name: data for name, data in FOREIGN_FILES.items() if name != "pain.002"}
        taken = [name for name, data in foreign.items() if writer.recognises(data) is not Recognition.NO]

        assert not missed, f"answers that are not recognised: {missed}"
        assert not taken, f"other files are taken for answers: {taken}"
        assert not writer.recognises(writer.write(BATCH)), "its own orders are taken for an answer"

    def test_recognising_raises_nothing(self) -> None:
        for data in self.told_samples().values():
            for _, damaged in (*spots(data), *other_encodings(data), *truncations(data)):
                self.make_writer().recognises(damaged)
        self._for_any(RANDOM_BYTES, lambda data: self.make_writer().recognises(data))

    def _is_ordered(self, order: PaymentOrder) -> bool:
        try:
            data = self.make_writer().write(BATCH._replace(orders=(order,)))
        except DataError:
            return False
        return dict(self.read_again(data)) == {order.end_to_end_id: order.amount_ore}

    def _refuses(self, *orders: PaymentOrder) -> bool:
        return refuses(lambda: self.make_writer().write(BATCH._replace(orders=orders)))

    def _adapter(self) -> PaymentOrderWriter:
        return self.make_writer()

    def _file_names(self) -> Sequence[str]:
        batches = [BATCH, BATCH._replace(message_id="RH1-261123-18"), BATCH._replace(message_id="RH12-6112-317")]
        return [self.make_writer().file_name(batch) for batch in batches]

    def _counts(self, closed: AnswerClosed, told: Sequence[Any]) -> bool:
        return closed.payments == sum(isinstance(event, PaymentStatus) for event in told)
