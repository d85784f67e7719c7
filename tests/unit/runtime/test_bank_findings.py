"""The doctor says how the looks at each bank went, and whether a schedule looks."""

from __future__ import annotations

from pathlib import Path

from hub.demo.folder import TENANT
from hub.runtime.bank_findings import bank_findings
from hub.runtime.bootstrap import Installation

CONNECTION = '\n[plugins.autopay.connections.seb]\nfrom_bank = { folder = "/srv/bank" }\n'
SCHEDULE = '\n[[schedules]]\nname = "banks"\njob = "poll"\ncron = "*/15 * * * *"\n'


def told(home: Path, *, added: str = "", failed: str = "", looked: bool = False) -> list[tuple[str, str]]:
    file = home / "tenants" / f"{TENANT}.toml"
    file.write_text(file.read_text(encoding="utf-8") + added, encoding="utf-8")
    installation = Installation.open(home)
    work = installation.tenant()
    with work.store.write() as writing:
        if looked:
            writing.bank_files.note_looked("seb", "")
        if failed:
            writing.bank_files.note_failed("seb", failed)
    found = [(finding.health.value, finding.message) for finding in bank_findings(work, "tenant")]
    installation.close()
    return found


def test_how_the_looks_went_is_told(home: Path) -> None:
    assert told(home) == []
    (never, unscheduled) = told(home, added=CONNECTION)
    assert never == ("look", "bank connection seb: nobody has looked yet: hub bank fetch seb")
    assert "no schedule looks at the banks" in unscheduled[1]
    ((health, message),) = told(home, added=SCHEDULE, looked=True)
    assert (health, "bank connection seb was last looked at" in message) == ("ok", True)
    ((health, message),) = told(home, failed="there is no answer now")
    assert (health, message.endswith("there is no answer now")) == ("look", True)
