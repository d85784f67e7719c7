"""`hub serve`, `hub worker` and `hub nodes`: the processes that carry out what is queued."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, show_table, state

if TYPE_CHECKING:
    from hub.model.nodes import Node
    from hub.runtime.bootstrap import Installation
    from hub.runtime.serving import Door

NodeName = Annotated[
    str,
    typer.Option(
        "--node",
        metavar="NAME",
        help="This process's name among the others, the same at each start.",
        show_default="the host's, with a number",
    ),
]
HealthPort = Annotated[
    int | None,
    typer.Option(
        "--health-port", min=0, max=65535, metavar="PORT", help="Answer GET /health on this port of 127.0.0.1."
    ),
]
LogJson = Annotated[
    bool | None,
    typer.Option("--log-json/--log-text", help="How to log to standard error.", show_default="JSON in a pipe"),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "serve")(serve)
    command(app, "worker")(worker)
    command(app, "nodes")(nodes)


def serve(session: Session, node: NodeName = "", health_port: HealthPort = None, log_json: LogJson = None) -> None:
    """Work until stopped: carry out what is queued, fire schedules, take webhooks, for all tenants; in one process."""
    from hub.api.listening import listening

    installation = session.installation()
    try:
        _serve(session, installation, node, health_port, log_json, door=listening)
    finally:
        installation.close()


def worker(session: Session, node: NodeName = "", health_port: HealthPort = None, log_json: LogJson = None) -> None:
    """Work beside others, on PostgreSQL: as many processes, on as many machines, as there is work for."""
    from hub.runtime.serving import refuse_sqlite

    installation = session.installation()
    try:
        refuse_sqlite(installation)
        _serve(session, installation, node, health_port, log_json)
    finally:
        installation.close()


def _serve(
    session: Session,
    installation: Installation,
    name: str,
    health_port: int | None,
    log_json: bool | None,
    door: Door | None = None,
) -> None:
    from hub.runtime.logs import log_to_stderr
    from hub.runtime.serving import serve as work_until_stopped
    from hub.runtime.telemetry import exported

    log_to_stderr(as_json=log_json)
    with exported():
        work_until_stopped(installation, name=name, health_port=health_port, lock_timeout_s=session.wait, door=door)


def nodes(session: Session) -> None:
    """List the processes that carry out runs; exit code 4 when none is alive."""
    from hub.runtime.serving import living

    installation = session.installation()
    try:
        found = installation.nodes.all()
        tokens = {node.token for node in living(installation)}
    finally:
        installation.close()
    alive = [node.token in tokens for node in found]
    if session.as_json:
        answer_json([{**node._asdict(), "is_alive": is_alive} for node, is_alive in zip(found, alive, strict=True)])
    else:
        rows = [
            (
                node.name,
                state(_state(node, is_alive)),
                f"{node.silent_s} s ago",
                node.host,
                str(node.process),
                node.plugins,
            )
            for node, is_alive in zip(found, alive, strict=True)
        ]
        columns = (
            ("node", "keep"),
            "state",
            ("heard of", "right"),
            "host",
            ("process", "right"),
            ("installed", "wrap"),
        )
        show_table("", columns, rows, empty="no process has worked here yet; start one: hub serve")
    if not any(alive):
        raise typer.Exit(ExitCode.WAITS)


def _state(node: Node, is_alive: bool) -> str:
    if is_alive:
        return "alive"
    return "stopped" if node.stopped_at is not None else "silent"
