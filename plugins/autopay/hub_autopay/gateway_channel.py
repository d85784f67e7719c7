"""Handing files over to a bank by HTTPS, and asking for one by our key."""

from __future__ import annotations

import json
from json import JSONDecodeError
from math import ceil
from urllib.parse import quote

from hub.contracts import PluginContext, Promise
from hub.errors import ConfigurationError, TransientError
from hub.model.attempts import Delivered, Message, Probed
from hub.transports.asked_by_key import probed, sent_or_found
from hub.transports.https import CONNECT_TIMEOUT_S, Answer
from hub_autopay.bank_folders import CHANNEL
from hub_autopay.connection_settings import KEY, ConnectionSettings
from hub_autopay.gateway import Gateway

MARGIN_S = 10
LONGEST_ID = 200


class GatewayChannel:
    """Posts files to one bank."""

    def __init__(self, connection: str, settings: ConnectionSettings, gateway: Gateway, context: PluginContext) -> None:
        self._connection = connection
        self._settings = settings
        self._gateway = gateway
        self._https = gateway.settings
        self._state = context.state

    @property
    def name(self) -> str:
        """The connection's name with `bank_` before it."""
        return f"{CHANNEL}{self._connection}"

    @property
    def promise(self) -> Promise:
        """As the bank says: it takes a key once, it can be asked by it, or neither."""
        if self._settings.takes_once:
            return Promise.IDEMPOTENT
        return Promise.QUERYABLE if self._https.by_key_path else Promise.NEITHER

    @property
    def endpoint(self) -> str:
        """Where files are posted."""
        return f"{self._https.address.rstrip('/')}/{self._https.upload_path}"

    @property
    def settled_after_s(self) -> int:
        """When nothing of a call can still arrive."""
        return ceil(self._https.timeout_s + CONNECT_TIMEOUT_S) + MARGIN_S

    def send(self, message: Message) -> Delivered:
        """Post a file. Raises as `HttpParty.submit`; one that lies there already by our key was taken."""
        if self.promise is not Promise.QUERYABLE:
            return self._send(message)
        return sent_or_found(self, message.key, lambda: self._send(message))

    def _send(self, message: Message) -> Delivered:
        headers = self._gateway.headers(
            **{
                self._https.key_header: message.key,
                self._https.name_header: self._settings.name_of(message),
                "Content-Type": "application/octet-stream",
            }
        )
        answer = self._gateway.party.submit(self._https.upload_path, message.content, headers)
        self._remember(message.key)
        return Delivered(self._named(answer) or message.key)

    def probe(self, key: str) -> Probed:
        """Ask by our key. Raises as `HttpParty.ask`."""
        return probed(self, key)

    def find(self, key: str) -> str | None:
        """Return what the bank calls a file of ours, None when it says that it has none. Raises as `HttpParty.ask`."""
        path = self._https.by_key_path.replace(KEY, quote(key, safe=""))
        answer = self._gateway.party.ask(path, self._gateway.headers())
        if answer.status == 200:
            return self._named(answer) or key
        if answer.status in (404, 410):
            return None
        if answer.status < 500:
            raise ConfigurationError(f"the bank answered {answer.status} to our key", hint="look at by_key_path")
        raise TransientError(f"the bank answered {answer.status} to our key", retry_after_s=answer.retry_after_s)

    def can_find(self) -> bool:
        """Prove the question by the last file that the bank has taken; True when it has never taken one."""
        kept = self._state.get(self._last)
        return kept is None or self.find(kept[0]) is not None

    @property
    def _last(self) -> str:
        return f"last:{self._connection}"

    def _remember(self, key: str) -> None:
        """Keep the key of a file that was taken; where another process is faster, its key is as good."""
        kept = self._state.get(self._last)
        self._state.put(self._last, key, expected_version=None if kept is None else kept[1])

    def _named(self, answer: Answer) -> str:
        """Return what the bank calls a file, '' when it does not say."""
        try:
            told = json.loads(answer.content)
        except (JSONDecodeError, UnicodeDecodeError, RecursionError):
            return ""
        identity = told.get(self._https.id_member) if isinstance(told, dict) else None
        return str(identity)[:LONGEST_ID] if isinstance(identity, str | int) and identity else ""
