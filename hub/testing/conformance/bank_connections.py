"""The checks that every connection to a bank (*bankkoppling*) must pass: nothing is lost, and nothing comes twice."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import cache, partial
from typing import Any, NamedTuple

from hub.contracts import BankConnection
from hub.errors import ConfigurationError, RejectedError, TransientError
from hub.model.bank_connections import BankFile

MOST_PAGES = 20
AT_ONCE = 4  # faults
SMALL, OTHER = b"<Document>one day</Document>", b"<Document>another day</Document>!"
LARGE = bytes(range(256)) * 4096
NAMES = ("camt053_1.xml", "Utdrag \u00e5\u00e4\u00f6 2.xml", "bgmax.txt")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SAID = (TransientError, ConfigurationError, RejectedError)


class BankPlace(ABC):
    """One bank that serves while a test lasts, empty at first."""

    secrets: Sequence[str] = ()  # what no error, address or `repr` may hold
    faults: Sequence[str] = ()  # what can go wrong with the next call

    @abstractmethod
    def connection(self) -> BankConnection:
        """Return a new connection to it; all of them share one state."""

    def hurried_connection(self) -> BankConnection:
        """Return one for calls of which something goes wrong; override it to wait no longer than a test should."""
        return self.connection()

    @abstractmethod
    def put(self, name: str, content: bytes) -> None:
        """Lay a whole file out for us, in the place of one of the same name."""

    @abstractmethod
    def waiting(self) -> Sequence[str]:
        """Return the names of the files that lie there for us, by the bank's own count."""

    def order(self, fault: str) -> None:
        """Let the next call go wrong."""
        raise NotImplementedError("order must carry out the faults that are named")

    def settle(self) -> None:
        """Let what lies there come to rest; where a second look is enough there is nothing to do."""
        return


Check = Callable[["BankConnectionConformance", BankPlace], None]


def _at_a_bank(check: Check) -> Callable[[BankConnectionConformance], None]:
    """Let a check have a new bank."""

    def run(self: BankConnectionConformance) -> None:
        with self.make_place() as place:
            check(self, place)

    run.__name__, run.__qualname__ = check.__name__, check.__qualname__
    return run


class BankConnectionConformance:
    """Inherit this in a class whose name begins with `Test`, and say how its bank is made."""

    keeps_files: bool = False  # True: the bank keeps what is taken, and lists it ever after

    def make_place(self) -> AbstractContextManager[BankPlace]:
        """Return a bank that serves while it is entered."""
        raise NotImplementedError("make_place must return the bank")

    # What it is

    @_at_a_bank
    def test_is_a_bank_connection_with_a_stable_name(self, place: BankPlace) -> None:
        one = place.connection()

        assert isinstance(one, BankConnection), "it lacks a member of BankConnection"
        assert _NAME.fullmatch(one.name), "the name is not a letter, then small letters, digits and _"
        said = [(each.name, each.channel, each.way, each.endpoint) for each in (one, place.connection())]
        assert said[0] == said[1], "name, channel, way or endpoint differ from one instance to the next"

    @_at_a_bank
    def test_where_it_leads_is_told_without_secrets(self, place: BankPlace) -> None:
        one = place.connection()

        assert one.endpoint, "endpoint does not say where files lie"
        assert not _holding(f"{one.endpoint} {one!r} {one.way}", place), "endpoint or repr holds a secret"

    # Fetching

    @_at_a_bank
    def test_a_bank_with_nothing_for_us_gives_nothing(self, place: BankPlace) -> None:
        assert looked(place) == [], "it finds files where there are none"

    @_at_a_bank
    def test_every_file_is_found_whole(self, place: BankPlace) -> None:
        contents = dict(zip(NAMES, (SMALL, OTHER, LARGE), strict=True))
        for name, content in contents.items():
            place.put(name, content)

        found = {file.name: read(place.connection(), file) for file in looked(place)}
        assert found == contents, "a file is not found, is called otherwise, or its bytes are others"

    @_at_a_bank
    def test_every_file_has_a_key_of_its_own(self, place: BankPlace) -> None:
        for name in NAMES:
            place.put(name, SMALL)

        keys = [file.key for file in looked(place)]
        assert len(set(keys)) == len(NAMES), "two files have one key: the second is never taken"

    @_at_a_bank
    def test_the_same_file_has_the_same_key_at_every_look(self, place: BankPlace) -> None:
        place.put(NAMES[0], SMALL)

        assert keys_of(place) == keys_of(place), "the key of a file changes from look to look: it is taken twice"

    @_at_a_bank
    def test_another_file_of_the_same_name_has_another_key(self, place: BankPlace) -> None:
        place.put(NAMES[0], SMALL)
        before = keys_of(place)
        place.put(NAMES[0], OTHER)

        assert keys_of(place).isdisjoint(before), "a new file has the key of the one before: it is never taken"

    @_at_a_bank
    def test_looking_and_reading_leave_files_there(self, place: BankPlace) -> None:
        place.put(NAMES[0], SMALL)
        for _ in range(2):
            for file in looked(place):
                read(place.connection(), file)

        assert list(place.waiting()) == [NAMES[0]], "a file is gone before it was said to be taken"

    # Taken

    @_at_a_bank
    def test_what_is_taken_is_not_found_again_as_another(self, place: BankPlace) -> None:
        place.put(NAMES[0], SMALL)
        before = keys_of(place)
        for file in looked(place):
            place.connection().taken(file)

        assert keys_of(place) == (before if self.keeps_files else set()), "what is taken is found again, or lost"
        assert bool(place.waiting()) == self.keeps_files, "the bank has it, or has it not, against keeps_files"

    @_at_a_bank
    def test_only_what_is_taken_goes(self, place: BankPlace) -> None:
        for name in NAMES:
            place.put(name, SMALL)
        for file in looked(place):
            if file.name == NAMES[1]:
                place.connection().taken(file)

        left = set(place.waiting()) - ({NAMES[1]} if self.keeps_files else set())
        assert left == {NAMES[0], NAMES[2]}, "other files went with the one that is taken"

    @_at_a_bank
    def test_taken_may_be_said_again(self, place: BankPlace) -> None:
        place.put(NAMES[0], SMALL)
        for file in looked(place):
            for _ in range(2):
                place.connection().taken(file)

    # When something goes wrong

    def test_a_fault_ends_in_an_error_of_the_contract_and_loses_nothing(self) -> None:
        for trial in self._trials:
            assert isinstance(trial.said, (*_SAID, type(None))), f"{trial.fault} ends in {type(trial.said).__name__}"
            assert trial.found == [LARGE], f"after {trial.fault} the file is not there, or not whole"

    def test_half_a_file_is_never_lent(self) -> None:
        for trial in self._trials:
            assert set(trial.lent) <= {LARGE}, f"{trial.fault} ends in bytes that are not the file's"

    def test_errors_hold_no_secret(self) -> None:
        for trial in self._trials:
            assert not trial.told_secrets, f"the error of {trial.fault} holds a secret"

    @property
    def _trials(self) -> list[BankTrial]:
        kit: Any = type(self)
        return _bank_trials(kit)


class BankTrial(NamedTuple):
    """One look and one reading while a fault was ordered."""

    fault: str
    said: Exception | None  # None: both came to their end
    told_secrets: Sequence[str]  # that it holds
    lent: Sequence[bytes]
    found: Sequence[bytes]  # afterwards


@cache
def _bank_trials(kit: Any) -> list[BankTrial]:
    """Try every fault, each at a new bank; several checks look at what came of it, and slow answers come together."""
    checks: BankConnectionConformance = kit()
    with checks.make_place() as place:
        faults = list(place.faults)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(partial(_tried, checks), faults))


def looked(place: BankPlace) -> list[BankFile]:
    """Return all that lies there and has come to rest, page by page, each page by another instance."""
    place.connection().fetch("")  # the first look at what has come since
    place.settle()
    found: list[BankFile] = []
    cursor = ""
    for _ in range(MOST_PAGES):
        page = place.connection().fetch(cursor)
        found += page.files
        cursor = page.cursor
        if not page.has_more:
            return found
    raise AssertionError(f"there is another page {MOST_PAGES} times")


def keys_of(place: BankPlace) -> set[str]:
    """Return the keys of all that lies there."""
    return {file.key for file in looked(place)}


def read(connection: BankConnection, file: BankFile) -> bytes:
    """Return the bytes of a file."""
    with connection.open(file) as stream:
        return stream.read()


def _tried(checks: BankConnectionConformance, fault: str) -> BankTrial:
    """Let a look and a reading meet a fault."""
    with checks.make_place() as place:
        place.put(NAMES[0], LARGE)
        files = looked(place)
        place.order(fault)
        lent: list[bytes] = []
        said = None
        try:
            place.hurried_connection().fetch("")
            lent = [read(place.hurried_connection(), file) for file in files]
        except Exception as error:  # noqa: BLE001 - which one it is, is what is looked at
            said = error
        told = "" if said is None else f"{said} {said!r} {said.args}"
        found = [read(place.connection(), file) for file in looked(place)]
        return BankTrial(fault, said, _holding(told, place), lent, found)


def _holding(text: str, place: BankPlace) -> list[str]:
    return [secret for secret in place.secrets if secret and secret in text]
