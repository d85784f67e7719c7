"""Autogiro and Total IN files of our own making: `python plugins/bankgiro/tests/autogiro_files.py` writes the samples.

Records are written by the plugin's layouts; what must be read of them stands beside each sample, for a person to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from hub.testing.golden import write_golden_files
from hub_bankgiro.autogiro.payments import SpecificationReader
from hub_bankgiro.layouts import autogiro_from_bankgirot as layouts
from hub_bankgiro.layouts import total_in
from hub_bankgiro.total_in.reader import TotalInReader

FOLDER = Path(__file__).parent
SPECIFICATIONS, TOTALS = FOLDER / "samples_autogiro", FOLDER / "samples_total_in"
DAY = date(2026, 11, 20)
BANKGIRO = "9912346"
CUSTOMER = "471117"
PERSON = "191212121212"
ACCOUNT = "3300001212121212"
CONTENTS = {
    "specification": "BET. SPEC & STOPP TK",
    "advice": "AG-MEDAVI",
    "rejected": "AVVISADE BET UPPDR",
    "changes": "MAKULERING/ÄNDRING",
}


def as_file(records: Iterable[str], end: str = "\r\n") -> bytes:
    """Return records as a file in latin-1."""
    return "".join(record + end for record in records).encode("latin-1")


def opening(content: str, bankgiro: str = BANKGIRO) -> str:
    """Return the opening record of the new layout."""
    return layouts.OPENING.write(
        date=DAY, time="193055123456", content=CONTENTS[content], customer=CUSTOMER, bankgiro=bankgiro
    )


def old_opening(content: str = "", bankgiro: str = BANKGIRO) -> str:
    """Return the opening record of the old layout; blank content: a payment specification."""
    return layouts.OLD_OPENING.write(date=DAY, content=content, customer=CUSTOMER, bankgiro=bankgiro)


def row(code: str, amount_ore: int, payer: str = "102", reference: str = "657866", **more: Any) -> dict[str, Any]:
    """Return the values of a request's record."""
    common = {
        "date": DAY,
        "period": "0",
        "times": "",
        "payer": payer,
        "amount": amount_ore,
        "bankgiro": BANKGIRO,
        "reference": reference,
    }
    return {"code": code, **common, **more}


def outcome(code: str, amount_ore: int, status: str = "0", **more: Any) -> str:
    """Return a record 82 or 32 of a payment specification."""
    values = row(code, amount_ore, status=status, **more)
    return layouts.SPECIFICATION[values.pop("code")].write(**values)


def refund(amount_ore: int, refund_code: str = "02", **more: Any) -> str:
    """Return a record 77."""
    values = row("77", amount_ore, refund_date=DAY, refund_code=refund_code, **more)
    return layouts.REFUND.write(**{name: value for name, value in values.items() if name != "code"})


def section(code: str, amount_ore: int, count: int, serial: str = "00001") -> str:
    """Return a record 15, 16 or 17."""
    return layouts.SPECIFICATION[code].write(
        account="8901003232323232".zfill(35), date=DAY, serial=serial, amount=amount_ore, count=count
    )


def specification_end(**counts: int) -> str:
    """Return record 09 of a payment specification; counts that are not given are zero."""
    names = ("in_sections", "in_count", "out_sections", "out_count", "refund_sections", "refund_count")
    return layouts.SPECIFICATION_END.write(date=DAY, **(dict.fromkeys(names, 0) | counts))


def sums_end(**sums: int) -> str:
    """Return record 09 with sums; those that are not given are zero."""
    names = ("in_amount", "in_count", "out_amount", "out_count")
    return layouts.SUMS_END.write(date=DAY, **(dict.fromkeys(names, 0) | sums))


def specification() -> Iterator[str]:
    """Every kind of row: paid, failed twice, tried again, paid out, failed to be paid out, refunded in two sections."""
    yield opening("specification")
    yield section("15", 125000 + 40050, 2)
    yield outcome("82", 125000)
    yield outcome("82", 40050, payer="103", reference="658765", period="5", times="006")
    yield outcome("82", 77700, "1", payer="104")
    yield outcome("82", 88800, "2", payer="105")
    yield outcome("82", 99900, "9", payer="106")
    yield section("16", 3000, 1)
    yield outcome("32", 3000, reference="ÅTERBET")
    yield outcome("32", 4000, "1", payer="103", reference="")
    yield section("17", 125000, 1)
    yield refund(125000, date=date(2026, 11, 3))
    yield section("17", 500, 1)
    yield refund(500, "01", payer="107", reference="")
    yield specification_end(in_sections=1, in_count=2, out_sections=1, out_count=1, refund_sections=2, refund_count=2)


def old_specification() -> Iterator[str]:
    """The old layout: no sections, and no status for what was paid."""
    yield old_opening()
    yield outcome("82", 125000, " ")
    yield outcome("82", 40050, "1", payer="103")
    yield outcome("32", 3000, " ", payer="103", date=date(2026, 11, 19))
    yield sums_end(in_amount=125000, in_count=1, out_amount=3000, out_count=1)


def payments(amounts_ore: Sequence[int]) -> Iterator[str]:
    """A payment specification with one payment of each amount."""
    yield opening("specification")
    yield section("15", sum(amounts_ore), len(amounts_ore))
    for number, amount_ore in enumerate(amounts_ore, 100):
        yield outcome("82", amount_ore, payer=str(number))
    yield specification_end(in_sections=1, in_count=len(amounts_ore))


def advice(information: str, comment: str, payer: str = "102", **more: Any) -> str:
    """Return a record 73."""
    values = {"bankgiro": BANKGIRO, "payer": payer, "account": ACCOUNT, "identity": PERSON, "valid_from": ""}
    return layouts.ADVICE.write(**{**values, "information": information, "comment": comment, "date": DAY, **more})


def advice_file(*rows: str) -> bytes:
    """Return a mandate advice of the new layout."""
    return as_file([opening("advice"), *rows, layouts.ADVICE_END.write(date=DAY, count=len(rows))])


# --- Total IN --------------------------------------------------------------------------------------------------------


def total_in_start(service: str = "TOTALIN") -> str:
    """Return record 00."""
    return total_in.START.write(customer="TI001002", timestamp="20261120041330123456", delivery="01", service=service)


def total_in_account(account: str = "10181", currency: str = "SEK") -> str:
    """Return record 10."""
    return total_in.ACCOUNT.write(account=account, currency=currency, date=DAY)


def total_in_entry(amount_ore: int, number: int, reference: str = "657866", **more: str) -> str:
    """Return record 20, or 25 with `remainder`."""
    layout = total_in.DEDUCTION if "remainder" in more else total_in.PAYMENT
    own = {"bankgiro": ""} if layout is total_in.PAYMENT else {}
    return layout.write(reference=reference, amount=amount_ore, transaction=f"{number:017}", **{**own, **more})


def total_in_account_end(amount_ore: int, count: int) -> str:
    """Return record 90."""
    return total_in.ACCOUNT_END.write(count=count, amount=amount_ore, statement="20261120001")


def whole_total_in(records: Iterable[str]) -> Iterator[str]:
    """Yield records and record 99, which counts them."""
    before = list(records)
    yield from before
    yield total_in.END.write(records=len(before) + 1)


def total_in_accounts() -> Iterator[str]:
    """Two accounts in two currencies: references, messages, senders, a deduction, a payment from abroad."""
    yield total_in_start()
    yield total_in_account()
    yield total_in_entry(302550, 1)
    yield total_in.REFERENCES.write(reference="658765", second_reference="7495575")
    yield total_in.MESSAGE.write(text="Hyra november", second_text="och december")
    yield total_in.PAYER.write(account="1234567", account_type="1", identity="5560000001")
    yield total_in.PAYER_NAME.write(name="Åkerö Bygg AB", extra_name="")
    yield total_in.PAYER_ADDRESS.write(street="Långgatan 4", second_street="")
    yield total_in.PAYER_TOWN.write(postcode="12345", town="Älvby", country="")
    yield total_in_entry(10000, 2, "", bankgiro="9912346")
    yield total_in.SENDER.write(name="Testfabriken AB", extra_name="")
    yield total_in.SENDER_ADDRESS.write(street="Gatan 22", second_street="")
    yield total_in.SENDER_TOWN.write(postcode="11111", town="Testviken", country="SE")
    yield total_in.PAYER.write(account="98765433", account_type="2", identity="5560000002")
    yield total_in.PAYER_NAME.write(name="Fjordbanken AB", extra_name="")
    yield total_in_entry(2550, 3, "89853", remainder="1")
    yield total_in_entry(880000, 4, "8988777")
    yield total_in.FOREIGN.write(
        charges=1000, charges_currency="SEK", foreign_amount=100000, currency="EUR", rate=88000
    )
    yield total_in_account_end(302550 + 10000 - 2550 + 880000, 4)
    yield total_in_account("9690017", "EUR")
    yield total_in_entry(5000, 5)
    yield total_in_account_end(5000, 1)


def total_in_payments(amounts_ore: Sequence[int]) -> Iterator[str]:
    """One account with one payment of each amount."""
    yield total_in_start()
    yield total_in_account()
    for number, amount_ore in enumerate(amounts_ore, 1):
        yield total_in_entry(amount_ore, number)
    yield total_in_account_end(sum(amounts_ore), len(amounts_ore))


def write_samples() -> None:
    """Write every sample and what is read of it."""
    whole = list(specification())
    samples = {
        SPECIFICATIONS / "new_layout.txt": as_file(whole),
        SPECIFICATIONS / "old_layout.txt": as_file(old_specification(), "\n"),
        SPECIFICATIONS / "title_above.txt": b"Betalningsspecifikation\r\n\r\n" + as_file(whole),
        SPECIFICATIONS / "unbroken.txt": as_file(whole, ""),
        SPECIFICATIONS / "wrong_total.txt": as_file([*whole[:1], section("15", 1, 2), *whole[2:]]),
        TOTALS / "two_accounts.txt": as_file(whole_total_in(total_in_accounts())),
        TOTALS / "marked_as_test.txt": as_file(
            whole_total_in([total_in_start("TOTALIN-T"), *list(total_in_payments([100]))[1:]])
        ),
        TOTALS / "wrong_count.txt": as_file([*total_in_accounts(), total_in.END.write(records=3)]),
    }
    for path, data in samples.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    write_golden_files(SpecificationReader, SPECIFICATIONS)
    write_golden_files(TotalInReader, TOTALS)


if __name__ == "__main__":
    write_samples()
