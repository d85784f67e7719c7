"""One section of a camt file: a notification (`Ntfctn`) or a statement (`Stmt`) of one account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hub.formats.warning_limit import WarningLimit
from hub.formats.xml_layout import Values
from hub.model.payment_file import (
    Balance,
    FileEvent,
    Level,
    PayeeAccount,
    Payment,
    SectionClosed,
    SectionOpened,
    Warned,
)
from hub_autopay.accounts import account_of, proxy_account
from hub_autopay.entry import StatementEntry
from hub_autopay.mapping import BALANCE_KINDS, Message
from hub_autopay.refusals import refused
from hub_autopay.scalars import day, money, sign
from hub_autopay.totals import (
    Totals,
    balance_warnings,
    is_partial,
    refuse_differences,
    summary_checks,
)


class Section:
    """Reads one section: feed it the records inside, then close it."""

    def __init__(
        self,
        message: Message,
        values: Values,
        line: int,
        *,
        file_created_at: str,
        refuse_partial: bool,
        limit: WarningLimit,
    ) -> None:
        self._message = message
        self._values = values
        self._line = line
        self._file_created_at = file_created_at
        self._refuse_partial = refuse_partial
        self._limit = limit
        self._account: PayeeAccount | None = None
        self._entry: StatementEntry | None = None
        self._summary: tuple[int, Values] | None = None
        self._lacks_date = False
        self.totals = Totals()

    def account(self, values: Values, line: int) -> Iterator[FileEvent]:
        """The account; opens the section. A second account within it is a contradiction."""
        account = account_of(values, "section")
        if account is None or self._account is not None:
            raise refused("ACCOUNT_MISSING", line=line, record="Acct", field="Id")
        self._account = account
        yield SectionOpened(
            account,
            self._message.level,
            "",  # each entry states its own, which need not be the account's
            self._paged(self._values.get("id", "")),
            proxy_account(values),
        )
        if self._values.get("copy"):
            message = "the bank marks this as a copy or duplicate of one it has sent before"
            yield Warned("COPY_OR_DUPLICATE", message, line, self._message.section, "CpyDplctInd")

    def balance(self, values: Values, line: int) -> Iterator[FileEvent]:
        """A balance the bank states."""
        self._opened_account(line)
        whole, currency = money(values.get("amount"), line=line, record="Bal")
        signed = whole * sign(values, line=line, record="Bal")
        code: str = values.get("code", "")
        kind = BALANCE_KINDS.get(code, code)
        self.totals.balances.setdefault(kind, (signed, currency))
        on_date = day(values.get("date", ""), line=line, record="Bal", field="Dt")
        yield Balance(line, kind, on_date, signed, currency)

    def summary(self, values: Values, line: int) -> None:
        """The figures the section states about its entries; compared when it closes."""
        self._summary = (line, values)

    def open_entry(self, values: Values, line: int) -> StatementEntry:
        """An entry begins."""
        account = self._opened_account(line)
        number = self.totals.entries + 1
        self._entry = StatementEntry(values, line=line, number=number, account=account)
        return self._entry

    def close_entry(self) -> Iterator[FileEvent]:
        """The entry ends."""
        assert self._entry is not None
        yield from self.counted(self._entry.close())
        self.totals.add_entry(self._entry.head, self._entry.details)
        head = self._entry.head
        self._lacks_date = self._lacks_date or (head.is_booked and head.booked_date is None)
        self._entry = None

    def counted(self, events: Iterable[FileEvent]) -> Iterator[FileEvent]:
        """Pass events on, counting payments, and warnings up to their limit."""
        add = self.totals.add_payment
        for event in events:
            if event.__class__ is Payment:
                add(event)
            elif event.__class__ is Warned and not self._limit.shows(event):
                continue
            yield event

    def close(self, line: int) -> Iterator[FileEvent]:
        """End the section. Raises ControlTotalMismatch when its summary differs."""
        self._opened_account(line)
        yield from self._check_summary()
        yield from balance_warnings(self.totals, line)
        created = self._values.get("created_at", "") or self._file_created_at
        created_day = day(created, line=line, record=self._message.section, field="CreDtTm")
        if self._lacks_date and created_day is None:
            raise refused("NO_DATE", line=line, record=self._message.section, field="CreDtTm")
        if self._lacks_date:
            message = "entries without a booking date take the day the section was made"
            yield Warned("DATE_MISSING", message, line, "Ntry", "BookgDt")
        net_ore, number = self.totals.net_and_count(self._message.level)
        yield SectionClosed(line, net_ore, number, created_day, self._serial())

    def _opened_account(self, line: int) -> PayeeAccount:
        if self._account is None:
            raise refused("ACCOUNT_MISSING", line=line, record=self._message.section, field="Acct/Id")
        return self._account

    def _check_summary(self) -> Iterator[FileEvent]:
        if self._summary is None:
            return
        line, values = self._summary
        checks = summary_checks(values, self.totals, line)
        if self._may_be_partial() and is_partial(checks):
            message = "the section states more entries than it holds; look for its other pages"
            yield Warned("PARTIAL_STATEMENT", message, line, "TxsSummry", "NbOfNtries")
            return
        refuse_differences(checks, line)

    def _may_be_partial(self) -> bool:
        is_statement = self._message.level is Level.LUMP and not self._refuse_partial
        return is_statement or self._is_one_of_several()

    def _is_one_of_several(self) -> bool:
        return self._values.get("page", "1").lstrip("0") != "1" or self._values.get("is_last_page") in (
            "false",
            "0",
        )

    def _paged(self, identity: str) -> str:
        """Keep pages of one statement apart: they share its id and number but not its content."""
        if identity and self._is_one_of_several():
            return f"{identity}/{self._values.get('page', '')}"
        return identity

    def _serial(self) -> str:
        if self._message.level is not Level.LUMP:
            return ""  # banks number notifications per day or not at all
        number = self._values.get("legal_number", "") or self._values.get("electronic_number", "")
        return self._paged(number)
