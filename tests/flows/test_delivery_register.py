"""What the register says meanwhile is heard: nothing goes to whom it has come to protect."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Thread

import pytest

from hub.errors import OutcomeUnknownError, TransientError
from hub.model.attempts import Message
from hub.model.deliveries import KnownRecipient
from hub.model.delivery import Reach, Reachable, Recipient, RouteStep
from hub.rules.delivery.route import PROTECTED
from hub.services.attempts import RUN_KIND, SendingRun
from hub.services.delivery import dispatching
from hub.services.delivery.register import RecipientReport, import_recipients, keep_recipients
from hub.services.ports import JsonObject, Work
from hub.services.runs import cancel, retry
from hub.services.verifying import verify
from hub.store.verifying import SqlVerifying
from tests.flows.delivery_world import DeliveryWorld, StubChannel, document

PROTECTING = KnownRecipient("1212121212", is_protected=1)
ANOTHER = {"name": "Bolaget AB", "identity": "5560004615"}


def register(north: DeliveryWorld, *recipients: KnownRecipient) -> None:
    with north.store.write() as work:
        keep_recipients(work, "north", {one.recipient_key: one._asdict() for one in recipients})


def unsound(north: DeliveryWorld) -> list[str]:
    """Return the codes of what does not add up."""
    proof = verify(SqlVerifying(north.engine, north.store.tenant), north.store.contents, north.tenant)
    return [finding.code for finding in proof.findings]


@pytest.fixture
def letter() -> StubChannel:
    return StubChannel(RouteStep.LETTER)


@pytest.fixture
def north(engine, letter) -> DeliveryWorld:
    """A world in which the printer is down when the first document is to go."""
    letter.goes_wrong.append(TransientError("SFTP: down"))
    return DeliveryWorld(engine, letter)


def test_protection_that_is_registered_while_channels_are_asked_holds(engine, letter):
    kivra = StubChannel(RouteStep.KIVRA)
    north = DeliveryWorld(engine, kivra, letter)

    def reach(recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        register(north, PROTECTING)
        return {one.key: Reach(Reachable.NO, "no") for one in recipients}

    kivra.reach = reach  # type: ignore[method-assign]
    north.deliver(document())
    north.later(seconds=1)

    assert (north.one().state, north.one().reason) == ("held", PROTECTED)
    assert letter.numbers == []


def test_protection_that_is_registered_before_a_planned_message_goes_holds_it(north, letter):
    north.deliver(document())
    planned = north.one()
    register(north, PROTECTING)
    north.later(hours=1)

    assert planned.state == "sending"
    assert (north.one().state, north.one().reason, north.one().price_ore) == ("held", PROTECTED, 0)
    assert letter.numbers == []
    assert len(north.events("attempt_cancelled")) == 1
    assert north.sql("SELECT state, let_go FROM exchange") == [("undelivered", 1)]
    assert unsound(north) == []


def test_a_cancelled_run_that_goes_on_sends_nothing_that_was_turned_back(north, letter):
    north.deliver(document())
    register(north, PROTECTING)
    (run_id,) = [row[0] for row in north.sql("SELECT run_id FROM run WHERE kind = 'send'")]
    with north.store.write() as work:
        cancel(work, run_id)
    with north.store.write() as work:
        retry(work, run_id)
    north.later(hours=1)

    assert (letter.numbers, north.one().state) == ([], "held")


@pytest.mark.parametrize(
    "said",
    [
        KnownRecipient("1212121212", wish="kivra"),
        KnownRecipient("1212121212", email="a@x.example", email_consent_on="2026-01-01"),
        KnownRecipient("1212121212", debtor_class="company"),
    ],
)
def test_what_has_not_gone_goes_by_what_the_register_says_now(north, letter, said):
    north.deliver(document())
    register(north, said)
    north.later(hours=1)

    assert (letter.numbers, north.one().state, north.one().price_ore) == (["1001"], "delivered", 0)
    assert north.sql("SELECT state FROM attempt ORDER BY attempt_no") == [("cancelled",), ("delivered",)]
    assert unsound(north) == []
    assert north.tasks() == []


def test_the_same_said_again_turns_nothing_back(north, letter):
    said = KnownRecipient("1212121212", wish="letter")
    register(north, said)
    north.deliver(document())
    register(north, said._replace(name="Test Testsson", source="again.csv"))
    north.later(hours=1)

    assert north.sql("SELECT state FROM attempt") == [("delivered",)]
    assert letter.numbers == ["1001"]


def test_others_in_one_message_go_without_whom_the_register_protects(north, letter):
    letter.at_once = 2
    north.deliver(document("1"), document("2", debtor=ANOTHER))
    register(north, PROTECTING)
    north.later(hours=1)

    assert (north.one("1").state, letter.numbers, north.one("2").state) == ("held", ["2"], "delivered")


def test_documents_of_other_debtors_are_left_alone(north, letter):
    north.deliver(document("1", debtor=ANOTHER))
    register(north, PROTECTING)
    north.later(hours=1)

    assert north.sql("SELECT state FROM attempt") == [("delivered",)]


def test_what_may_have_arrived_is_not_turned_back(engine, letter):
    letter.goes_wrong.append(OutcomeUnknownError("the answer was lost"))
    north = DeliveryWorld(engine, letter)
    north.deliver(document())
    register(north, PROTECTING)
    north.later(hours=1)

    assert north.one().state == "unknown"
    assert len(north.sql("SELECT state FROM attempt")) == 1


def test_what_is_just_being_sent_is_not_turned_back(engine, letter):
    north = DeliveryWorld(engine, letter)
    send = letter.send

    def sending(message: Message):
        register(north, PROTECTING)
        return send(message)

    letter.send = sending  # type: ignore[method-assign]
    north.deliver(document())

    assert (letter.numbers, north.one().state) == (["1001"], "delivered")


def test_who_is_registered_just_as_a_message_is_planned_is_seen(north, letter, monkeypatch):
    """The import comes between the last look at the register and the end of the transaction that plans."""
    importing = Thread(target=register, args=(north, PROTECTING))
    plans, sends = dispatching.plan_batch, SendingRun(north.store, north.channels, north.clock)

    def plan(*given, **more) -> int:
        if importing.ident is None:
            importing.start()
            importing.join(timeout=0.3)
        return plans(*given, **more)

    def send(work: Work, given: JsonObject) -> JsonObject:
        importing.join()
        return sends(work, given)

    monkeypatch.setattr(dispatching, "plan_batch", plan)
    north.more_bodies[RUN_KIND] = send
    north.deliver(document())
    north.later(hours=1)

    assert (north.one().state, north.one().reason, letter.numbers) == ("held", PROTECTED, [])


def test_a_register_file_turns_back_what_has_not_gone(north, letter, tmp_path):
    file = tmp_path / "recipients.csv"
    file.write_text("identity;is_protected\n191212121212;ja\n", encoding="utf-8")
    north.deliver(document())
    import_recipients(north.store, "north", file)
    north.work()

    assert north.one().reason == PROTECTED


NOT_YET = (
    "the day has not come yet: the rest of the row is kept, without this consent; give the day on which the debtor "
    "agreed, or leave it blank"
)


def test_a_consent_of_a_day_to_come_is_not_kept_and_the_rest_of_its_row_is(north, tmp_path):
    file = tmp_path / "recipients.json"
    first = {"identity": "5560004615", "email": "b@example.se", "email_consent_on": "2026-11-23"}
    person = {"identity": "191212121212", "email": "t@example.se", "is_protected": "ja"}
    assert read_in(north, file, [first, person]).warnings == ()

    moved = {**first, "email": "c@example.se"}
    report = read_in(north, file, [{**one, "email_consent_on": "2026-11-24"} for one in (first, person, moved)])

    assert (report.kept, report.rejected, report.problems) == (3, 0, ())
    assert report.warnings == tuple((line, "email_consent_on", NOT_YET) for line in (1, 2, 3))
    assert (report.consents_ended, report.protections_lifted) == (1, 0)
    assert north.sql("SELECT email, email_consent_on, is_protected FROM recipient ORDER BY email") == [
        ("c@example.se", "", 0),  # what was agreed before stood until the address was another
        ("t@example.se", "", 1),
    ]


KEPT_OF_REFUSED = [
    ("191212121212;;;not an address;;ja", "identity"),
    ("191212121212;;;;2026-13-01;ja", "identity"),
    ("191212121212;;;;;ja;more", "identity"),
    ("191212121212;;;not;an address;;ja", "identity"),  # its cells stand one column too far
    ("191212121212;;;ja", "identity"),
    ("191212121212;;;not;an address;;skyddad", "identity"),
    ("191212121212;;;not;an address;;x", "identity"),
    ("191212121212;;;Sekretess", "identity"),
    ("191212121212;;;not;an address;;nej", None),
    ("191212121213;1;77;;;ja", "company and debtor_number"),
    ("191212121212;1;;not an address;;skyddad", "identity"),
    ("191212121213;;77;;;ja", ""),
    ("191212121212;;;not an address;;nej", None),
    ("191212121212;;;not an address;;", None),
]


@pytest.mark.parametrize(("row", "known_by"), KEPT_OF_REFUSED)
def test_a_row_that_is_refused_protects_its_debtor_all_the_same(north, letter, tmp_path, row, known_by):
    file = tmp_path / "recipients.csv"
    file.write_text(f"identity;company;debtor_number;email;email_consent_on;is_protected\n{row}\n", encoding="utf-8")
    who = {"identity": None} if known_by and known_by != "identity" else {}
    north.deliver(document(debtor={**document()["debtor"], "number": "77", **who}))

    report = import_recipients(north.store, "north", file)
    north.later(hours=1)

    assert (report.kept, report.rejected, len(report.problems)) == (0, 1, 1)
    kept = {"identity": [("1212121212", "", 1)], "company and debtor_number": [("1/77", "", 1)]}.get(known_by, [])
    assert north.sql("SELECT recipient_key, email, is_protected FROM recipient") == kept
    told = "the refused row says that somebody is protected, not who: nobody is, until it is mended"
    said = f"of the refused row this alone is kept: the debtor is protected, as known by {known_by}"
    assert [one.message for one in report.warnings] == ([] if known_by is None else [said if known_by else told])
    assert letter.numbers == ([] if kept else ["1001"])


def test_what_is_no_plain_no_is_understood_as_protection(north, tmp_path):
    """What is not understood holds a letter, and never lets it go."""
    people = ["5560004615", "191212121212", "2021005521", "2120000142", "5567321707"]
    plain = ["J", True, "Nej", 0.0, None]
    words = ["skyddad", "x", "2", "ja, sekretess", ["nej"]]
    file = tmp_path / "recipients.json"

    first = read_in(
        north, file, [{"identity": who, "is_protected": said} for who, said in zip(people, plain, strict=True)]
    )
    assert (first.kept, first.problems, first.warnings) == (5, (), ())
    assert north.sql("SELECT sum(is_protected) FROM recipient") == [(2,)]

    report = read_in(
        north, file, [{"identity": who, "is_protected": said} for who, said in zip(people, words, strict=True)]
    )
    assert (report.kept, report.problems, report.protections_lifted) == (5, (), 0)
    why = "understood as yes, as it is no plain no: the debtor is protected; write yes or no"
    assert report.warnings == tuple((line, "is_protected", why) for line in range(1, 6))
    assert north.sql("SELECT sum(is_protected) FROM recipient") == [(5,)]

    # A JSON row has no heading to refuse.
    hints = [{"skyddad": "ja"}, {"Sekretessmarkering": "J"}, {"sekretess": True}, {"mark": "sekretess"}]
    others = ("232100-0016", "202100-5489", "212000-1355", "556036-0793")
    other = read_in(north, file, [{"identity": who, **hint} for who, hint in zip(others, hints, strict=True)])
    assert (other.kept, other.rejected, len(other.warnings)) == (0, 4, 4)
    assert north.sql("SELECT sum(is_protected) FROM recipient") == [(9,)]

    none = [{"sekretess": False}, {"newsletter": "ja"}, {"name": "Brandskydd AB", "email": "none"}]
    let_go = read_in(north, file, [{"identity": "556012-5790", **hint} for hint in none])
    assert (let_go.rejected, let_go.warnings) == (3, ())


OLD, YOUNG = "191212121212", "201212121212"  # one key: a century apart
AGREED = {"email": "old@example.com", "email_consent_on": "2026-01-01"}


@pytest.mark.parametrize(
    ("rows", "kept", "ended"),
    [
        ([{"email": "new@example.com"}], ("new@example.com", ""), 1),
        ([{"email": ""}], ("", ""), 1),
        ([{"email": "OLD@Example.com"}], ("OLD@Example.com", "2026-01-01"), 0),
        ([{"wish": "email"}, {"email": "old@example.com"}], ("old@example.com", "2026-01-01"), 0),
        ([{"email": "new@example.com", "email_consent_on": "2026-02-02"}], ("new@example.com", "2026-02-02"), 0),
        ([{"email": "old@example.com", "email_consent_on": ""}], ("old@example.com", ""), 0),
        ([{"email_consent_on": "2026-02-02"}, {"email": "old@example.com"}], ("old@example.com", "2026-02-02"), 0),
        ([{"email_consent_on": "2026-02-02"}, {"email": "new@example.com"}], ("new@example.com", ""), 1),
        ([{"email": "new@example.com"}, {"email": "old@example.com"}], ("old@example.com", ""), None),
        ([{"email": "new@example.com"}, {"email_consent_on": "2026-02-02"}], ("new@example.com", "2026-02-02"), None),
    ],
    ids=["another", "none", "same", "same later", "both", "taken back", "renewed", "renewed, another", "back", "anew"],
)
def test_a_consent_ends_with_the_address_that_it_was_given_for(north, tmp_path, rows, kept, ended):
    file = tmp_path / "recipients.json"
    in_one_file, one_by_one = ([{"identity": who, **row} for row in [AGREED, *rows]] for who in (OLD, "5560004615"))
    told = [read_in(north, file, some) for some in (in_one_file[:1], in_one_file[1:], *([row] for row in one_by_one))]

    assert north.sql("SELECT email, email_consent_on FROM recipient") == [kept, kept]
    assert ended is None or sum(report.consents_ended for report in told) == 2 * ended


def test_nothing_is_mailed_to_an_address_for_which_nobody_agreed(engine, letter, tmp_path):
    mail = StubChannel(RouteStep.EMAIL)
    north = DeliveryWorld(engine, mail, letter)
    file = tmp_path / "recipients.json"
    read_in(north, file, [{"identity": OLD, **AGREED, "wish": "email"}])
    north.deliver(document("1"))
    read_in(north, file, [{"identity": OLD, "email": "new@example.com"}])
    north.deliver(document("2"))

    assert (mail.numbers, letter.numbers) == (["1"], ["2"])


def test_a_consent_without_an_address_is_for_none_that_a_document_brings(engine, letter, tmp_path):
    mail = StubChannel(RouteStep.EMAIL)
    north = DeliveryWorld(engine, mail, letter)
    file = tmp_path / "recipients.json"
    report = read_in(north, file, [{"identity": OLD, "email_consent_on": "2026-01-01", "wish": "email"}])
    debtor = document()["debtor"]
    north.deliver(document("1", debtor={**debtor, "email": "a@example.com"}))
    north.deliver(document("2", debtor={**debtor, "email": "b@example.com", "email_consent": True}))
    bound = read_in(north, file, [{"identity": OLD, "email": "c@example.com", "email_consent_on": "2026-01-01"}])
    north.deliver(document("3", debtor={**debtor, "email": "a@example.com"}))

    assert (letter.numbers, mail.numbers) == (["1"], ["2", "3"])
    assert (report.kept, report.consents_without_address) == (1, 1)
    assert (bound.consents_ended, bound.consents_without_address) == (0, 0)


def test_a_consent_counts_from_its_day(engine, letter):
    mail = StubChannel(RouteStep.EMAIL)
    north = DeliveryWorld(engine, mail, letter)
    wish = KnownRecipient("1212121212", wish="email", email="a@x.example", email_consent_on="2026-11-24")
    register(north, wish)
    north.deliver(document())
    north.later(days=1)
    north.deliver(document("1002"))

    assert (letter.numbers, mail.numbers) == (["1001"], ["1002"])


REACHED = {"identity": OLD, **AGREED, "is_protected": "ja"}
KNOWN = "SELECT identity, name, email, email_consent_on, is_protected FROM recipient"


@pytest.mark.parametrize("in_one_file", [True, False])
@pytest.mark.parametrize(
    ("rows", "kept", "lifted"),
    [
        ([REACHED, {"identity": YOUNG, "name": "Y"}], (YOUNG, "Y", "", "", 0), 1),
        ([REACHED, {"identity": OLD, "name": "O"}], (OLD, "O", "old@example.com", "2026-01-01", 1), 0),
        ([REACHED, {"identity": OLD[2:], "name": "O"}], (OLD, "O", "old@example.com", "2026-01-01", 1), 0),
        ([REACHED, {"identity": OLD[2:]}, {"identity": YOUNG, "name": "Y"}], (YOUNG, "Y", "", "", 0), 1),
    ],
    ids=["another", "the same", "without a century", "another after one without a century"],
)
def test_what_a_row_leaves_stays_of_the_same_debtor_and_of_no_other(north, tmp_path, rows, kept, lifted, in_one_file):
    files = [rows] if in_one_file else [[row] for row in rows]

    assert sum(imported(north, tmp_path / "recipients.json", file) for file in files) == lifted
    assert north.sql(KNOWN) == [kept]


def imported(north: DeliveryWorld, file: Path, rows: Sequence[Mapping[str, str]]) -> int:
    """Take rows in from a file, and return how many protections they lifted."""
    report = read_in(north, file, rows)
    assert (report.kept, report.rejected) == (len(rows), 0)
    return report.protections_lifted


def read_in(north: DeliveryWorld, file: Path, rows: Sequence[Mapping[str, object]]) -> RecipientReport:
    """Take rows in from a file."""
    file.write_text(json.dumps(rows), encoding="utf-8")
    return import_recipients(north.store, "north", file)
