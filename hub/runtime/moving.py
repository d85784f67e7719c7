"""`hub move`: tenants of a home go on in another database, or come back from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from hub.errors import ConfigurationError
from hub.runtime.bootstrap import Installation
from hub.runtime.config import DatabaseSettings, Home, InstallationSettings
from hub.runtime.setting_errors import configuration_error
from hub.runtime.standstill import refuse_living, sole_worker
from hub.store.database import open_database
from hub.store.moving import Moved, SqlMove, place_of, tenant_names

Progress = Callable[[int, int], None]
"""(rows copied and compared, of how many), for one tenant after the other"""


def move(
    home: Path | None,
    to: str,
    *,
    tenant: str | None = None,
    all_tenants: bool = False,
    take_back: bool = False,
    wait_s: float = 0,
    progress: Progress | None = None,
) -> Iterator[Moved]:
    """Move a tenant, or all, from a home's database to the one at `to`: a URL, or `env:NAME` or `file:PATH` of one.

    Yields each tenant that has moved; see `SqlMove.carry_out`. With `take_back` it works at home again instead; see
    `SqlMove.take_back`. Without a name it is the only tenant there is.

    Raises:
        ConfigurationError: `to` is no database for it, or there is no such tenant.
        RuleViolation: it cannot be taken back, since work has gone on there.
        TransientError: a node works in the home's database, or a database does not answer.
    """
    installation = Installation.open(home)
    with _standing_still(installation, wait_s) as stack:
        source, target = installation.engine, open_database(_url(installation.home, to))
        stack.callback(target.dispose)
        if place_of(source) == place_of(target):
            raise ConfigurationError("the home works in this database already", where="--to")
        for name in tenant_names(source) if all_tenants else [tenant or _only(tenant_names(source))]:
            moving = SqlMove(source, target, name)
            carry_out = moving.take_back if take_back else moving.carry_out
            yield carry_out(progress)


def _only(names: list[str]) -> str:
    if len(names) != 1:
        raise ConfigurationError(
            f"the database has {len(names)} tenants", where="tenants", hint="say which by --tenant, or --all-tenants"
        )
    return names[0]


@contextmanager
def _standing_still(installation: Installation, wait_s: float) -> Iterator[ExitStack]:
    with ExitStack() as stack:
        stack.callback(installation.close)
        if installation.engine.dialect.name == "sqlite":
            stack.enter_context(sole_worker(installation.engine.url.database, wait_s))
        else:
            refuse_living(installation.nodes.all(), installation.home.config.engine.silent_after_s)
        yield stack


def _url(home: Home, to: str) -> str:
    try:
        settings = DatabaseSettings(url=to)
    except ValidationError as error:
        raise configuration_error(error, DatabaseSettings, source="--to") from None
    return replace(home, config=InstallationSettings(database=settings)).database_url()
