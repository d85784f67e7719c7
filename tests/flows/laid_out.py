"""PostgreSQL databases of their own, for tests that end sessions or keep queues: copies of one that was laid out."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from engine_home import make_home
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from hub.runtime.facade import Hub


@pytest.fixture(scope="session")
def laid_out_database(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database with our tables and the engine's, made once."""
    with _database(postgresql_server) as url, pytest.MonkeyPatch.context() as environment:
        demo = make_home(tmp_path_factory.mktemp("laid-out") / "home", url, environment)
        with Hub.open(demo.home, here=True):
            pass
        yield str(make_url(url).database)


@pytest.fixture
def own_database(postgresql_server: str, laid_out_database: str) -> Iterator[str]:
    """The URL of a database with all tables and nothing else, for one test."""
    with _database(postgresql_server, like=laid_out_database) as url:
        yield url


@contextmanager
def _database(server: str, *, like: str = "template1") -> Iterator[str]:
    name = f"own_{uuid.uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{like}"'))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()
