"""The checks that every filer of applications for orders to pay (*betalningsföreläggande*) must pass, both ways."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.contracts import OrderToPayFiler
from hub.errors import DataError, FormatError
from hub.model.order_to_pay_application import OrderApplication, OrderMessage
from hub.model.order_to_pay_files import (
    CaseTold,
    FileReceipt,
    Filing,
    FilingClosed,
    FilingEvent,
    FilingOpened,
    UnknownTold,
)
from hub.model.orders_to_pay import TOLD, MessageKind
from hub.testing.damage import CHANGES, RANDOM_BYTES, changed, other_encodings, spots, truncations
from hub.testing.sample_orders import APPLICANT, ODD_APPLICATIONS, PLAIN, change_of
from hub.testing.streams import Trickle

_NAME, _FILE = re.compile(r"[a-z][a-z0-9_]*"), re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_CODE, _DAY = re.compile(r"[A-Z][A-Z0-9_]*"), re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NO_CODE = FormatError("").code
CHANGE_KINDS = (MessageKind.REDUCTION, MessageKind.WITHDRAWAL)


class Desk(NamedTuple):
    """A filer, and the authority's side of its files."""

    filer: OrderToPayFiler
    leave: Callable[[str, bytes], None]  # lets the authority leave a file for us
    waiting: Callable[[], Sequence[str]]  # the names of the files that it still has


class OrderToPayFilerConformance:
    """Inherit this in a class whose name begins with `Test`, and say how the filer is made."""

    mutations: int = 200
    states_its_end: bool = True  # False: the format has no trailer, so a cut file may look whole

    def make_desk(self) -> Desk:
        """Return a new filer with a place of its own that nothing waits in."""
        raise NotImplementedError("make_desk must return the filer, and the authority's side of its files")

    def told_samples(self) -> Mapping[str, bytes]:
        """Return whole files of the authority, each with a name: receipts, and what becomes of cases."""
        raise NotImplementedError("told_samples must return files of the authority")

    # What it is

    def test_is_a_filer_with_a_stable_name_and_a_channel(self) -> None:
        filer = self._filer()

        assert isinstance(filer, OrderToPayFiler), "the filer lacks a member of OrderToPayFiler"
        assert _NAME.fullmatch(filer.name), "the name is not lower case letters, digits and underscores"
        assert filer.name == self._filer().name, "the name differs from one filer to the next"
        assert _NAME.fullmatch(filer.channel), "it names no channel that its files go by"

    def test_every_file_has_a_name_of_its_own(self) -> None:
        filings = [self._filing(), self._filing(file_no=18), self._filing(organisation_number="2021005489")]
        filings += [self._filing(kind, file_no=19 + no) for no, kind in enumerate(CHANGE_KINDS)]
        names = [self._filer().file_name(filing) for filing in filings]

        assert all(_FILE.fullmatch(name) for name in names), "a name has more than letters, digits, _, . and -"
        assert len(set(names)) == len(names), "two files have one name: the second would take the first one's place"

    # Writing

    def test_the_same_filing_gives_the_same_bytes(self) -> None:
        assert self._filer().write(self._filing()) == self._filer().write(self._filing()), "made again it is another"

    def test_every_message_is_in_the_file_by_our_number(self) -> None:
        content = self._said(self._filing(messages=(_message(PLAIN), _message(_numbered(7_654_321)))))

        assert str(PLAIN.order_no) in content, "the first application's number is not in the file"
        assert "7654321" in content, "the second application's number is not in the file"

    def test_every_receivable_is_in_the_file(self) -> None:
        content = self._said(self._filing())
        missing = [claim.number for claim in PLAIN.claims if claim.number not in content]

        assert not missing, f"receivables of the application are not in the file: {len(missing)}"

    def test_changes_are_written_with_the_number_of_the_case(self) -> None:
        for kind in CHANGE_KINDS:
            assert "01-2000-26" in self._said(self._filing(kind)), f"the case number is not in the file of a {kind}"

    def test_what_cannot_be_held_is_refused(self) -> None:
        filer = self._filer()
        odd = [_message(one) for one in ODD_APPLICATIONS]
        passed = [one for one in odd if filer.why_not(one) and not self._refuses(one)]

        assert not passed, f"why_not says why they cannot be written, and they are: {len(passed)}"
        assert not filer.why_not(_message(PLAIN)), "why_not has something against an ordinary application"

    def test_what_can_be_held_is_written(self) -> None:
        filer = self._filer()
        held = [one for one in map(_message, ODD_APPLICATIONS) if not filer.why_not(one)]
        refused = [one for one in held if self._refuses(one)]

        assert not refused, f"why_not has nothing against them, and they are refused: {len(refused)}"

    def test_no_reason_names_the_debtor(self) -> None:
        reasons = [self._filer().why_not(_message(one)) for one in ODD_APPLICATIONS]
        told = [one for one in reasons if PLAIN.respondent.identity in one or PLAIN.respondent.name in one]

        assert not told, "a reason holds the debtor's number or name: it is shown and logged"

    # Reading

    def test_a_file_of_the_authority_is_read_whole(self) -> None:
        samples = self.told_samples()
        wrong = [name for name, data in samples.items() if not _is_whole(self._read(data))]

        assert samples, "told_samples returns none"
        assert not wrong, f"not FilingOpened first and FilingClosed last, once each, with the right count: {wrong}"

    def test_what_is_told_is_of_a_case_and_a_day(self) -> None:
        told = [event for data in self.told_samples().values() for event in self._read(data)]
        cases = [event for event in told if isinstance(event, CaseTold | UnknownTold)]
        lost = [event for event in cases if not (event.order_no or event.case_no)]
        undated = [event for event in told if isinstance(event, CaseTold | FileReceipt) and not _is_day(event)]
        ours = [event for event in told if isinstance(event, CaseTold) and event.happening not in TOLD]

        assert cases, "no sample tells of a case"
        assert not lost, f"told of no case that anybody could find: {len(lost)}"
        assert not undated, f"told without a day: {len(undated)}"
        assert not ours, f"told by the authority, although we do it ourselves: {len(ours)}"

    def test_a_file_that_comes_slowly_is_read_alike(self) -> None:
        for name, data in self.told_samples().items():
            slow: Any = Trickle(data)
            assert list(self._filer().read(slow)) == self._read(data), f"read otherwise by a few bytes: {name}"

    def test_a_cut_file_is_refused(self) -> None:
        samples = self.told_samples().values() if self.states_its_end else ()
        cuts = [(data, cut) for data in samples for _, cut in truncations(data)]
        read = [(data, cut) for data, cut in cuts if _outcome(self._filer(), cut) is None]
        taken = [len(cut) for data, cut in read if self._read(cut) != self._read(data)]  # a line end alone is nothing

        assert not taken, f"read as if it were whole, of bytes: {taken}"

    def test_damage_ends_in_a_format_error(self) -> None:
        def ends_rightly(data: bytes) -> None:
            error = _outcome(self._filer(), data)
            assert error is None or isinstance(error, DataError), f"no error of the contract: {type(error).__name__}"

        samples = list(self.told_samples().values())
        for data in samples:
            for _, damaged in (*spots(data), *other_encodings(data), *truncations(data)):
                ends_rightly(damaged)
        self._for_any(st.tuples(st.sampled_from(samples), CHANGES), lambda both: ends_rightly(changed(*both)))
        self._for_any(RANDOM_BYTES, ends_rightly)

    def test_an_error_has_a_code_of_its_own(self) -> None:
        damaged = [one for data in self.told_samples().values() for _, one in spots(data)]
        errors = [_outcome(self._filer(), data) for data in damaged]
        bare = {error.code for error in errors if isinstance(error, FormatError) and not _says_what(error)}

        assert not bare, f"a FormatError whose code says nothing: {sorted(bare)}"

    # Fetching

    def test_what_waits_is_fetched_whole_and_deleted_only_when_it_is_kept(self) -> None:
        desk = self.make_desk()
        content = next(iter(self.told_samples().values()))
        desk.leave("first.txt", content)
        first = _fetched(desk.filer, "")

        assert [data for _, data in first.files] == [content], "it was not fetched as it is"
        assert list(desk.waiting()) == ["first.txt"], "deleted before anybody has kept it: a crash would lose it"
        again = _fetched(desk.filer, "")
        assert [data for _, data in again.files] == [content], "not there any more for who has not kept it"
        desk.filer.fetch(first.cursor)
        assert list(desk.waiting()) == [], "what is kept stays there, and is fetched again and again"

    def test_what_came_meanwhile_is_not_deleted(self) -> None:
        desk = self.make_desk()
        content = next(iter(self.told_samples().values()))
        desk.leave("first.txt", content)
        first = _fetched(desk.filer, "")
        desk.leave("second.txt", content)
        second = _fetched(desk.filer, first.cursor)

        assert [name for name, _ in second.files] == ["second.txt"], "what came meanwhile was not fetched"
        assert list(desk.waiting()) == ["second.txt"], "what came meanwhile was deleted unread"

    # What the checks are made of

    def _filer(self) -> OrderToPayFiler:
        return self.make_desk().filer

    def _filing(self, kind: MessageKind = MessageKind.APPLICATION, **other: Any) -> Filing:
        message = _message(PLAIN) if kind is MessageKind.APPLICATION else change_of(PLAIN, kind)
        usual: dict[str, Any] = {
            "key": "orders-to-pay/1",
            "file_no": 17,
            "kind": kind,
            "made_on": PLAIN.applied_on,
            "organisation_number": APPLICANT,
            "agent_code": "",
            "messages": (message,),
        }
        return Filing(**{**usual, **other})

    def _said(self, filing: Filing) -> str:
        return self._filer().write(filing).decode("latin-1")

    def _refuses(self, message: OrderMessage) -> bool:
        try:
            self._filer().write(self._filing(messages=(message,), agent_code=message.application.agent.code))
        except DataError:
            return True
        return False

    def _read(self, data: bytes) -> list[FilingEvent]:
        return list(self._filer().read(io.BytesIO(data)))

    def _for_any(self, strategy: st.SearchStrategy[Any], check: Callable[[Any], None]) -> None:
        limits = settings(
            max_examples=self.mutations,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        limits(given(strategy)(check))()


MOST_LOOKS = 3  # a folder may show a file only when it is the same at a second look


def _fetched(filer: OrderToPayFiler, cursor: str) -> Any:
    for _ in range(MOST_LOOKS):
        found = filer.fetch(cursor)
        if found.files:
            break
    return found


def _message(application: OrderApplication) -> OrderMessage:
    return OrderMessage(kind=MessageKind.APPLICATION, application=application)


def _numbered(order_no: int) -> OrderApplication:
    return PLAIN.model_copy(update={"order_no": order_no})


def _outcome(filer: OrderToPayFiler, data: bytes) -> Exception | None:
    """Return what ends the reading of a file, None when it is read whole."""
    try:
        for _ in filer.read(io.BytesIO(data)):
            pass
    except Exception as error:  # noqa: BLE001 - whatever comes out is what is looked at
        return error
    return None


def _says_what(error: FormatError) -> bool:
    return error.code != _NO_CODE and bool(_CODE.fullmatch(error.code))


def _is_day(event: CaseTold | FileReceipt) -> bool:
    return bool(_DAY.fullmatch(event.on_day))


def _is_whole(events: list[FilingEvent]) -> bool:
    kinds = [type(event) for event in events]
    ends = (kinds[:1], kinds[-1:], kinds.count(FilingOpened), kinds.count(FilingClosed))
    if ends != ([FilingOpened], [FilingClosed], 1, 1):
        return False
    closed = events[-1]
    return isinstance(closed, FilingClosed) and closed.told == len(events) - 2
