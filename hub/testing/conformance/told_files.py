"""The checks that every adapter must pass that names its files and reads what the other side tells, by file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import pytest
from hypothesis import strategies as st

from hub.errors import DataError, FormatError
from hub.testing.conformance.any_input import GivenAnything
from hub.testing.damage import CHANGES, RANDOM_BYTES, changed, other_encodings, spots, truncations
from hub.testing.streams import Trickle

MOST_LOOKS = 3  # a folder may show a file only when it is the same at a second look
NAME = re.compile(r"[a-z][a-z0-9_]*")
_FILE, _CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*"), re.compile(r"[A-Z][A-Z0-9_]*")
_NO_CODE = FormatError("").code
Adapter = TypeVar("Adapter")


class ToldFilesConformance(GivenAnything):
    """What the kits of two ways have in common: an adapter's name and its files' names, and how it reads."""

    mutations: int = 50
    states_its_end: bool = True  # False: some files have no trailer, so one that is cut may look whole

    _contract: ClassVar[Any]
    _opened: ClassVar[type[Any]]
    _closed: ClassVar[type[Any]]

    def told_samples(self) -> Mapping[str, bytes]:
        """Return whole files of the other side, each with a name."""
        raise NotImplementedError("told_samples must return whole files of the other side")

    # What it is

    def test_keeps_the_contract_under_a_stable_name(self) -> None:
        adapter = self._adapter()

        assert isinstance(adapter, self._contract), f"the adapter lacks a member of {self._contract.__name__}"
        assert NAME.fullmatch(adapter.name), "the name is not lower case letters, digits and underscores"
        assert adapter.name == self._adapter().name, "the name differs from one adapter to the next"

    def test_every_file_has_a_name_of_its_own(self) -> None:
        names = self._file_names()

        assert all(_FILE.fullmatch(name) for name in names), "a name has more than letters, digits, _, . and -"
        assert len(set(names)) == len(names), "two files have one name: the second would take the first one's place"

    # Reading

    def test_a_file_is_read_whole(self) -> None:
        samples = self.told_samples()
        wrong = [name for name, data in samples.items() if not self._is_whole(self._read(data))]
        ends = f"{self._opened.__name__} first and {self._closed.__name__} last"

        assert samples, "told_samples returns none"
        assert not wrong, f"not {ends}, once each, with the right count: {wrong}"

    def test_a_file_that_comes_slowly_is_read_alike(self) -> None:
        for name, data in self.told_samples().items():
            slow: Any = Trickle(data)
            assert list(self._adapter().read(slow)) == self._read(data), f"read otherwise by a few bytes: {name}"

    def test_a_cut_file_is_refused(self) -> None:
        whole, adapter = self._whole_files() if self.states_its_end else [], self._adapter()
        cuts = [(data, cut) for data in whole for _, cut in truncations(data)]
        read = [(data, cut) for data, cut in cuts if _outcome(adapter, cut) is None]
        taken = [len(cut) for data, cut in read if self._read(cut) != self._read(data)]  # a line end alone is nothing

        assert not taken, f"read as if it were whole, of bytes: {taken}"

    def test_damage_ends_in_a_format_error(self) -> None:
        adapter = self._adapter()

        def ends_rightly(data: bytes) -> None:
            error = _outcome(adapter, data)
            assert error is None or isinstance(error, FormatError), f"not a FormatError: {type(error).__name__}"

        whole = self._whole_files()
        for data in whole:
            for _, damaged in (*spots(data), *other_encodings(data), *truncations(data)):
                ends_rightly(damaged)
        self._for_any(st.tuples(st.sampled_from(whole), CHANGES), lambda both: ends_rightly(changed(*both)))
        self._for_any(RANDOM_BYTES, ends_rightly)

    def test_an_error_has_a_code_of_its_own(self) -> None:
        adapter = self._adapter()
        errors = [_outcome(adapter, one) for data in self._whole_files() for _, one in spots(data)]
        bare = {error.code for error in errors if isinstance(error, FormatError) and not _says_what(error)}

        assert not bare, f"a FormatError whose code says nothing: {sorted(bare)}"

    # What a kit says of its own

    def _adapter(self) -> Any:
        """Return a new adapter."""
        raise NotImplementedError

    def _file_names(self) -> Sequence[str]:
        """Return what files are called that must not be taken for one another."""
        raise NotImplementedError

    def _counts(self, closed: Any, told: Sequence[Any]) -> bool:
        """Say whether the last event states rightly what was told."""
        raise NotImplementedError

    def _whole_files(self) -> list[bytes]:
        """Return what is cut and damaged."""
        return list(self.told_samples().values())

    # What the checks are made of

    def _is_whole(self, events: Sequence[Any]) -> bool:
        kinds = [type(event) for event in events]
        ends = (kinds[:1], kinds[-1:], kinds.count(self._opened), kinds.count(self._closed))
        return ends == ([self._opened], [self._closed], 1, 1) and self._counts(events[-1], events[1:-1])

    def _read(self, data: bytes) -> list[Any]:
        return list(self._adapter().read(io.BytesIO(data)))


class Desk(NamedTuple, Generic[Adapter]):
    """An adapter, and the other side of its files."""

    adapter: Adapter
    leave: Callable[[str, bytes], None] | None = None  # lets the other side leave a file; None: it leaves none
    waiting: Callable[[], Sequence[str]] = tuple  # the names of the files that it still has


class FetchedFilesConformance(ToldFilesConformance):
    """The same for adapters that fetch those files by themselves."""

    def make_desk(self) -> Desk[Any]:
        """Return a new adapter with a place of its own that nothing waits in."""
        raise NotImplementedError("make_desk must return the adapter, and the other side of its files")

    def test_what_waits_is_fetched_whole_and_deleted_only_when_it_is_kept(self) -> None:
        desk, leave, content = self._desk_with_files()
        leave("first.txt", content)
        first = _fetched(desk.adapter, "")

        assert [data for _, data in first.files] == [content], "it was not fetched as it is"
        assert list(desk.waiting()) == ["first.txt"], "deleted before anybody has kept it: a crash would lose it"
        again = _fetched(desk.adapter, "")
        assert [data for _, data in again.files] == [content], "not there any more for who has not kept it"
        desk.adapter.fetch(first.cursor)
        assert list(desk.waiting()) == [], "what is kept stays there, and is fetched again and again"

    def test_what_came_meanwhile_is_not_deleted(self) -> None:
        desk, leave, content = self._desk_with_files()
        leave("first.txt", content)
        first = _fetched(desk.adapter, "")
        leave("second.txt", content)
        second = _fetched(desk.adapter, first.cursor)

        assert [name for name, _ in second.files] == ["second.txt"], "what came meanwhile was not fetched"
        assert list(desk.waiting()) == ["second.txt"], "what came meanwhile was deleted unread"

    def _adapter(self) -> Any:
        return self.make_desk().adapter

    def _desk_with_files(self) -> tuple[Desk[Any], Callable[[str, bytes], None], bytes]:
        desk = self.make_desk()
        if desk.leave is None:
            pytest.skip("the other side leaves no files")
        return desk, desk.leave, self._whole_files()[0]


def refuses(write: Callable[[], object]) -> bool:
    """Say whether something is refused as the contract has it."""
    try:
        write()
    except DataError:
        return True
    return False


def _fetched(adapter: Any, cursor: str) -> Any:
    for _ in range(MOST_LOOKS):
        found = adapter.fetch(cursor)
        if found.files:
            break
    return found


def _outcome(adapter: Any, data: bytes) -> Exception | None:
    """Return what ends the reading of a file, None when it is read whole."""
    try:
        for _ in adapter.read(io.BytesIO(data)):
            pass
    except Exception as error:  # noqa: BLE001 - whatever comes out is what is looked at
        return error
    return None


def _says_what(error: FormatError) -> bool:
    return error.code != _NO_CODE and bool(_CODE.fullmatch(error.code))
