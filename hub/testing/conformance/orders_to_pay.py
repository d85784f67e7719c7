"""The checks that every filer of applications for orders to pay (*betalningsföreläggande*) must pass, both ways."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hub.contracts import OrderToPayFiler
from hub.model.order_to_pay_application import OrderApplication, OrderMessage
from hub.model.order_to_pay_files import (
    CaseTold,
    FileReceipt,
    Filing,
    FilingClosed,
    FilingOpened,
    UnknownTold,
)
from hub.model.orders_to_pay import TOLD, MessageKind
from hub.testing.conformance.told_files import NAME, Desk, FetchedFilesConformance, refuses
from hub.testing.sample_orders import APPLICANT, ODD_APPLICATIONS, PLAIN, told_of

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CHANGE_KINDS = (MessageKind.REDUCTION, MessageKind.WITHDRAWAL)
OF_ENFORCEMENT = (MessageKind.ENFORCEMENT, MessageKind.ENFORCEMENT_CHANGE)  # not every authority takes them by file


class OrderToPayFilerConformance(FetchedFilesConformance):
    """Inherit this in a class whose name begins with `Test`, and say how the filer is made."""

    _contract, _opened, _closed = OrderToPayFiler, FilingOpened, FilingClosed

    def make_desk(self) -> Desk[OrderToPayFiler]:
        """Return a new filer with a place of its own that nothing waits in."""
        raise NotImplementedError("make_desk must return the filer, and the authority's side of its files")

    def told_samples(self) -> Mapping[str, bytes]:
        """Return whole files of the authority, each with a name: receipts, and what becomes of cases."""
        raise NotImplementedError("told_samples must return files of the authority")

    # What it is

    def test_names_the_channel_that_its_files_go_by(self) -> None:
        assert NAME.fullmatch(self._filer().channel), "it names no channel that its files go by"

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

    def test_enforcement_is_written_with_the_number_of_the_case_or_why_not_says_why(self) -> None:
        for kind in OF_ENFORCEMENT:
            message = told_of(PLAIN, kind)
            if self._filer().why_not(message):
                assert self._refuses(message), f"why_not says why {kind} cannot be written, and it is"
            else:
                assert "01-2000-26" in self._said(self._filing(kind)), f"the case number is not in the file of {kind}"

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

    # Fetching

    # What the checks are made of

    def _filer(self) -> OrderToPayFiler:
        return self.make_desk().adapter

    def _file_names(self) -> Sequence[str]:
        filings = [self._filing(), self._filing(file_no=18), self._filing(organisation_number="2021005489")]
        filings += [self._filing(kind, file_no=19 + no) for no, kind in enumerate(self._kinds())]
        return [self._filer().file_name(filing) for filing in filings]

    def _kinds(self) -> Sequence[MessageKind]:
        return [*CHANGE_KINDS, *(kind for kind in OF_ENFORCEMENT if not self._filer().why_not(told_of(PLAIN, kind)))]

    def _counts(self, closed: FilingClosed, told: Sequence[Any]) -> bool:
        return closed.told == len(told)

    def _filing(self, kind: MessageKind = MessageKind.APPLICATION, **other: Any) -> Filing:
        usual: dict[str, Any] = {
            "key": "orders-to-pay/1",
            "file_no": 17,
            "kind": kind,
            "made_on": PLAIN.applied_on,
            "organisation_number": APPLICANT,
            "agent_code": "",
            "messages": (told_of(PLAIN, kind),),
        }
        return Filing(**{**usual, **other})

    def _said(self, filing: Filing) -> str:
        return self._filer().write(filing).decode("latin-1")

    def _refuses(self, message: OrderMessage) -> bool:
        filing = self._filing(message.kind, messages=(message,), agent_code=message.application.agent.code)
        return refuses(lambda: self._filer().write(filing))


def _message(application: OrderApplication) -> OrderMessage:
    return OrderMessage(kind=MessageKind.APPLICATION, application=application)


def _numbered(order_no: int) -> OrderApplication:
    return PLAIN.model_copy(update={"order_no": order_no})


def _is_day(event: CaseTold | FileReceipt) -> bool:
    return bool(_DAY.fullmatch(event.on_day))
