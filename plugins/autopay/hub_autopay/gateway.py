"""A bank whose files are fetched and handed over by HTTPS, as its settings declare it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from json import JSONDecodeError
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from urllib.parse import quote

from hub.contracts import PluginContext
from hub.errors import TransientError
from hub.model.bank_connections import BankFile, Fetched
from hub.transports.https import Answer, HttpParty
from hub_autopay.bank_folders import CHANNEL
from hub_autopay.connection_settings import GatewaySettings, TellTaken

LONGEST_NAME = 200


class Gateway:
    """One bank's address; who we are goes with every call."""

    def __init__(self, name: str, settings: GatewaySettings, context: PluginContext) -> None:
        self.settings = settings
        self._context = context
        self._where = f"connections.{name}.https"
        self._address = settings.address

    @cached_property
    def party(self) -> HttpParty:
        """The address, pinned."""
        return HttpParty(
            self.settings.address,
            timeout_s=self.settings.timeout_s,
            ca_file=self.settings.ca_file or None,
            client_certificate=self._secret("client_certificate"),
        )

    def headers(self, **more: str) -> dict[str, str]:
        """Return what goes with a call: our token, fetched anew since it may have been renewed."""
        token = self._secret("token")
        return {"Authorization": f"Bearer {token().strip()}"} | more if token is not None else more

    def _secret(self, name: str) -> Callable[[], str] | None:
        is_given = getattr(self.settings, name) is not None
        return partial(self._context.secret, f"{self._where}.{name}") if is_given else None


class GatewayConnection:
    """Files of one bank by HTTPS."""

    way = "https"

    def __init__(self, name: str, gateway: Gateway) -> None:
        self.name = name
        self._gateway = gateway
        self._settings = gateway.settings

    @property
    def channel(self) -> str:
        """The channel that posts files, where the bank takes any."""
        return f"{CHANNEL}{self.name}" if self._settings.upload_path else ""

    @property
    def endpoint(self) -> str:
        """Where the list of files is; blank when none are fetched."""
        address = self._settings.address.rstrip("/")
        return f"{address}/{self._settings.list_path}" if self._settings.list_path else ""

    def fetch(self, cursor: str) -> Fetched:
        """Return a page of the list. Raises as `BankConnection.fetch`; what is no list is a TransientError."""
        if not self._settings.list_path:
            return Fetched()
        is_paged = bool(cursor and self._settings.cursor_parameter)
        query = f"?{self._settings.cursor_parameter}={quote(cursor, safe='')}" if is_paged else ""
        answer = self._gateway.party.ask(f"{self._settings.list_path}{query}", self._gateway.headers())
        if answer.status != 200:
            raise self._refusal(answer)
        return self._page(_object(answer), cursor)

    def _page(self, page: dict[str, Any], cursor: str) -> Fetched:
        files, following = page.get(self._settings.files_member), page.get(self._settings.next_member)
        if not isinstance(files, list) or not all(isinstance(one, dict) for one in files):
            raise _no_list(f"it has no list called {self._settings.files_member}")
        found = tuple(self._file(one) for one in files)
        if not self._settings.cursor_parameter or not isinstance(following, str) or not following:
            return Fetched(found, cursor)
        return Fetched(found, following, has_more=following != cursor and bool(found))

    def _file(self, told: dict[str, Any]) -> BankFile:
        identity, name = told.get(self._settings.id_member), told.get(self._settings.name_member)
        size = told.get(self._settings.size_member, 0)
        if isinstance(identity, int) and not isinstance(identity, bool):
            identity = str(identity)
        if not isinstance(identity, str) or not identity:
            raise _no_list(f"a file has no {self._settings.id_member}")
        is_size = isinstance(size, int) and not isinstance(size, bool) and size >= 0
        named = name if isinstance(name, str) and name else identity
        return BankFile(identity, named[:LONGEST_NAME], size if is_size else 0)

    @contextmanager
    def open(self, file: BankFile) -> Iterator[BinaryIO]:
        """Lend a file. Raises as `BankConnection.open`; of another size than was listed it is a TransientError."""
        with TemporaryFile(prefix="bank-") as stream:
            path = self._path(self._settings.file_path, file)
            party, largest = self._gateway.party, self._settings.largest
            party.download(path, self._gateway.headers(), stream, largest=largest, size=file.size)
            if file.size and stream.tell() != file.size:
                raise TransientError("a file was not as long as its listing says: it is left for the next time")
            stream.seek(0)
            yield stream

    def taken(self, file: BankFile) -> None:
        """Tell the bank, as it wants to be told. Raises as `BankConnection.taken`."""
        if self._settings.taken is TellTaken.NO:
            return
        by_delete = self._settings.taken is TellTaken.DELETE
        path = self._path(self._settings.file_path if by_delete else self._settings.taken_path, file)
        answer = self._gateway.party.change("DELETE" if by_delete else "POST", path, self._gateway.headers())
        if not (200 <= answer.status < 300 or answer.status in (404, 410)):  # it is gone: it was told before
            raise self._refusal(answer)

    def _refusal(self, answer: Answer) -> TransientError:
        said = f"the bank connection {self.name} was answered {answer.status}: the file stays there"
        return TransientError(said, retry_after_s=answer.retry_after_s)

    @staticmethod
    def _path(path: str, file: BankFile) -> str:
        return path.replace("{id}", quote(file.key, safe=""))


def _object(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.content)
    except (JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise _no_list("it is no JSON") from None
    if not isinstance(found, dict):
        raise _no_list("it is no object")
    return found


def _no_list(why: str) -> TransientError:
    return TransientError(f"the bank's list of files cannot be read: {why}; look at the address and the member names")
