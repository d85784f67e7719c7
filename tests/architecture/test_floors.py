"""A module imports its own folder or a lower floor; each library is known in one place."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import hub
from hub.testing.plugin_imports import forbidden_imports
from tests.architecture.own_sources import PLUGINS, ROOT, imports_of, modules, naming, package_of, shown, text_of

PEPPOL = "plugins/peppol/hub_peppol/"
LIBRARIES = {
    "pluggy": ("hub/contracts/markers.py", "hub/runtime/plugins.py"),
    "stevedore": ("hub/runtime/installed.py",),
    "dbos": ("hub/runtime/engine.py",),
    "apscheduler": ("hub/runtime/",),
    # The wiring opens the database and hands it on, to the engine too; it writes no SQL.
    "sqlalchemy": (
        "hub/store/",
        "hub/runtime/bootstrap.py",
        "hub/runtime/tenant_work.py",
        "hub/runtime/config.py",
        "hub/runtime/engine.py",
        "hub/runtime/queue_look.py",  # beside it, in the engine's own tables
    ),
    "alembic": ("hub/store/migrations/",),
    "psycopg": ("hub/store/",),
    "sqlite3": ("hub/store/", "plugins/bankgiro/hub_bankgiro/sandbox_books.py"),  # books of a counterparty
    "typer": ("hub/cli/",),
    "click": ("hub/cli/",),
    "rich": ("hub/cli/",),
    "lxml": ("hub/formats/", "plugins/"),
    "openpyxl": ("hub/formats/",),
    "xlsxwriter": ("hub/formats/",),
    "paramiko": ("hub/transports/", "hub/loopback/"),
    "requests": ("hub/transports/",),
    "typst": ("hub/rendering/compiler.py",),
    "segno": ("hub/rendering/payment_part.py",),
    "smtplib": ("hub/transports/",),
    "imaplib": ("hub/transports/",),
    "cryptography": ("hub/loopback/", f"{PEPPOL}network/", f"{PEPPOL}sandbox_"),
    "dns": (f"{PEPPOL}network/sml.py",),
    "signxml": (f"{PEPPOL}network/signature.py",),
    "as4": (f"{PEPPOL}network/as4.py", f"{PEPPOL}sandbox_as4.py"),
    "aiosmtpd": ("plugins/email/",),
    "waitress": ("hub/api/listening.py",),
    "pytest": ("hub/testing/",),
    "hypothesis": ("hub/testing/",),
}
ENVIRONMENT_READERS = ("hub/runtime/config.py", "hub/runtime/telemetry.py")
UP_TO_CONTRACTS = {
    "texts",
    "errors",
    "money",
    "banking_calendar",
    "model",
    "identifiers",
    "rules",
    "formats",
    "contracts",
}


def test_the_floors_hold():
    """In a process of its own: the linter turns off all loggers that it finds in the one it runs in."""
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    linted = subprocess.run(
        [sys.executable, "-c", program, "--config", ".importlinter", "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},  # examples are on the tests' path alone
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_a_library_is_known_in_its_own_place_only(library):
    wrong = [
        f"{shown(path)}:{line}: {name}"
        for path in naming(library)
        if not shown(path).startswith(LIBRARIES[library])
        for name, line in imports_of(path)
        if name.partition(".")[0] == library
    ]

    assert wrong == []


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_a_plugin_imports_floors_0_to_4_only(plugin):
    assert forbidden_imports(package_of(plugin)) == []


def test_the_store_imports_only_the_ports_of_the_services():
    wrong = [
        f"{shown(path)}:{line}: {name}"
        for path in modules()
        if shown(path).startswith("hub/store/")
        for name, line in imports_of(path)
        if name.startswith("hub.services") and not name.startswith("hub.services.ports")
    ]

    assert wrong == []


def test_nothing_imports_the_kit_and_the_kit_imports_no_door():
    doors = ("hub.cli", "hub.api", "hub.console")
    outside = [path for path in naming("testing") if not shown(path).startswith("hub/testing/")]
    inside = [path for path in modules() if shown(path).startswith("hub/testing/")]

    assert [shown(path) for path in outside for name, _ in imports_of(path) if name.startswith("hub.testing")] == []
    assert [shown(path) for path in inside for name, _ in imports_of(path) if name.startswith(doors)] == []


def test_only_the_configuration_reads_the_environment():
    readers = {shown(path) for path in modules() if "os.environ" in text_of(path) or "os.getenv" in text_of(path)}

    assert readers == set(ENVIRONMENT_READERS)


def test_importing_the_contracts_imports_nothing_above_their_floor():
    names = loaded_by("import hub.contracts")
    above = {name for name in names if name.startswith("hub.") and name.split(".")[1] not in UP_TO_CONTRACTS}

    assert above == set()
    assert {"sqlalchemy", "stevedore", "typer", "rich", "lxml", "pytest"} & set(names) == set()


def test_the_facade_is_loaded_when_it_is_asked_for():
    assert "hub.runtime" not in loaded_by("import hub")
    assert hub.Hub.__module__ == "hub.runtime.facade"


def loaded_by(statement: str) -> list[str]:
    """Return the modules that a new Python has loaded after a statement."""
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()
