"""One party's HTTP interface: a pinned address, time-outs and limits, and errors that say whether anything was sent.

Two kinds of calls. A *submission* changes something on the other side: an answer that is lost leaves it unknown whether
it did. A *question* changes nothing: an answer that is lost is asked for again.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import BinaryIO, NamedTuple
from urllib.parse import urlsplit

import certifi
import requests
from urllib3.exceptions import HTTPError

from hub.banking_calendar import SystemClock
from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.transports.client_certificate import showing
from hub.transports.kept_connection import BROKEN, KeptConnection, KeptConnections
from hub.transports.steady_time import steady_ns
from hub.transports.timed_calls import TimedCall

CONNECT_TIMEOUT_S = 5.0
LARGEST_ANSWER = 4 * 1024 * 1024
LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")
LONGEST_RETRY_AFTER_S = 24 * 3600
SLOWEST_BYTES_S = 64 * 1024  # a large file has this much more time than a small one
_BLOCK = 16 * 1024
_S = 1_000_000_000
_OK = 200
_NOT_NOW = (408, 425, 429)  # by their definition the request was not carried out
_UNAVAILABLE = 503  # a gateway says so too when it lost what it had passed on; then it cannot say when to come again
_NOT_LET_IN = (401, 403, 407)
_NOT_SERVED = (404, 405)  # here or by this method: of a submission the address is wrong, to a question it is an answer
_CONFLICT = 409  # perhaps with what an earlier call of ours has left there
_SECONDS = re.compile(r"[0-9]+")
_MOST_DIGITS = 10  # more mean longer than we ever wait, and Python reads no thousands of them
_BROKEN = (requests.RequestException, HTTPError, OSError, UnicodeError)


class Answer(NamedTuple):
    """What the other side answered."""

    status: int
    content: bytes
    headers: Mapping[str, str] = {}  # names in small letters

    @property
    def retry_after(self) -> str:
        """When to come again, as the other side says it."""
        return self.headers.get("retry-after", "").strip()

    @property
    def retry_after_s(self) -> int | None:
        """In how many seconds to come again, a day at most; None where that is not said, or not so that it can be read.

        A date is compared with the answer's own, so neither side's clock need be right (RFC 9110, 10.2.3).
        """
        if _SECONDS.fullmatch(self.retry_after):
            first_digits = self.retry_after.lstrip("0")[:_MOST_DIGITS]
            return min(int(first_digits or 0), LONGEST_RETRY_AFTER_S)
        again_at = _http_date(self.retry_after)
        if again_at is None:
            return None
        # No party is given a clock: where the answer has no date, this one reading of ours is all that stands for it.
        wait = again_at - (_http_date(self.headers.get("date", "")) or SystemClock().now())
        return min(max(round(wait.total_seconds()), 0), LONGEST_RETRY_AFTER_S)

    @property
    def says_later(self) -> bool:
        """The request was not carried out, and may be later."""
        return self.status in _NOT_NOW or (self.status == _UNAVAILABLE and bool(self.retry_after))


class HttpParty:
    """Calls one host and no other: redirects are not followed, and no proxy of the environment is used."""

    def __init__(
        self,
        address: str,
        *,
        timeout_s: float = 30.0,
        ca_file: str | None = None,
        counts_once: bool = False,
        only_public: bool = False,
        client_certificate: Callable[[], str] | None = None,
    ) -> None:
        """Pin the address, such as `https://api.example.se/v2`; `timeout_s` is how long a call may take in all.

        Only the look-up of the host's name may take longer; nothing is sent then. With `counts_once` the same bytes a
        second time do no harm there: then a connection is kept for the next call, see `kept_connection`.
        With `only_public` the address is one that others have published: what its name stands for is looked at when it
        is called, and nothing on this machine or in the networks around it is. `client_certificate` gives the PEM text
        of a certificate and its private key that we show who we are by; it is fetched when it is first needed.

        Raises:
            ConfigurationError: the address is no https address, or plain http to another machine.
        """
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL_HOSTS):
            raise ConfigurationError("the address must begin with https://", hint="plain http stays on this machine")
        self._address = address.rstrip("/")
        self._host = parts.netloc
        self._timeout_s = timeout_s
        self._verify = ca_file or True
        self._path = parts.path.rstrip("/")
        self._only_public = only_public
        self._client_certificate = client_certificate
        is_kept = counts_once and not (only_public or client_certificate)  # a kept connection does neither
        self._kept = KeptConnections(address, _context(parts.scheme, ca_file)) if is_kept else None

    def close(self) -> None:
        """Close connections that are kept; the next call opens another."""
        if self._kept is not None:
            self._kept.close()

    def submit(self, path: str, content: bytes, headers: Mapping[str, str], *, ends_ns: int | None = None) -> Answer:
        """Send bytes and return the answer, which has a status from 200 to 299. `ends_ns`: see `post`.

        Raises:
            RejectedError: the other side refused these bytes: another status from 400 to 499.
            TransientError: it was not taken: no connection, or the other side says later.
            OutcomeUnknownError: it may have been taken; also after 409, and after a status from 500, which may come
                behind the deed.
            ConfigurationError: nothing was taken, and nothing will be: the other side does not prove who it is, does
                not let us in (401, 403, 407), or takes nothing at this address (404, 405).
        """
        answer = self.post(path, content, headers, ends_ns=ends_ns)
        if not 200 <= answer.status < 300:
            raise self.refusal(answer)
        return answer

    def post(self, path: str, content: bytes, headers: Mapping[str, str], *, ends_ns: int | None = None) -> Answer:
        """Send bytes and return the answer, whatever its status: what it means is for the caller to say.

        Where several calls make one message, `ends_ns` is when the last of them ends at the latest, by `steady_ns`: a
        sender that was frozen between two of them sends nothing more, since others may have gone on without it.

        Raises:
            TransientError: it was not taken: no connection.
            OutcomeUnknownError: it may have been taken: the answer was lost.
            ConfigurationError: nothing was taken: the other side does not prove who it is.
        """
        return self._call("POST", path, content, headers, ends_ns)

    def ask(self, path: str, headers: Mapping[str, str]) -> Answer:
        """Ask for something that changes nothing, and return the answer, whatever its status.

        Raises:
            TransientError: there was no answer.
            ConfigurationError: the other side does not prove who it is, or does not let us in (401, 403, 407).
        """
        return self._asked("GET", path, headers)

    def change(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """Have something noted that may be noted twice, by PATCH, PUT or DELETE, and return the answer.

        Such is "we have this": said again it changes nothing, so an answer that is lost is asked for again.

        Raises:
            TransientError: there was no answer.
            ConfigurationError: the other side does not prove who it is, or does not let us in (401, 403, 407).
        """
        return self._asked(method, path, headers)

    def download(self, path: str, headers: Mapping[str, str], into: BinaryIO, *, largest: int, size: int = 0) -> None:
        """Ask for a file and write all of it, in constant memory; `size`, where it is known, gives it more time.

        What was written is of no use after an error.

        Raises:
            TransientError: there was no whole answer, or it says later; also when the file is not there.
            RejectedError: it is larger than `largest` bytes.
            ConfigurationError: the other side does not prove who it is, or does not let us in (401, 403, 407).
        """

        def write(response: requests.Response, call: TimedCall) -> Answer:
            if response.status_code != _OK:
                return _answer(response, call)
            _write(response, call, into, largest)
            return Answer(response.status_code, b"")

        slow_s = self._timeout_s + size // SLOWEST_BYTES_S
        try:
            answer = self._call("GET", path, None, headers, take=write, timeout_s=slow_s)
        except OutcomeUnknownError as error:
            raise TransientError(str(error)) from None
        if answer.status in _NOT_LET_IN:
            raise self.refusal(answer)
        if answer.status != _OK:
            said = f"{self._host} answered {answer.status}: the file was not fetched"
            raise TransientError(said, retry_after_s=answer.retry_after_s)

    def _asked(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        try:
            answer = self._call(method, path, None, headers)
        except OutcomeUnknownError as error:
            raise TransientError(str(error)) from None
        if answer.status in _NOT_LET_IN:
            raise self.refusal(answer)
        return answer

    def _call(
        self,
        method: str,
        path: str,
        content: bytes | None,
        headers: Mapping[str, str],
        ends_ns: int | None = None,
        *,
        take: Callable[[requests.Response, TimedCall], Answer] | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        """Call on a connection of its own: one that the other side has just closed would look like a lost answer."""
        if self._kept is not None and take is None:
            return self._call_by_kept(self._kept, method, path, content, headers, ends_ns)
        longest_s = timeout_s or self._timeout_s
        shown = self._shown
        call = TimedCall(longest_s, ends_ns=ends_ns, only_public=self._only_public, ssl_context=shown)
        with requests.Session() as session:
            session.trust_env = False
            session.mount("https://", call)
            session.mount("http://", call)
            try:
                with session.request(
                    method,
                    f"{self._address}/{path.lstrip('/')}",
                    data=content,
                    headers={**headers, "Connection": "close"},
                    timeout=(min(CONNECT_TIMEOUT_S, self._timeout_s), self._timeout_s),
                    allow_redirects=False,
                    verify=self._verify,
                    stream=True,
                ) as response:
                    return (take or _answer)(response, call)
            except _BROKEN as error:
                raise self._no_answer(error, call) from None

    @cached_property
    def _shown(self) -> ssl.SSLContext | None:
        """What shows who we are, None where nothing does."""
        if self._client_certificate is None:
            return None
        return showing(self._client_certificate(), str(self._verify) if self._verify is not True else None)

    def _call_by_kept(
        self,
        kept: KeptConnections,
        method: str,
        path: str,
        content: bytes | None,
        headers: Mapping[str, str],
        ends_ns: int | None,
    ) -> Answer:
        own_end_ns = steady_ns() + round(self._timeout_s * _S)
        end_ns = own_end_ns if ends_ns is None else min(own_end_ns, ends_ns)
        connection: KeptConnection | None = None
        try:
            connection = kept.take(min(CONNECT_TIMEOUT_S, self._timeout_s), end_ns)
            target = requests.utils.requote_uri(f"{self._path}/{path.lstrip('/')}")
            answer = connection.call(method, target, content, headers, LARGEST_ANSWER)
        except BROKEN as error:
            has_sent = connection is not None and connection.has_sent
            is_over = connection is not None and connection.watch.is_over
            if connection is not None:
                connection.close()
            raise self._lost(error, is_connecting=not has_sent, is_over=is_over) from None
        kept.give_back(connection)
        return Answer(*answer)

    def _no_answer(self, error: Exception, call: TimedCall) -> HubError:
        return self._lost(error, is_connecting=call.is_connecting, is_over=call.is_over)

    def _lost(self, error: Exception, *, is_connecting: bool, is_over: bool) -> HubError:
        """Return what is known after a call without an answer."""
        if _is_untrusted(error):
            return ConfigurationError(
                f"the certificate of {self._host} is not trusted: nothing was sent", hint="name the file of its issuer"
            )
        if is_connecting:
            return TransientError(f"{self._host} cannot be reached: nothing was sent")
        why = "its time was up" if is_over else type(error).__name__
        return OutcomeUnknownError(f"the answer of {self._host} was lost ({why})")

    def refusal(self, answer: Answer) -> HubError:
        """Return what an answer means that is no success, where the other side says nothing closer: see `submit`."""
        said = f"{self._host} answered {answer.status}"
        if answer.says_later:
            return TransientError(f"{said}: later", retry_after_s=answer.retry_after_s)
        if answer.status in _NOT_LET_IN:
            return ConfigurationError(f"{said}: nothing was taken", hint="renew what it knows us by, in the settings")
        if answer.status in _NOT_SERVED:
            return ConfigurationError(f"{said}: nothing was taken", hint="look at the address in the settings")
        if 400 <= answer.status < 500 and answer.status != _CONFLICT:
            return RejectedError(f"{said}: it was refused")
        return OutcomeUnknownError(f"{said}: it may have been taken")

    def no_answer(self, answer: Answer) -> HubError:
        """Return what it means that a question is answered by something else than what was asked for."""
        refusal = self.refusal(answer)
        if isinstance(refusal, ConfigurationError):
            return refusal
        return TransientError(str(refusal), retry_after_s=answer.retry_after_s)


def _context(scheme: str, ca_file: str | None) -> ssl.SSLContext | None:
    """Return whom to trust: the issuers of the file, else those that `requests` trusts."""
    return ssl.create_default_context(cafile=ca_file or certifi.where()) if scheme == "https" else None


def _answer(response: requests.Response, call: TimedCall) -> Answer:
    """Return a whole answer; one that is too long, or was cut because the time was up, counts as lost."""
    content = b"".join(_limited(response))
    if call.is_over:  # what was cut may look like the end
        raise requests.ReadTimeout("the answer is too slow")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, content, headers)


def _http_date(said: str) -> datetime | None:
    """Read one of the three forms that a date has in HTTP, all in UTC; None where it is none."""
    try:
        found = parsedate_to_datetime(said)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _limited(response: requests.Response) -> Iterator[bytes]:
    size = 0
    for block in response.iter_content(_BLOCK):
        size += len(block)
        if size > LARGEST_ANSWER:
            raise requests.ReadTimeout("the answer is too long")
        yield block


def _write(response: requests.Response, call: TimedCall, into: BinaryIO, largest: int) -> None:
    """Write a whole answer; one that was cut because the time was up counts as lost."""
    size = 0
    for block in response.iter_content(_BLOCK):
        size += len(block)
        if size > largest:
            raise RejectedError(f"the file is larger than the {largest} bytes that are taken")
        into.write(block)
    if call.is_over:
        raise requests.ReadTimeout("the answer is too slow")


def _is_untrusted(error: BaseException) -> bool:
    """Look for a refused certificate behind an error of requests, which keeps its causes in several places."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        found = waiting.pop()
        if found is None or id(found) in seen:
            continue
        if isinstance(found, ssl.SSLCertVerificationError):
            return True
        seen.add(id(found))
        inner = [part for part in (*found.args, getattr(found, "reason", None)) if isinstance(part, BaseException)]
        waiting += [found.__cause__, found.__context__, *inner]
    return False
