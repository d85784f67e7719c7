"""Whether a tenant's banks can be looked at, and whether somebody looks."""

from __future__ import annotations

from collections.abc import Iterator

from hub.errors import HubError
from hub.model.bank_connections import ConnectionRow
from hub.model.schedules import ScheduledJob
from hub.runtime.findings import Finding, Health
from hub.runtime.tenant_work import TenantWork


def bank_findings(work: TenantWork, what: str) -> Iterator[Finding]:
    """Find bank connections whose last look failed, and that no schedule looks; nothing where there are none."""
    try:
        connections = work.plugins.bank_connections
    except HubError as error:
        yield Finding(Health.WRONG, what, str(error))
        return
    fetched = [name for name, one in connections.items() if one.endpoint]
    with work.store.read() as reading:
        looked = reading.bank_files.connections()
    for name in fetched:
        yield _of_connection(looked.get(name, ConnectionRow(name)), what)
    if fetched and not any(schedule.job is ScheduledJob.POLL for schedule in work.tenant.schedules):
        text = 'no schedule looks at the banks: add one with job = "poll", else files come by hub bank fetch alone'
        yield Finding(Health.LOOK, what, text)


def _of_connection(looked: ConnectionRow, what: str) -> Finding:
    name = f"bank connection {looked.connection}"
    if looked.failed_at:
        return Finding(
            Health.LOOK, what, f"{name}: the last look failed at {_minute(looked.failed_at)}: {looked.problem}"
        )
    if not looked.fetched_at:
        return Finding(Health.LOOK, what, f"{name}: nobody has looked yet: hub bank fetch {looked.connection}")
    return Finding(Health.OK, what, f"{name} was last looked at {_minute(looked.fetched_at)}")


def _minute(moment: str) -> str:
    return f"{moment[:16].replace('T', ' ')} UTC"
