"""One transaction of one tenant, and the store that opens it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, Engine

from hub.banking_calendar import Clock, swedish_date
from hub.store.accounts import SqlAccounts
from hub.store.attempts import SqlAttempts
from hub.store.bank_connections import SqlBankFiles
from hub.store.bookkeeping.comparing import SqlComparing
from hub.store.bookkeeping.exporting import SqlExporting
from hub.store.bookkeeping.ledger import SqlLedgerFiles
from hub.store.books import SqlBooks
from hub.store.claim_facts import SqlClaimFacts
from hub.store.collection.cases import SqlCollectionCases
from hub.store.collection.orders import SqlCollectionOrders
from hub.store.collection.told import SqlAgencyTold
from hub.store.commands import SqlCommands
from hub.store.contents import SqlContents, SqlContentsInWork
from hub.store.database import reading, writing
from hub.store.delivery.archives import SqlArchives
from hub.store.delivery.documents import SqlDocuments
from hub.store.delivery.letters import SqlLetters
from hub.store.delivery.recipients import SqlRecipients
from hub.store.dunning.carried_charges import SqlCarriedCharges
from hub.store.dunning.fee_invoices import SqlFeeInvoices
from hub.store.dunning.interest_charges import SqlInterestCharges
from hub.store.dunning.steps import SqlDunning
from hub.store.elsewhere import refuse_if_elsewhere
from hub.store.events import SqlEvents
from hub.store.exchanges import SqlExchanges
from hub.store.installation import add_tenant, tenant_number
from hub.store.instalment_plans import SqlInstalmentPlans
from hub.store.letter_facts import SqlLetterFacts
from hub.store.mandates.mandates import SqlMandates
from hub.store.mandates.orders import SqlSchemeOrders
from hub.store.mandates.registers import SqlMandateRegisters
from hub.store.mandates.requests import SqlPaymentRequests
from hub.store.orders_to_pay.authorities import SqlAuthorities
from hub.store.orders_to_pay.cases import SqlOrdersToPay
from hub.store.payments.bank_rules import SqlBankRules
from hub.store.payments.bank_statements import SqlBankStatements
from hub.store.payments.duplicates import SqlDuplicates
from hub.store.payments.loading import SqlLoading
from hub.store.payments.lumps import SqlLumps
from hub.store.payments.matching import SqlMatching
from hub.store.payments.queue import SqlQueue
from hub.store.payments.undoing import SqlUndoing
from hub.store.plans import SqlPlans
from hub.store.plugin_values import SqlPluginValues
from hub.store.receivables import SqlReceivables
from hub.store.refunds.refunds import SqlRefunds
from hub.store.reports.purging import SqlPurges
from hub.store.runs import HandOver, SqlRuns, keep_to_ourselves
from hub.store.schedules import SqlSchedules


class SqlUnitOfWork:
    """Repositories that share one transaction; it commits when the block that opened it ends without an error."""

    def __init__(self, connection: Connection, tenant: int, now: str, *, tenant_name: str, hand_over: HandOver) -> None:
        self._connection = connection
        self.tenant_name = tenant_name
        self._hand_over = hand_over
        self.tenant = tenant
        self.now = now

    @property
    def today(self) -> str:
        """The calendar date in Sweden, as ISO text."""
        return swedish_date(datetime.fromisoformat(self.now)).isoformat()

    @cached_property
    def accounts(self) -> SqlAccounts:
        return SqlAccounts(self._connection, self.tenant)

    @cached_property
    def contents(self) -> SqlContentsInWork:
        return SqlContentsInWork(self._connection, self.tenant)

    @cached_property
    def exchanges(self) -> SqlExchanges:
        return SqlExchanges(self._connection, self.tenant, self.now)

    @cached_property
    def receivables(self) -> SqlReceivables:
        return SqlReceivables(self._connection, self.tenant, self.now)

    @cached_property
    def books(self) -> SqlBooks:
        return SqlBooks(self._connection, self.tenant, self.now)

    @cached_property
    def events(self) -> SqlEvents:
        return SqlEvents(self._connection, self.tenant, self.now)

    @cached_property
    def runs(self) -> SqlRuns:
        return SqlRuns(self._connection, self.tenant, self.now, tenant_name=self.tenant_name, hand_over=self._hand_over)

    @cached_property
    def schedules(self) -> SqlSchedules:
        return SqlSchedules(self._connection, self.tenant, self.now)

    @cached_property
    def documents(self) -> SqlDocuments:
        return SqlDocuments(self._connection, self.tenant, self.now)

    @cached_property
    def letters(self) -> SqlLetters:
        return SqlLetters(self._connection, self.tenant, self.today)

    @cached_property
    def letter_facts(self) -> SqlLetterFacts:
        return SqlLetterFacts(self._connection, self.tenant)

    @cached_property
    def archives(self) -> SqlArchives:
        return SqlArchives(self._connection, self.tenant)

    @cached_property
    def recipients(self) -> SqlRecipients:
        return SqlRecipients(self._connection, self.tenant, self.now)

    @cached_property
    def plugin_values(self) -> SqlPluginValues:
        return SqlPluginValues(self._connection, self.tenant)

    @cached_property
    def commands(self) -> SqlCommands:
        return SqlCommands(self._connection, self.tenant, self.now)

    @cached_property
    def attempts(self) -> SqlAttempts:
        return SqlAttempts(self._connection, self.tenant, self.now)

    @cached_property
    def loading(self) -> SqlLoading:
        return SqlLoading(self._connection, self.tenant)

    @cached_property
    def duplicates(self) -> SqlDuplicates:
        return SqlDuplicates(self._connection, self.tenant)

    @cached_property
    def matching(self) -> SqlMatching:
        return SqlMatching(self._connection, self.tenant, self.books)

    @cached_property
    def queue(self) -> SqlQueue:
        return SqlQueue(self._connection, self.tenant)

    @cached_property
    def lumps(self) -> SqlLumps:
        return SqlLumps(self._connection, self.tenant)

    @cached_property
    def bank_files(self) -> SqlBankFiles:
        return SqlBankFiles(self._connection, self.tenant, self.now)

    @cached_property
    def bank_statements(self) -> SqlBankStatements:
        return SqlBankStatements(self._connection, self.tenant, self.now)

    @cached_property
    def bank_rules(self) -> SqlBankRules:
        return SqlBankRules(self._connection, self.tenant)

    @cached_property
    def collection_cases(self) -> SqlCollectionCases:
        return SqlCollectionCases(self._connection, self.tenant, self.now)

    @cached_property
    def collection_orders(self) -> SqlCollectionOrders:
        return SqlCollectionOrders(self._connection, self.tenant, self.now)

    @cached_property
    def agency_told(self) -> SqlAgencyTold:
        return SqlAgencyTold(self._connection, self.tenant, self.now)

    @cached_property
    def exporting(self) -> SqlExporting:
        return SqlExporting(self._connection, self.tenant, self.now)

    @cached_property
    def ledger_files(self) -> SqlLedgerFiles:
        return SqlLedgerFiles(self._connection, self.tenant)

    @cached_property
    def comparing(self) -> SqlComparing:
        return SqlComparing(self._connection, self.tenant)

    @cached_property
    def undoing(self) -> SqlUndoing:
        return SqlUndoing(self._connection, self.tenant, self.books)

    @cached_property
    def plans(self) -> SqlPlans:
        return SqlPlans(self._connection, self.tenant, self.now)

    @cached_property
    def carried_charges(self) -> SqlCarriedCharges:
        return SqlCarriedCharges(self._connection, self.tenant, self.now)

    @cached_property
    def fee_invoices(self) -> SqlFeeInvoices:
        return SqlFeeInvoices(self._connection, self.tenant, self.now)

    @cached_property
    def interest_charges(self) -> SqlInterestCharges:
        return SqlInterestCharges(self._connection, self.tenant, self.now)

    @cached_property
    def dunning(self) -> SqlDunning:
        return SqlDunning(self._connection, self.tenant, self.now)

    @cached_property
    def purges(self) -> SqlPurges:
        return SqlPurges(self._connection, self.tenant, self.now, self.today)

    @cached_property
    def orders_to_pay(self) -> SqlOrdersToPay:
        return SqlOrdersToPay(self._connection, self.tenant, self.now)

    @cached_property
    def authorities(self) -> SqlAuthorities:
        return SqlAuthorities(self._connection, self.tenant)

    @cached_property
    def refunds(self) -> SqlRefunds:
        return SqlRefunds(self._connection, self.tenant, self.now, self.today, self.books)

    @cached_property
    def instalment_plans(self) -> SqlInstalmentPlans:
        return SqlInstalmentPlans(self._connection, self.tenant)

    @cached_property
    def claim_facts(self) -> SqlClaimFacts:
        return SqlClaimFacts(self._connection, self.tenant)

    @cached_property
    def mandates(self) -> SqlMandates:
        return SqlMandates(self._connection, self.tenant, self.now)

    @cached_property
    def payment_requests(self) -> SqlPaymentRequests:
        return SqlPaymentRequests(self._connection, self.tenant, self.now)

    @cached_property
    def scheme_orders(self) -> SqlSchemeOrders:
        return SqlSchemeOrders(self._connection, self.tenant, self.now)

    @cached_property
    def mandate_registers(self) -> SqlMandateRegisters:
        return SqlMandateRegisters(self._connection, self.tenant)


class SqlStore:
    """The database as one tenant sees it; it knows the tenant from the first time its number is asked for."""

    def __init__(
        self, engine: Engine, tenant_name: str, clock: Clock, *, hand_over: HandOver = keep_to_ourselves
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._hand_over = hand_over
        self.tenant_name = tenant_name

    @cached_property
    def tenant(self) -> int:
        """The tenant's number in this database, given to it when it had none."""
        found = tenant_number(self._engine, self.tenant_name)
        return add_tenant(self._engine, self.tenant_name) if found is None else found

    @cached_property
    def contents(self) -> SqlContents:
        return SqlContents(self._engine, self.tenant)

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="milliseconds")

    def refuse_if_elsewhere(self) -> None:
        """Raise ConfigurationError when the tenant has moved to another database, or has not arrived yet."""
        tenant = self.tenant
        with reading(self._engine) as connection:
            refuse_if_elsewhere(connection, tenant)

    @contextmanager
    def write(self) -> Iterator[SqlUnitOfWork]:
        """Open a transaction that writes; recorded events get their numbers last.

        Raises:
            ConfigurationError: the tenant has moved to another database, or has not arrived yet.
        """
        tenant = self.tenant  # in a transaction of its own
        with writing(self._engine) as connection:
            refuse_if_elsewhere(connection, tenant)
            work = self._unit_of_work(connection, tenant)
            yield work
            work.events.flush()

    @contextmanager
    def read(self) -> Iterator[SqlUnitOfWork]:
        """Open a transaction that only reads, and sees one state."""
        tenant = self.tenant
        with reading(self._engine) as connection:
            yield self._unit_of_work(connection, tenant)

    def _unit_of_work(self, connection: Connection, tenant: int) -> SqlUnitOfWork:
        return SqlUnitOfWork(connection, tenant, self._now(), tenant_name=self.tenant_name, hand_over=self._hand_over)
