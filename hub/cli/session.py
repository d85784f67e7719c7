"""What every command shares: where the home is, which tenant, how to answer, and how it ends."""

from __future__ import annotations

import getpass
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from hub.cli.exit_codes import exit_code_of
from hub.cli.showing import answer_json, read_or_not, say
from hub.cli.usage import UsageLine, refuse_beyond_databases
from hub.errors import HubError

if TYPE_CHECKING:
    from hub.runtime.bootstrap import Installation
    from hub.runtime.facade import Hub
    from hub.runtime.facade_runs import RunsSeen

Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="FOLDER",
        help="The home folder; else HUB_HOME, else the current folder.",
        rich_help_panel="Common",
    ),
]
TenantName = Annotated[
    str | None,
    typer.Option(
        "--tenant", metavar="NAME", help="The tenant; needed when there are several.", rich_help_panel="Common"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.", rich_help_panel="Common")]
Debug = Annotated[bool, typer.Option("--debug", help="Show a traceback on errors.", rich_help_panel="Common")]
Wait = Annotated[
    float,
    typer.Option(
        "--wait",
        min=0,
        metavar="SECONDS",
        help="How long to wait for another process at work.",
        rich_help_panel="Common",
    ),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="TEXT",
        help="Your own key: the same command with it again changes nothing.",
        show_default="a new one",
    ),
]
User = Annotated[
    str | None,
    typer.Option("--user", metavar="NAME", help="Who says it.", show_default="the name you are logged in by"),
]
AllTenants = Annotated[bool, typer.Option("--all-tenants", help="Every tenant of the home.")]
KEYED: dict[str, tuple[Any, Any]] = {"key": (Key, None), "user": (User, None)}
SHARED: dict[str, tuple[Any, Any]] = {
    "home": (Home, None),
    "tenant": (TenantName, None),
    "as_json": (AsJson, False),
    "debug": (Debug, False),
    "wait": (Wait, 10.0),
}


_DEFAULTS = {name: default for name, (_, default) in (*SHARED.items(), *KEYED.items())}


@dataclass(frozen=True)
class Session:
    """The common options of one call."""

    home: Path | None = None
    tenant: str | None = None
    as_json: bool = False
    debug: bool = False
    wait: float = 10.0
    key: str | None = None
    user: str | None = None

    def hub(self) -> Hub:
        """Open the tenant; close it after use."""
        from hub.runtime.facade import Hub  # here: help, inspect and plugins start without a database library

        return Hub.open(self.home, self.tenant, wait_s=self.wait)

    @contextmanager
    def hubs(self, *, all_tenants: bool) -> Iterator[Sequence[Hub]]:
        """Open the tenant, or every one whose settings can be read: the others are told on standard error."""
        if not all_tenants:
            with self.hub() as hub:
                yield [hub]
            return
        self._refuse_one_tenant()
        from hub.runtime.facade import every_tenant

        with every_tenant(self.home, lambda error: say(_sentence(error), is_error=True)) as hubs:
            yield hubs

    @contextmanager
    def seen_runs(self, *, all_tenants: bool = False) -> Iterator[Sequence[tuple[str, RunsSeen]]]:
        """Open the tenant's runs, or those of every one, whether settings can be read or not."""
        if all_tenants:
            self._refuse_one_tenant()
        from hub.runtime.facade_runs import seen_runs

        one = [self.tenant] if self.tenant else None
        with seen_runs(
            self.home, [] if all_tenants else one, lambda error: say(_sentence(error), is_error=True)
        ) as found:
            yield found

    def _refuse_one_tenant(self) -> None:
        if self.tenant:
            raise typer.BadParameter("--all-tenants stands alone, without --tenant")

    def installation(self) -> Installation:
        """Open the home, for what concerns no single tenant; close it after use."""
        from hub.runtime.bootstrap import Installation

        return Installation.open(self.home)

    def why_queued(self) -> str:
        """Say why something that was asked for is still queued."""
        from hub.runtime.serving import why_queued

        installation = self.installation()
        try:
            return why_queued(installation)
        finally:
            installation.close()

    @property
    def person(self) -> str:
        """Who says it: as was given, else the name that the system knows."""
        return _person() if self.user is None else self.user

    def body(self, kind: str, **values: Any) -> dict[str, Any]:
        """Return a command's wire form; what is not given is left out. An empty key or user is given, and is wrong."""
        given = {name: value for name, value in values.items() if value not in (None, "", ())}
        key = f"cli-{uuid4()}" if self.key is None else self.key
        return {"kind": kind, "key": key, "user": self.person, **given}


def _person() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "command line"


Command = Callable[..., None]


def command(
    app: typer.Typer, name: str, *, is_default: bool = False, is_keyed: bool = False
) -> Callable[[Command], Command]:
    """Register a function as a command; it gets a `Session` first, and the common options are added to its own.

    With `is_default` it is also what the group does when no command is named; such a one takes options only. With
    `is_keyed` it changes something and takes a key and who says it.
    """
    extra = KEYED if is_keyed else {}

    def register(function: Command) -> Command:
        app.command(name, cls=UsageLine)(_with_shared_options(function, extra, always=True))
        if is_default:
            app.callback(invoke_without_command=True)(_with_shared_options(function, {}, always=False))
        return function

    return register


def root_options(app: typer.Typer, help_text: str) -> None:
    """Let the common options stand before the command too."""

    def nothing(_session: Session) -> None:
        pass

    app.callback(help=help_text)(_with_shared_options(nothing, {}, always=True))


def _with_shared_options(function: Command, extra: dict[str, tuple[Any, Any]], *, always: bool) -> Command:
    shared = {**extra, **SHARED}
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    defaults = {parameter.name: parameter.default for parameter in own}

    def run(ctx: typer.Context, **given: Any) -> None:
        refuse_beyond_databases(ctx, given)
        session = _session(ctx, {name: given.pop(name) for name in shared})
        ctx.obj = session
        if always or ctx.invoked_subcommand is None:
            with ended_by_exit_code(debug=session.debug, as_json=session.as_json):
                function(session, **{**defaults, **given})

    parameters = [_keyword("ctx", typer.Context), *(p.replace(kind=p.KEYWORD_ONLY) for p in own)]
    parameters += [_keyword(name, kind, default) for name, (kind, default) in shared.items()]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__name__, run.__doc__ = function.__name__, function.__doc__
    return run


def _keyword(name: str, kind: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)


def _session(ctx: typer.Context, given: dict[str, Any]) -> Session:
    """Options beside the command win over those before it."""
    before = ctx.parent.obj if ctx.parent is not None and isinstance(ctx.parent.obj, Session) else Session()
    return replace(before, **{name: value for name, value in given.items() if value != _DEFAULTS[name]})


@contextmanager
def ended_by_exit_code(*, debug: bool = False, as_json: bool = False) -> Iterator[None]:
    """Turn errors into one line that says what to do, and an exit code; as JSON to standard output too, if asked."""
    try:
        with read_or_not(sys.stdout):
            yield
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except Exception as error:  # noqa: BLE001 - the last place before the person: no traceback unless asked for
        raise told_error(error, debug=debug, as_json=as_json) from None


@contextmanager
def kept_when_stopped(see: str) -> Iterator[None]:
    """Say, when a person stops a command by Ctrl-C, what becomes of what it has taken in; `see` lists it."""
    try:
        yield
    except KeyboardInterrupt:
        say(f"stopped; what was taken in is kept, and goes on with the next command or hub serve; see: {see}")
        raise


def told_error(
    error: Exception, before: str = "", after: str = "", *, debug: bool, as_json: bool, **beside: Any
) -> typer.Exit:
    """Say an error, between other words where they are given, and return the end of the command; see the above.

    `beside` is what a script is told beside the error.
    """
    if debug:
        traceback.print_exc()
    message = f"{before}{_sentence(error)}{after}"
    say(message, is_error=True)
    if as_json:
        answer_json({"error": {"code": getattr(error, "code", "DEFECT"), "message": message}, **beside})
    return typer.Exit(exit_code_of(error))


def _sentence(error: Exception) -> str:
    if isinstance(error, HubError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename or 'the system'}: {error.strerror or type(error).__name__}"
    return f"a defect in the hub: {type(error).__name__}; run it again with --debug, and report what it shows"
