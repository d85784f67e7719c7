"""The Bankgirot of the sandbox: takes our files, and its answers are read to what its own books say."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from hub.contracts import ActingSandbox, DailySandbox, Recognition, Sandbox
from hub.model import direct_debits as nouns
from hub.model.attempts import Message
from hub.model.direct_debits import Direction, MandateOrderKind, PayeeOrder, Recurrence, SchemeFile
from hub.model.payment_file import Payment, Reversal
from hub.testing.contexts import ContextInMemory
from hub.testing.plugin_imports import forbidden_imports
from hub_bankgiro.autogiro.channel import OrderFolder
from hub_bankgiro.autogiro.payments import SpecificationReader
from hub_bankgiro.autogiro.scheme import Autogiro
from hub_bankgiro.autogiro.wording import payee_of
from hub_bankgiro.sandbox import BankgirotSandbox
from hub_bankgiro.sandbox_acts import act
from hub_bankgiro.sandbox_folder import BankgirotOnFolder
from hub_bankgiro.sandbox_orders import FileRefused
from hub_bankgiro.settings import BankgiroSettings

BANKGIRO, PAYEE = "9912346", payee_of("9912346")
MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
PERSON, ACCOUNT = "191212121212", "33001212121212"
KEY = "1234567890ABCDEF1234567890ABCDEF"
PUBLISHED = Path(__file__).parents[4] / "shared" / "samples" / "bankgiro" / "autogiro"


def new(payer: str) -> nouns.MandateOrder:
    return nouns.MandateOrder(MandateOrderKind.NEW, payer, ACCOUNT, PERSON)


def request(payer: str, amount_ore: int = 12500, on: date = TUESDAY, **more: object) -> nouns.PaymentRequest:
    return nouns.PaymentRequest(payer, amount_ore, on.isoformat(), "657866", **more)


class World:
    """Our scheme and a Bankgirot on one folder."""

    def __init__(self, folder: Path) -> None:
        self.bankgirot = BankgirotOnFolder(folder, seal_key=KEY)
        own = {"customer_numbers": {"9912346": "471117", "50501055": "471118"}, "seal_key": "env:KEY"}
        settings = BankgiroSettings.model_validate({"autogiro": own})
        self.scheme = Autogiro(settings, ContextInMemory({"autogiro.seal_key": KEY}))
        self.folder, self.number = folder, 0

    def order(self, *orders: nouns.SchemeOrder, on: date = MONDAY) -> str:
        self.number += 1
        file = SchemeFile(self.number, "1", on.isoformat())
        content = b"".join(self.scheme.write(file, [PayeeOrder(PAYEE, order) for order in orders]))
        name = self.scheme.file_name(file)
        (self.folder / "in" / name).write_bytes(content)
        return name

    def day(self, day: date) -> list[object]:
        """End a day, and return what its answers say."""
        return [event for path in self.bankgirot.end_day(day) for event in self.read(path.read_bytes())]

    def read(self, data: bytes) -> Iterable[object]:
        assert self.scheme.recognises(data) is Recognition.YES
        return list(self.scheme.read(io.BytesIO(data)))[1:-1]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def outcomes(events: Iterable[object]) -> list[tuple[str, str]]:
    return [(one.request.payer_number, str(one.status)) for one in events if isinstance(one, nouns.RequestOutcome)]


def test_a_new_mandate_is_advised_and_its_request_is_paid_on_its_day(world):
    world.order(new("101"), request("101", on=WEDNESDAY))
    (advice,) = world.day(MONDAY)
    assert (advice.payer_number, advice.outcome, advice.comment.name) == ("101", "created", "created")
    assert world.day(TUESDAY) == []
    (paid,) = world.day(WEDNESDAY)

    assert (paid.status, paid.request.amount_ore, paid.request.reference) == ("paid", 12500, "657866")
    assert world.bankgirot.clearing.balance_ore(BANKGIRO) == 12500


def test_what_the_reader_pays_is_what_its_books_have(world):
    world.order(
        new("101"), new("102"), new("103"), *(request(payer, 100 * int(payer)) for payer in ("101", "102", "103"))
    )
    world.day(MONDAY)
    world.bankgirot.clearing.habit(BANKGIRO, "102", "1")
    (path,) = world.bankgirot.end_day(TUESDAY)
    world.bankgirot.clearing.refund(BANKGIRO, "103")
    (again,) = world.bankgirot.end_day(WEDNESDAY)

    events = [event for file in (path, again) for event in SpecificationReader().read(io.BytesIO(file.read_bytes()))]
    paid = {key.value: event.amount_ore for event in events if isinstance(event, Payment) for key in event.keys}
    (back,) = [event for event in events if isinstance(event, Reversal)]
    assert sum(paid.values()) - back.amount_ore == world.bankgirot.clearing.balance_ore(BANKGIRO) == 10100
    assert paid[back.keys[0].value] == back.amount_ore == 10300


@pytest.mark.parametrize(
    ("habit", "first", "second"),
    [("1", "no_cover", None), ("2", "no_account", None), ("9", "retried", "paid")],
)
def test_a_payer_whose_bank_says_no(world, habit, first, second):
    world.order(new("101"), request("101"))
    world.day(MONDAY)
    world.bankgirot.clearing.habit(BANKGIRO, "101", habit)

    assert outcomes(world.day(TUESDAY)) == [("101", first)]
    assert outcomes(world.day(WEDNESDAY)) == ([("101", second)] if second else [])


def test_requests_are_rejected_with_their_reason(world):
    world.order(new("101"), request("102"), request("101", on=date(2026, 11, 20)))
    rejected = [one for one in world.day(MONDAY) if isinstance(one, nouns.RequestRejected)]

    assert [(one.request.payer_number, one.reason.name) for one in rejected] == [
        ("102", "no_mandate"),
        ("101", "date_passed"),
    ]


def test_requests_are_cancelled_and_moved(world):
    world.order(new("101"), *(request("101", amount) for amount in (100, 200, 300)))
    world.day(MONDAY)
    day = TUESDAY.isoformat()
    world.order(
        nouns.RequestCancellation("101", day, 100, reference="657866"),
        nouns.RequestMove(WEDNESDAY.isoformat(), day, "101", 200),
        nouns.RequestCancellation("102"),
    )
    changed = [one for one in world.day(TUESDAY) if isinstance(one, nouns.RequestChanged)]

    assert [(one.cause.name, one.outcome, one.amount_ore) for one in changed] == [
        ("cancel_one", "cancelled", 100),
        ("move_one", "moved", 200),
        ("cancel_payer", "not_done", 0),
    ]
    assert [one.request.amount_ore for one in world.day(WEDNESDAY)] == [200]


def test_the_life_of_mandates(world):
    world.order(new("101"), new("102"), new("101"))
    advised = [(one.payer_number, one.outcome, one.comment.code) for one in world.day(MONDAY)]
    assert advised == [("101", "created", "32"), ("102", "created", "32"), ("101", "refused", "10")]
    world.order(
        nouns.MandateOrder(MandateOrderKind.CHANGE_PAYER_NUMBER, "101", new_payer_number="201"),
        nouns.MandateOrder(MandateOrderKind.CANCEL, "102"),
        nouns.MandateOrder(MandateOrderKind.CANCEL, "102"),
    )
    advised = [(one.payer_number, one.outcome, one.comment.code) for one in world.day(TUESDAY)]

    assert advised == [
        ("201", "created", "32"), ("101", "ended", "33"), ("102", "ended", "33"), ("102", "refused", "04")
    ]  # fmt: skip
    registered = world.read(world.bankgirot.clearing.mandate_register(BANKGIRO))
    assert [(row.payer_number, row.payer_identity, row.payer_account) for row in registered] == [
        ("201", PERSON, "3300001212121212")
    ]


def test_mandates_by_internet_bank_are_asked_for_and_answered(world):
    world.order(new("101"))
    world.day(MONDAY)
    for payer in ("301", "302"):
        world.bankgirot.clearing.ask(BANKGIRO, payer, "3300001212121212", PERSON, "Åsa Testdotter")
    asked = world.day(TUESDAY)
    assert [(one.payer_number, one.name, one.reminder) for one in asked] == [
        ("301", "ÅSA TESTDOTTER", 0), ("302", "ÅSA TESTDOTTER", 0)
    ]  # fmt: skip
    world.order(nouns.MandateOrder(MandateOrderKind.APPROVE, "301"), nouns.MandateOrder(MandateOrderKind.REJECT, "302"))

    assert [(one.payer_number, one.outcome) for one in world.day(WEDNESDAY)] == [("301", "created")]


def test_payers_and_their_banks_act_when_they_are_told_to(world):
    world.order(new("101"), request("101"))
    world.day(MONDAY)
    world.day(TUESDAY)
    asks = {"payer": "301", "account": "3300-1212121212", "identity": "19121212-1212", "name": "Åsa Testdotter"}

    assert act(world.bankgirot, "refund", {"payer": "101", "code": "01"}) == []
    assert act(world.bankgirot, "ask", asks) == []
    mandates, requests = act(world.bankgirot, "registers", {"bankgiro": "991-2346"})
    told = {type(one).__name__: one for one in world.day(WEDNESDAY)}
    act(world.bankgirot, "end", {"payer": "101"})
    (ended,) = world.day(date(2026, 11, 26))

    assert [one.payer_number for one in world.read(mandates.read_bytes())] == ["101"]
    assert world.read(requests.read_bytes()) == []
    assert (told["Refund"].request.amount_ore, told["Refund"].reason.code) == (12500, "01")
    wish = told["InternetBankMandate"]
    assert (wish.payer_number, wish.payer_account, wish.payer_identity) == ("301", "3300001212121212", PERSON)
    assert (ended.payer_number, ended.outcome) == ("101", "ended")


@pytest.mark.parametrize(
    ("name", "given", "why"),
    [
        ("refund", {}, "refund takes payer="),
        ("refund", {"payer": "101", "amount": "5"}, "amount"),
        ("refund", {"payer": "101"}, "nothing was collected"),
        ("refund", {"payer": "x"}, "payer= is a number"),
        ("end", {"payer": "102"}, "no such mandate"),
        ("registers", {"bankgiro": "5050-1055"}, "one that has sent a file: 9912346"),
    ],
)
def test_what_payers_cannot_do_is_said(world, name, given, why):
    world.order(new("101"))
    world.day(MONDAY)
    with pytest.raises(ValueError, match=why):
        act(world.bankgirot, name, given)


def test_a_restarted_sandbox_knows_its_day(world):
    world.order(new("101"))
    world.day(MONDAY)
    mandates, _ = act(World(world.folder).bankgirot, "registers", {})
    assert mandates.name == "BGC.mandates.0009912346.20261123.txt"
    world.order(new("102"), on=TUESDAY)
    world.bankgirot.take_files()
    (world.folder / "in" / "bad").write_bytes(b"0120261231AUTOGIRO".ljust(80))
    again = World(world.folder).bankgirot
    again.take_files()

    assert (again.clearing.day, again.clearing.unended) == ("20261124", "20261124")
    assert again.end_day(TUESDAY)
    assert World(world.folder).bankgirot.clearing.unended == ""


def test_an_ended_mandate_takes_its_requests_along(world):
    world.order(new("101"), request("101", on=WEDNESDAY))
    world.day(MONDAY)
    world.bankgirot.clearing.end_mandate(BANKGIRO, "101", "46", "02")
    advice, changed = sorted(world.day(TUESDAY), key=lambda one: type(one).__name__)

    assert (advice.outcome, changed.cause.name, changed.outcome) == ("ended", "mandate_removed", "cancelled")
    assert world.day(WEDNESDAY) == []


def test_a_recurring_request_comes_again_and_stands_in_the_register(world):
    monthly = request("101", on=TUESDAY, recurrence=Recurrence.MONTHLY, times=2)
    world.order(new("101"), monthly, request("101", 300, direction=Direction.PAY, on=WEDNESDAY))
    world.day(MONDAY)
    world.day(TUESDAY)
    waiting = world.read(world.bankgirot.clearing.request_register(BANKGIRO))

    found = [(one.request.on_date, str(one.request.direction), one.request.times) for one in waiting]
    assert Counter(found) == {("2026-12-24", "collect", 1): 1, ("2026-11-25", "pay", 0): 1}
    assert outcomes(world.day(date(2026, 12, 28))) == [("101", "paid"), ("101", "paid")]


def test_a_file_with_a_wrong_seal_or_sent_twice_is_refused_whole(world):
    name = world.order(new("101"))
    content = (world.folder / "in" / name).read_bytes()
    world.bankgirot.clearing.take("first", content)
    for data in (content, content.replace(b"9912346", b"9912347"), b"01", b""):
        with pytest.raises(FileRefused):
            world.bankgirot.clearing.take("again", data)


def test_books_outlive_the_process(tmp_path):
    world = World(tmp_path)
    world.order(new("101"), request("101", on=WEDNESDAY))
    world.day(MONDAY)

    assert outcomes(World(tmp_path).day(WEDNESDAY)) == [("101", "paid")]


def test_a_day_that_files_came_from_waits_until_it_is_ended_whoever_took_them(world):
    world.order(new("101"), on=TUESDAY)
    world.order(new("102"), on=MONDAY)
    world.bankgirot.take_files()
    world.bankgirot.take_files()
    assert world.bankgirot.clearing.unended == "20261124"
    world.day(TUESDAY)

    assert world.bankgirot.clearing.unended == ""


def test_it_takes_files_by_sftp(tmp_path):
    with BankgirotSandbox(tmp_path, works_by_itself=False) as sandbox:
        assert isinstance(sandbox, Sandbox)
        settings = BankgiroSettings.model_validate(sandbox.settings)
        secrets = {"autogiro.seal_key": sandbox.secrets["AUTOGIRO_SANDBOX_SEAL_KEY"],
                   "autogiro.out.sftp.password": sandbox.secrets["AUTOGIRO_SANDBOX_PASSWORD"]}  # fmt: skip
        context = ContextInMemory(secrets)
        scheme, channel = Autogiro(settings, context), OrderFolder(settings.autogiro, context)
        assert scheme.channel == channel.name
        content = b"".join(scheme.write(SchemeFile(1, "1", "2026-11-23"), [PayeeOrder(PAYEE, new("101"))]))
        channel.send(Message("k1", content, f"direct_debits/{scheme.file_name(SchemeFile(1, '1', '2026-11-23'))}"))
        assert [one.document for one in sandbox.received()] == ["autogiro_1_000001.txt"]
        sandbox.order("refuse")
        channel.send(Message("k2", content, "autogiro_1_000002.txt"))
        assert len(sandbox.received()) == 1
        with pytest.raises(ValueError, match="no such fault"):
            sandbox.order("rain")


def test_its_day_ends_when_it_is_told_and_each_answer_is_given_once(tmp_path):
    with BankgirotSandbox(tmp_path, works_by_itself=False) as sandbox:
        assert isinstance(sandbox, DailySandbox)
        assert isinstance(sandbox, ActingSandbox)
        settings = BankgiroSettings.model_validate(sandbox.settings)
        scheme = Autogiro(
            settings, ContextInMemory({"autogiro.seal_key": sandbox.secrets["AUTOGIRO_SANDBOX_SEAL_KEY"]})
        )
        content = b"".join(scheme.write(SchemeFile(1, "1", MONDAY.isoformat()), [PayeeOrder(PAYEE, new("101"))]))
        (tmp_path / "in" / "autogiro_1_000001.txt").write_bytes(content)
        answers = sandbox.end_day(MONDAY)
        assert answers
        assert all(scheme.recognises(answer.read_bytes()) is Recognition.YES for answer in answers)
        assert not sandbox.end_day(MONDAY)


def test_the_sandbox_reads_and_writes_by_itself():
    folder = Path(__file__).parents[1] / "hub_bankgiro"
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("sandbox*.py"))

    assert not forbidden_imports(folder)
    imported = {line.split()[1] for line in text.splitlines() if line.startswith("from hub_bankgiro")}
    assert all(name == "hub_bankgiro" or name.startswith("hub_bankgiro.sandbox") for name in imported)


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="published samples are not on this machine")
def test_the_sandbox_reads_published_orders_and_writes_records_as_bankgirot_does(tmp_path):
    from hub_bankgiro import sandbox_answers
    from hub_bankgiro.sandbox_orders import lines_of

    signed = (PUBLISHED / "seal-basic-signed-testkey.txt").read_bytes()
    written, lines = lines_of(signed, KEY)
    assert (written, len(lines), sum(int(line.at(32, 43)) for line in lines)) == ("20240416", 3, 195000)
    (path,) = PUBLISHED.glob("ny_autogiro_exempelfil_bet-spec*")
    published = path.read_bytes().decode("latin-1").split("\r\n")
    row = {"code": "82", "date": "20091110", "period": "5", "times": "006", "payer": "102", "amount": 300000,
           "bankgiro": "0009912346", "reference": "0000000FAKTNR156"}  # fmt: skip
    told = [
        sandbox_answers.opening("specification", "20091110", "471117", "9912346", "193055123456"),
        sandbox_answers.deposit("15", "20091110", 1, 1500000, 5),
        sandbox_answers.outcome(row, "0"),
        sandbox_answers.specification_end("20091110", [1, 5, 1, 3, 2, 2]),
    ]

    assert [text for text in told if text not in published] == []
