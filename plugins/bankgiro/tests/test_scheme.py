"""Autogiro as a scheme: the kit, orders read back to themselves, and what is refused before it is written."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.contracts import DirectDebitScheme
from hub.errors import ConfigurationError, DataError
from hub.identifiers import bankgiro_number
from hub.model.direct_debits import (
    Direction,
    MandateOrder,
    MandateOrderKind,
    PayeeOrder,
    PaymentRequest,
    Recurrence,
    RequestCancellation,
    RequestMove,
    SchemeFile,
)
from hub.model.payment_file import PayeeAccount
from hub.testing.conformance import DirectDebitSchemeConformance
from hub.testing.contexts import ContextInMemory
from hub_bankgiro.autogiro.orders_read import OrderRead, OrdersClosed, read_orders
from hub_bankgiro.autogiro.scheme import Autogiro
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.sandbox_folder import BankgirotOnFolder
from hub_bankgiro.settings import BankgiroSettings

sys.path.insert(0, str(Path(__file__).parent))
import autogiro_files as files

KEY = "1234567890ABCDEF1234567890ABCDEF"
NUMBERS = {"9912346": "471117", "50501055": "471118"}
OURS, OTHER = (PayeeAccount("bankgiro", number) for number in NUMBERS)
HEAD = SchemeFile(1, "1", "2026-11-23")
ACCOUNT, PERSON = "3300001212121212", "191212121212"


def scheme(**own: object) -> Autogiro:
    given = {"customer_numbers": NUMBERS, "seal_key": "env:KEY", **own}
    settings = BankgiroSettings.model_validate({"autogiro": given})
    return Autogiro(settings, ContextInMemory({"autogiro.seal_key": KEY}))


def answers_of_sandbox(folder: Path) -> dict[str, bytes]:
    """Return files of every content, by the sandbox, which writes them by itself."""
    bankgirot = BankgirotOnFolder(folder, seal_key=KEY)
    clearing = bankgirot.clearing

    def order(number: int, day: date, *orders: object) -> None:
        file = HEAD._replace(number=number, made_on=day.isoformat())
        content = b"".join(scheme().write(file, [PayeeOrder(OURS, one) for one in orders]))
        (folder / "in" / f"{number}.txt").write_bytes(content)

    monday = date(2026, 11, 23)
    mandates = [MandateOrder(MandateOrderKind.NEW, payer, ACCOUNT, PERSON) for payer in ("101", "102", "103")]
    requests = [PaymentRequest(payer, 12500, "2026-11-24", "657866") for payer in ("101", "102", "103", "999")]
    order(1, monday, *mandates, *requests, RequestCancellation("103"))
    found = list(bankgirot.end_day(monday))
    clearing.habit("9912346", "102", "9")
    clearing.ask("9912346", "301", ACCOUNT, PERSON, "Åsa Testdotter")
    found += bankgirot.end_day(monday + timedelta(days=1))
    clearing.refund("9912346", "101")
    found += bankgirot.end_day(monday + timedelta(days=2))
    told = {path.name: path.read_bytes() for path in found}
    order(2, monday + timedelta(days=3), PaymentRequest("101", 700, "2026-12-01", "657866"))
    bankgirot.take_files()
    return {**told, "request register": clearing.request_register("9912346")}


@pytest.fixture(scope="class")
def told(request, tmp_path_factory):
    request.cls.told = answers_of_sandbox(tmp_path_factory.mktemp("bankgirot"))


@pytest.mark.usefixtures("told")
class TestAutogiro(DirectDebitSchemeConformance):
    told: Mapping[str, bytes]

    def make_scheme(self) -> DirectDebitScheme:
        return scheme()

    def told_samples(self) -> Mapping[str, bytes]:
        return {**self.told, "old specification": files.as_file(files.old_specification())}


def test_the_sandbox_tells_of_every_content(tmp_path):
    contents = {name.split(".")[1] for name in answers_of_sandbox(tmp_path) if name.startswith("BGC")}

    assert contents == {"advice", "rejected", "changes", "asked", "specification"}


# --- what is written is read back to the same orders -----------------------------------------------------------------

PAYERS = st.integers(1, 10**16 - 1).map(str)
DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 31)).map(date.isoformat)
AMOUNTS = st.integers(1, 10**12 - 1)
TEXTS = st.text("ABCÅÄÖabcåäö0123456789-/. ", max_size=16).map(str.strip)
DIRECTIONS = st.sampled_from(list(Direction))
ACCOUNTS = st.text("0123456789", min_size=16, max_size=16).filter(lambda digits: digits.strip("0"))
PERSONS = st.text("0123456789", min_size=12, max_size=12).filter(lambda digits: digits.strip("0"))
KIND = MandateOrderKind
NEW_OR_NOT = st.sampled_from([KIND.NEW, KIND.REJECT])
NO_BANKGIROS = PAYERS.filter(lambda payer: not bankgiro_number.is_valid(payer))
MANDATES = st.one_of(
    st.tuples(st.sampled_from([KIND.NEW, KIND.REJECT]), PAYERS, ACCOUNTS, PERSONS).map(
        lambda said: MandateOrder(*said)
    ),
    PAYERS.map(lambda payer: MandateOrder(KIND.CANCEL, payer)),
    PAYERS.filter(lambda payer: not bankgiro_number.is_valid(payer)).map(
        lambda payer: MandateOrder(KIND.APPROVE, payer)
    ),
    st.sampled_from(list(NUMBERS)).map(lambda payer: MandateOrder(KIND.NEW, payer)),
    st.tuples(PAYERS, PAYERS, st.sampled_from([None, PayeeAccount("bankgiro", "58056201")])).map(
        lambda said: MandateOrder(KIND.CHANGE_PAYER_NUMBER, said[0], new_payer_number=said[1], new_payee=said[2])
    ),
)
SINGLE = st.tuples(PAYERS, AMOUNTS, DAYS | st.just(""), TEXTS, DIRECTIONS).map(lambda said: PaymentRequest(*said))
REPEATED = st.builds(
    PaymentRequest,
    PAYERS,
    AMOUNTS,
    DAYS,
    TEXTS,
    DIRECTIONS,
    st.sampled_from([one for one in Recurrence if one != Recurrence.ONCE]),
    st.integers(0, 999),
    st.just(""),  # account and name are the mandate's: no record of a request has them
    st.just(""),
)
CHANGES = st.one_of(
    st.tuples(PAYERS, DAYS | st.just("")).map(lambda named: RequestCancellation(*named)),
    st.builds(RequestCancellation, PAYERS, DAYS, AMOUNTS, DIRECTIONS, TEXTS),
    st.tuples(DAYS, DAYS | st.just("")).map(lambda named: RequestMove(*named)),
    st.tuples(DAYS, DAYS, PAYERS).map(lambda named: RequestMove(*named)),
    st.builds(RequestMove, DAYS, DAYS, PAYERS, AMOUNTS, DIRECTIONS, TEXTS),
)
ORDERS = st.builds(PayeeOrder, st.sampled_from([OURS, OTHER]), MANDATES | SINGLE | REPEATED | CHANGES)


@settings(max_examples=200, deadline=None)
@given(orders=st.lists(ORDERS, min_size=1, max_size=12), is_sealed=st.booleans())
def test_what_is_ordered_is_read_back(orders, is_sealed):
    writer = scheme() if is_sealed else scheme(seal_key=None, allow_unsealed=True)
    data = b"".join(writer.write(HEAD, orders))
    key = bytes.fromhex(KEY) if is_sealed else None
    events = list(read_orders(io.BytesIO(data), Oddities(strict=True, per_code=1), key=key))

    assert [event.order for event in events if isinstance(event, OrderRead)] == orders
    assert events[-1] == OrdersClosed(len(orders), "ok" if is_sealed else "none")
    assert {len(line) for line in data.split(b"\r\n")[:-1]} == {80}


def test_every_kind_of_order_has_a_section_with_its_own_opening_record():
    orders = [MandateOrder(KIND.CANCEL, "101"), PaymentRequest("101", 1, "2026-11-24"), RequestCancellation("101")]
    both = [PayeeOrder(payee, order) for payee in (OURS, OTHER) for order in orders]
    records = b"".join(scheme().write(HEAD, both)).decode().split("\r\n")[:-1]

    assert [record[:2] for record in records] == ["00", *["01", "03", "01", "82", "01", "23"] * 2, "99"]
    assert [record[62:78] for record in records if record[:2] == "01"][2:4] == ["4711170009912346", "4711180050501055"]


# --- what is refused -------------------------------------------------------------------------------------------------

GOOD = PaymentRequest("101", 12500, "2026-11-24", "657866")
REFUSED = [
    (GOOD._replace(payer_number=""), "1 to 16 digits"),
    (GOOD._replace(payer_number="0101"), "1 to 16 digits"),
    (GOOD._replace(payer_number="1" * 17), "1 to 16 digits"),
    (GOOD._replace(amount_ore=0), "above zero"),
    (GOOD._replace(amount_ore=10**12), "above zero"),
    (GOOD._replace(on_date="20261124"), "no day"),
    (GOOD._replace(on_date="2026-11-31"), "no day"),
    (GOOD._replace(reference="x" * 17), "16 printable"),
    (GOOD._replace(reference=" x"), "16 printable"),
    (GOOD._replace(reference="日本"), "latin-1"),
    (GOOD._replace(recurrence="daily"), "no such recurrence"),
    (GOOD._replace(times=2), "how many times"),
    (GOOD._replace(recurrence=Recurrence.MONTHLY, on_date=""), "first date"),
    (MandateOrder("forget", "101"), "no order about a mandate"),
    (MandateOrder(KIND.NEW, "101"), "must be the payer's bankgiro"),
    (MandateOrder(KIND.NEW, "101", ACCOUNT), "both account and identity"),
    (MandateOrder(KIND.NEW, "101", "3" * 17, PERSON), "5 to 16 digits"),
    (MandateOrder(KIND.NEW, "101", ACCOUNT, "1212121212"), "twelve digits"),
    (MandateOrder(KIND.CHANGE_PAYER_NUMBER, "101", new_payer_number=""), "1 to 16 digits"),
    (GOOD._replace(direction="back"), "no such direction"),
    (RequestCancellation("101", amount_ore=100), "name the requests"),
    (RequestCancellation("101", "2026-11-24", reference="657866"), "name the requests"),
    (RequestMove("", "2026-11-24"), "the new date"),
    (RequestMove("2026-11-25", payer_number="101"), "name the requests"),
]


@pytest.mark.parametrize(("order", "said"), REFUSED)
def test_an_order_that_bankgirot_would_refuse_is_refused_here(order, said):
    assert said in scheme().why_not(OURS, order)
    with pytest.raises(DataError):
        list(scheme().write(HEAD, [PayeeOrder(OURS, order)]))


def test_a_payee_must_be_a_bankgiro_with_its_check_digit():
    for payee in (PayeeAccount("bankgiro", "9912347"), PayeeAccount("plusgiro", "10181")):
        assert "no bankgiro number" in scheme().why_not(payee, GOOD)


def test_payer_numbers_have_check_digits_where_the_settings_say_so():
    checked = scheme(payer_numbers_have_check_digits=True)

    assert "check digit" in checked.why_not(OURS, GOOD)
    assert checked.why_not(OURS, GOOD._replace(payer_number="109")) == ""


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"customer_numbers": {}}, "customer number"),
        ({"seal_key": None}, "sealed"),
    ],
)
def test_a_setting_that_is_missing_is_named(own, said):
    with pytest.raises(ConfigurationError, match=said):
        list(scheme(**own).write(HEAD, [PayeeOrder(OURS, GOOD)]))


def test_a_key_that_is_none_is_refused_without_repeating_it():
    wrong = Autogiro(scheme()._settings, ContextInMemory({"autogiro.seal_key": "not a key"}))
    with pytest.raises(ConfigurationError, match="32 hexadecimal") as refused:
        list(wrong.write(HEAD, [PayeeOrder(OURS, GOOD)]))
    assert "not a key" not in str(refused.value)


def test_a_file_without_orders_is_refused():
    with pytest.raises(DataError, match="nothing to order"):
        list(scheme().write(HEAD, []))


def test_the_file_is_called_as_the_bank_wants_it():
    assert scheme().file_name(HEAD) == "autogiro_1_000001.txt"
    assert scheme(file_name="BFEP.IAGAG.K0471117.{company}-{number}").file_name(HEAD) == "BFEP.IAGAG.K0471117.1-1"
