"""PostgreSQL databases of their own, for tests that end sessions or keep queues: copies of one that was laid out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from engine_home import make_home
from sqlalchemy.engine import make_url

from hub.runtime.facade import Hub

OwnDatabase = Callable[..., AbstractContextManager[str]]


@pytest.fixture(scope="session")
def laid_out_database(own_postgresql_database: OwnDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database with our tables and the engine's, made once."""
    with own_postgresql_database() as url, pytest.MonkeyPatch.context() as environment:
        demo = make_home(tmp_path_factory.mktemp("laid-out") / "home", url, environment)
        with Hub.open(demo.home, here=True):
            pass
        yield str(make_url(url).database)


@pytest.fixture
def own_database(own_postgresql_database: OwnDatabase, laid_out_database: str) -> Iterator[str]:
    """The URL of a database with all tables and nothing else, for one test."""
    with own_postgresql_database(like=laid_out_database) as url:
        yield url
