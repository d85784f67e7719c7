"""The run that exports vouchers: file by file, each with its number, its bytes and its vouchers in one transaction.

So a voucher goes once: what a file holds is written down with the file, and whoever comes after finds it there. The
plugin's channel carries the file in a run of its own, with a row before and after the call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from hub.contracts import BookkeepingExporter
from hub.errors import ConfigurationError
from hub.model.attempts import PlannedMessage
from hub.model.bookkeeping import LedgerDimension, LedgerFile, LedgerVoucher
from hub.model.company import Company
from hub.model.schedules import ScheduledJob
from hub.model.tenant import Tenant
from hub.rules.bookkeeping.deciding import Decision, fiscal_year
from hub.services.attempts import plan_batch
from hub.services.bookkeeping.planning import decisions, exporting_companies
from hub.services.ports import JsonObject, UnitOfWork, Work

RUN_KIND = ScheduledJob.BOOKKEEPING.value
STEP = "export_file"
MESSAGE_KIND = "bookkeeping_file"
WRONG_ACCOUNT, VOUCHERS_WAIT = "wrong_account", "vouchers_wait"  # tasks
_CLAIM = "bookkeeping export"  # two exports at once: the second looks when the first has written


class Exporters:
    """The exporters of a tenant's plugins, and who sends for them."""

    def __init__(self, exporters: Mapping[str, BookkeepingExporter], plugins_of_channels: Mapping[str, str]) -> None:
        self._exporters = exporters
        self._plugins_of_channels = plugins_of_channels

    def of(self, company: Company) -> BookkeepingExporter:
        """Return a company's exporter. Raises ConfigurationError when no plugin that is turned on offers it."""
        name = company.bookkeeping.exporter
        if name not in self._exporters:
            raise ConfigurationError(
                f"no plugin that is turned on offers the exporter {name or '(none)'}",
                where=f"company {company.number}, bookkeeping.exporter",
                hint=f"there is: {', '.join(sorted(self._exporters)) or 'none'}",
            )
        return self._exporters[name]

    @property
    def by_name(self) -> Mapping[str, BookkeepingExporter]:
        """All of them."""
        return self._exporters

    def plugin_of(self, exporter: BookkeepingExporter) -> str:
        """Return the plugin whose channel sends. Raises ConfigurationError when its settings lead nowhere."""
        if exporter.channel not in self._plugins_of_channels:
            raise ConfigurationError(
                f"the exporter {exporter.name} is not told where its files go",
                where=f"plugins.{exporter.name}",
                hint="give the place in its table, see the plugin's README; nothing was exported",
            )
        return self._plugins_of_channels[exporter.channel]


class ExportRun:
    """Exports the vouchers of one company, or of all that have an exporter."""

    def __init__(self, tenant: Tenant, exporters: Exporters) -> None:
        self._tenant = tenant
        self._exporters = exporters

    def __call__(self, work: Work, input: JsonObject) -> JsonObject:
        """Write files until no voucher is left that can go; answer how many went and how many wait.

        Raises:
            ConfigurationError: a company's exporter is not there, or is not told where files go.
        """
        companies = exporting_companies(self._tenant, input.get("company", ""))
        for company in companies:
            self._exporters.plugin_of(self._exporters.of(company))
        counted = Counter[str]()
        for company in companies:
            counted.update(self._export(work, company, int(input.get("through", 0))))
        return dict(counted)

    def _export(self, work: Work, company: Company, through: int) -> Counter[str]:
        after, waiting, counted = 0, Counter[str](), Counter[str]()
        while True:
            answer = work.step(STEP, self._file, {"company": company.number, "after": after, "through": through})
            waiting.update(answer["waiting"])
            counted.update(vouchers=answer["vouchers"], files=1 if answer["exchange_no"] else 0)
            after = answer["after"]
            work.progress(after or counted["vouchers"], 0)
            if not after:
                break
        work.step("tell_waiting", _tell_waiting, {"company": company.number, "waiting": dict(waiting)})
        counted.update(waiting=waiting.total())
        return counted

    def _file(self, work: UnitOfWork, input: JsonObject) -> JsonObject:
        company = self._tenant.company(input["company"])
        assert company is not None  # it was one of the tenant's when the run began
        exporter = self._exporters.of(company)
        work.commands.claim(_CLAIM)
        limit = company.bookkeeping.most_vouchers
        decided, after = decisions(work, company, exporter, after=input["after"], limit=limit, through=input["through"])
        going = [one for one in decided if one.voucher is not None]
        waiting = Counter(one.reason for one in decided if one.voucher is None)
        answer = {"company": company.number, "after": after, "vouchers": len(going), "waiting": dict(waiting)}
        if not going:
            return {**answer, "exchange_no": 0, "number": 0}
        return {**answer, **self._written(work, company, exporter, going)}

    def _written(
        self, work: UnitOfWork, company: Company, exporter: BookkeepingExporter, going: Sequence[Decision]
    ) -> JsonObject:
        vouchers = [one.voucher for one in going if one.voucher is not None]
        file = _head(work, company, vouchers)
        content = b"".join(exporter.write(file, vouchers))
        name = f"bookkeeping:{company.number}:{file.number}"
        kept = work.contents.keep(content)
        message = PlannedMessage(name, kept.sha256, kept.size, MESSAGE_KIND)
        plugin = self._exporters.plugin_of(exporter)
        plan_batch(work, self._tenant.id, exporter.channel, name, [message], plugin=plugin)
        (attempt,) = work.attempts.of_messages([name])
        summary = {"company": company.number, "number": file.number, "vouchers": len(vouchers)}
        work.exchanges.change(attempt.exchange_no, format=exporter.name, summary=summary)
        work.exporting.note_exported(
            company.number, attempt.exchange_no, [(one.voucher_no, one.series, one.date) for one in vouchers]
        )
        self._tell_replaced(work, company, going)
        told = {"exchange_no": attempt.exchange_no, "number": file.number}
        work.events.record(
            "vouchers_exported", company=company.number, vouchers=len(vouchers), sha256=kept.sha256, **told
        )
        return told

    def _tell_replaced(self, work: UnitOfWork, company: Company, going: Iterable[Decision]) -> None:
        replaced = [each for one in going for each in one.replaced]
        error = company.accounts.error_account
        work.exporting.note_replaced(replaced, error)
        for account, why in sorted({(one.account, one.why) for one in replaced}):
            message = (
                f"company {company.number}: {why}: {account}; {error} stood in for it in the ledger. Move the amounts "
                "there, and mend the account where it is set or in the system that gave it"
            )
            work.commands.open_task(WRONG_ACCOUNT, f"{company.number}:{account}", message)


def _head(work: UnitOfWork, company: Company, vouchers: Sequence[LedgerVoucher]) -> LedgerFile:
    settings = company.bookkeeping
    used = {line.account for voucher in vouchers for line in voucher.lines}
    years = {fiscal_year(voucher.date, settings) for voucher in vouchers}
    return LedgerFile(
        number=work.exporting.next_file(company.number),
        company=company.number,
        name=company.name,
        organisation_number=company.organisation_number,
        currency=company.currency,
        made_on=work.today,
        years=tuple(sorted(years, reverse=True)),
        dimensions=tuple(LedgerDimension(one.number, one.name) for one in settings.dimensions),
        accounts=tuple(one for one in work.exporting.accounts(company.number) if one.number in used and one.name),
    )


def _tell_waiting(work: UnitOfWork, input: JsonObject) -> JsonObject:
    company, waiting = input["company"], input["waiting"]
    if not waiting:
        work.commands.close_task(VOUCHERS_WAIT, company)
        return {}
    counted = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in sorted(waiting.items()))
    message = f"company {company}: vouchers wait to go to the ledger ({counted}); see: hub bookkeeping export --plan"
    work.commands.open_task(VOUCHERS_WAIT, company, message)
    return {}
