"""Sergel's file, as far as it is public, read back by a reader that knows nothing of the layout.

The reader cuts each record where the published facts say, by hand, so that a wrong width in the layout shows.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hub.model.claims import ClaimInterest, InterestBasis
from hub.model.collection import OrderKind
from hub.testing.sample_cases import CLAIM, DEBTOR, batch_of, changed, order_of
from plugins.collection_agencies.tests.test_folder_agencies import agency

ADDRESSES = {"100": b"INKASSOIDPOST+1234567+INKASSO+new_cases'", "600": b"SERGELIDPOST+1234567+SERGEL+messages'"}


def lines_of(content: bytes) -> list[str]:
    """Part a file as its reader would: latin-1, CR LF behind every line."""
    assert content.endswith(b"\r\n")
    return content.decode("latin-1").split("\r\n")[:-1]


def cut(line: str, *widths: int) -> list[str]:
    """Cut the columns of a record behind its type, and what is left."""
    at, parts = 3, []
    for width in widths:
        parts.append(line[at : at + width])
        at += width
    return [*parts, line[at:]]


def new_cases(content: bytes) -> list[dict[str, Any]]:
    """Read a file of new cases."""
    lines = lines_of(content)
    assert lines[0].encode() == ADDRESSES["100"]
    assert lines[1][:3] == "100"
    cases: list[dict[str, Any]] = []
    for line in lines[2:-1]:
        kind = line[:3]
        if kind == "110":
            client, debtor = cut(line, 7)
            cases.append({"client": client, "debtor": debtor, "invoices": []})
        elif kind == "120":
            _, number, name, street, code, city, _, flag = cut(line, 1, 12, 36, 36, 5, 28, 12)
            cases[-1] |= {"number": number, "name": name, "street": street, "code": code, "city": city, "flag": flag}
            assert len(line) == 3 + 1 + 12 + 36 + 36 + 5 + 28 + 12 + 1
        elif kind == "121":
            cases[-1]["care_of"] = line[3:]
        elif kind == "129":
            key, temporary, _, currency, _, _, rest = cut(line, 60, 30, 3, 3, 20, 6)
            cases[-1] |= {"key": key.rstrip(), "temporary": temporary.rstrip(), "currency": currency}
            assert rest == ""
        elif kind == "130":
            made, due, _, claim_type, rate, _, amount, invoice, text = cut(line, 6, 6, 5, 1, 4, 1, 12, 20)
            cases[-1]["invoices"].append((made, due, claim_type, rate, int(amount), invoice.rstrip(), text))
        else:
            raise AssertionError(f"there is no record {kind}")
    invoices, debtors, total, rest = cut(lines[-1], 10, 10, 15)
    found = [invoice for case in cases for invoice in case["invoices"]]
    assert (lines[-1][:3], rest) == ("199", "")
    assert (int(invoices), int(debtors), int(total)) == (len(found), len(cases), sum(one[4] for one in found))
    return cases


def test_new_cases_are_read_by_somebody_else():
    orders = (order_of(), changed(order_of(), invoice_no="10010008", kind="rent", principal_open_ore=1, fee_open_ore=0))

    first, second = new_cases(agency("sergel").write(batch_of(*orders)))

    assert first == {
        "client": "1234567",
        "debtor": "4711",
        "number": "191212121212",
        "name": "Tolvan Tolvansson".ljust(36),
        "street": "Storgatan 1".ljust(36),
        "code": "12345",
        "city": "Örnsköldsvik".ljust(28),
        "flag": "J",
        "care_of": "c/o Åsa Öberg",
        "key": "O-1",
        "temporary": "C-1",
        "currency": "SEK",
        "invoices": [("260831", "260930", "F", "0800", 106_050, "10010007", 'Vatten; "hösten"')],
    }
    assert [one[2:6] for one in second["invoices"]] == [("A", "0800", 1, "10010008")]


def test_a_fixed_rate_stands_where_the_spread_does_and_is_not_above_the_reference_rate():
    fixed = ClaimInterest(basis=InterestBasis.FIXED, percent=Decimal(12), start_date="2026-10-01")
    content = agency("sergel").write(batch_of(order_of(), changed(order_of(), interest=fixed)))
    rates = [line[21:26] for line in content.decode("latin-1").splitlines() if line.startswith("130")]

    assert rates == ["0800J", "1200N"]


def test_a_long_name_is_cut_where_the_layout_says_so_and_a_long_number_never():
    sergel = agency("sergel")
    long_name = DEBTOR.model_copy(update={"name": "Å" * 60})
    long_number = DEBTOR.model_copy(update={"number": "1" * 17})

    (case,) = new_cases(sergel.write(batch_of(order_of(claim=CLAIM.model_copy(update={"debtors": (long_name,)})))))

    assert case["name"] == "Å" * 36
    assert "holds 16" in sergel.why_not(order_of(claim=CLAIM.model_copy(update={"debtors": (long_number,)})))


def test_one_debtor_that_cannot_be_written_does_not_fail_the_file():
    """The core leaves out whom `why_not` names, one by one: a missing town is no reason, a missing number is."""
    nameless = DEBTOR.model_copy(update={"number": ""})
    sergel = agency("sergel")
    orders = [order_of(), order_of(claim=CLAIM.model_copy(update={"debtors": (nameless,)}))]

    fit = [order for order in orders if not sergel.why_not(order)]

    assert len(fit) == 1
    assert len(new_cases(sergel.write(batch_of(*fit)))) == 1


def test_balances_are_read_by_somebody_else():
    orders = [order_of(kind) for kind in (OrderKind.DIRECT_PAYMENT, OrderKind.CREDIT, OrderKind.DEBTOR_UPDATE)]

    lines = lines_of(agency("sergel").write(batch_of(*orders)))

    assert lines[0].encode() == ADDRESSES["600"]
    assert [line[:3] for line in lines[1:]] == ["600", "610", "610", "660", "699"]
    client, _, debtor, invoice, day, amount, _, _, left, rest = cut(lines[2], 7, 7, 16, 20, 6, 12, 60, 20, 12)
    assert (client, debtor.rstrip(), invoice.rstrip(), day) == ("1234567", "4711", "10010007", "261123")
    assert (int(amount), int(left), rest) == (50_000, 56_050, "")
    client, _, debtor, _, _, street, code, city, end = cut(lines[4], 7, 7, 16, 20, 6, 36, 5, 28)
    assert (street.rstrip(), code, city.rstrip(), end) == ("Storgatan 1", "12345", "Örnsköldsvik", "99")
    assert int(cut(lines[5], 10)[0]) == 5  # of the records, with the first and the last


@pytest.mark.parametrize("kind", [OrderKind.RECALL, OrderKind.HOLD, OrderKind.RELEASE])
def test_what_the_public_facts_do_not_show_is_for_a_person(kind):
    assert "no record" in agency("sergel").why_not(order_of(kind))
