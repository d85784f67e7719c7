"""What a slip in a reference may have been, and which reason is the better one."""

from __future__ import annotations

from hub.model.payments import Candidate, UnmatchedPayment
from hub.model.receivables import OpenReceivable
from hub.rules.payments.manual import candidate_of
from hub.rules.payments.matching import Tokens
from hub.rules.payments.suggesting import suggest, variants

PAYMENT = UnmatchedPayment(
    1, 1, 10000, "SEK", "2026-11-16", "0010017", "", (), (), "Anna Test", "", "", 1, 1, "1", "payment"
)
TOKENS = Tokens("0010017", (), ("555",), ("4711",), "")


def receivable(number: int, open_ore: int = 10000, **more: object) -> OpenReceivable:
    row = OpenReceivable(
        number, "1", str(number), "x", 1, "invoice", "01", 1, "SEK", "2026-10-31", "", "", open_ore, 0, 0
    )
    return row._replace(**more)  # type: ignore[arg-type]


def found(number: int, how: str, token: str, open_ore: int = 10000, **more: object) -> Candidate:
    return candidate_of(receivable(number, open_ore, **more))._replace(how=how, token=token)


def reasons(*candidates: Candidate, equal: tuple[OpenReceivable, ...] = ()) -> list[tuple[int, str]]:
    return [(one.receivable_id, one.reason) for one in suggest(PAYMENT, TOKENS, candidates, equal)]


def test_variants_drop_zeros_in_front_and_the_last_digits_but_nothing_too_short() -> None:
    assert variants("0010017") == ["10017", "001001", "00100", "1001"]
    assert variants("1234") == []


def test_each_receivable_is_suggested_once_for_its_best_reason() -> None:
    same = [found(7, "number", "001001"), found(7, "reference", "0010017"), found(7, "payer", "x")]

    assert reasons(*same, equal=(receivable(7),)) == [(7, "reference")]


def test_reasons_come_in_order_and_within_one_the_exact_amount_first() -> None:
    ordered = reasons(
        found(1, "payer", "x", 5),
        found(2, "reference", "10017", 5),
        found(3, "reference", "10017"),
        found(4, "number", "4711"),
        found(5, "reference", "555"),
        equal=(receivable(6), receivable(8, debtor_name="ANNA  TEST")),
    )

    assert ordered == [
        (5, "reference_in_text"),
        (4, "invoice_number"),
        (8, "name_and_amount"),
        (3, "reference_variant"),
        (2, "reference_variant"),
        (1, "payer"),
        (6, "amount"),
    ]


def test_what_is_settled_internal_or_anothers_is_never_suggested() -> None:
    assert not reasons(
        found(1, "reference", "0010017", 0),
        found(2, "reference", "0010017", -500),
        found(3, "reference", "0010017", kind="internal"),
        found(4, "reference", "0010017", company="2"),
        found(5, "reference", "0010017", currency="EUR"),
    )
