"""A section on its own."""

from __future__ import annotations

import pytest

from hub.errors import FormatError
from hub.formats.warning_limit import WarningLimit
from hub.formats.xml_layout import Amount
from hub.model.payment_file import Balance, SectionClosed, SectionOpened
from hub_autopay.mapping import NOTIFICATION, STATEMENT, Message
from hub_autopay.section import Section

ACCOUNT = {"section_other": "991-2346", "section_scheme": "BGNR"}


def section(message: Message = STATEMENT, **values: str) -> Section:
    return Section(
        message,
        {"id": "S1", **values},
        3,
        file_created_at="2026-11-21T07:00:00",
        refuse_partial=False,
        limit=WarningLimit(1),
    )


def test_second_account_in_a_section_is_refused() -> None:
    one = section()
    list(one.account(ACCOUNT, 4))

    with pytest.raises(FormatError) as caught:
        list(one.account(ACCOUNT, 5))

    assert caught.value.line == 5


def test_balance_before_the_account_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        list(section().balance({"amount": Amount("1.00", "SEK"), "indicator": "CRDT"}, 4))

    assert caught.value.code == "ACCOUNT_MISSING"


def test_debit_balance_is_below_zero() -> None:
    one = section()
    list(one.account(ACCOUNT, 4))

    values = {"code": "PRCD", "amount": Amount("1.00", "SEK"), "indicator": "DBIT"}

    assert list(one.balance(values, 5)) == [Balance(5, "opening", None, -100, "SEK")]


@pytest.mark.parametrize(("message", "serial"), [(STATEMENT, "231"), (NOTIFICATION, "")])
def test_only_statements_have_a_serial(message: Message, serial: str) -> None:
    one = section(message, electronic_number="231")
    (opened,) = one.account(ACCOUNT, 4)

    (closed,) = one.close(9)

    assert isinstance(opened, SectionOpened)
    assert isinstance(closed, SectionClosed)
    assert (closed.line, closed.entry_count, closed.serial) == (9, 0, serial)
