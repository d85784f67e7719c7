"""One party's HTTP interface: a pinned address, time-outs and limits, and errors that say whether anything was sent.

Two kinds of calls. A *submission* changes something on the other side: an answer that is lost leaves it unknown whether
it did. A *question* changes nothing: an answer that is lost is asked for again.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, NewConnectionError

from hub.errors import ConfigurationError, OutcomeUnknownError, RejectedError, TransientError

CONNECT_TIMEOUT_S = 5.0
LARGEST_ANSWER = 4 * 1024 * 1024
LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")
_BLOCK = 16 * 1024
_NOT_NOW = (408, 425, 429)  # by their definition the request was not carried out
_UNAVAILABLE = 503  # a gateway says so too when it lost what it had passed on; then it cannot say when to come again


class Answer(NamedTuple):
    """What the other side answered."""

    status: int
    content: bytes
    retry_after: str = ""  # when to come again, as the other side says it

    @property
    def says_later(self) -> bool:
        """The request was not carried out, and may be later."""
        return self.status in _NOT_NOW or (self.status == _UNAVAILABLE and bool(self.retry_after))


class HttpParty:
    """Calls one host and no other: redirects are not followed, and no proxy of the environment is used."""

    def __init__(self, address: str, *, timeout_s: float = 30.0, ca_file: str | None = None) -> None:
        """Pin the address, such as `https://api.example.se/v2`; `timeout_s` is how long an answer may take in all.

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

    def submit(self, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Send bytes and return the answer, which has a status from 200 to 299.

        Raises:
            RejectedError: the other side refused it.
            TransientError: it was not taken: no connection, or the other side says later.
            OutcomeUnknownError: it may have been taken; also after a status from 500, which may come behind the deed.
            ConfigurationError: the other side does not prove who it is.
        """
        try:
            answer = self._call("POST", path, content, headers)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._submission_error(error) from None
        if answer.says_later:
            raise TransientError(f"{self._host} answered {answer.status}: later")
        if 400 <= answer.status < 500:
            raise RejectedError(f"{self._host} refused it with status {answer.status}")
        if not 200 <= answer.status < 300:
            raise OutcomeUnknownError(f"{self._host} answered {answer.status}: it may have been taken")
        return answer

    def ask(self, path: str, headers: Mapping[str, str]) -> Answer:
        """Ask for something that changes nothing, and return the answer, whatever its status.

        Raises:
            TransientError: there was no answer.
            ConfigurationError: the other side does not prove who it is.
        """
        try:
            return self._call("GET", path, None, headers)
        except (requests.RequestException, HTTPError, OSError) as error:
            if _is_untrusted(error):
                raise self._untrusted() from None
            raise TransientError(f"{self._host} did not answer: {type(error).__name__}") from None

    def _call(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Call on a connection of its own: one that the other side has just closed would look like a lost answer."""
        ends_at_s = time.monotonic() + self._timeout_s
        with requests.Session() as session:
            session.trust_env = False
            response = session.request(
                method,
                f"{self._address}/{path.lstrip('/')}",
                data=content,
                headers={**headers, "Connection": "close"},
                timeout=(min(CONNECT_TIMEOUT_S, self._timeout_s), self._timeout_s),
                allow_redirects=False,
                verify=self._verify,
                stream=True,
            )
            with response:
                content = b"".join(_limited(response, ends_at_s))
                return Answer(response.status_code, content, response.headers.get("Retry-After", ""))

    def _submission_error(self, error: Exception) -> Exception:
        if _is_untrusted(error):
            return self._untrusted()
        if isinstance(error, requests.ConnectTimeout) or _has_cause(error, NewConnectionError):
            return TransientError(f"{self._host} cannot be reached: nothing was sent")
        return OutcomeUnknownError(f"the answer of {self._host} was lost ({type(error).__name__})")

    def _untrusted(self) -> ConfigurationError:
        return ConfigurationError(
            f"the certificate of {self._host} is not trusted: nothing was sent", hint="name the file of its issuer"
        )


def _limited(response: requests.Response, ends_at_s: float) -> Iterator[bytes]:
    """Yield the answer; one that is too long or too slow counts as lost."""
    size = 0
    for block in response.iter_content(_BLOCK):
        size += len(block)
        if size > LARGEST_ANSWER or time.monotonic() > ends_at_s:
            raise requests.ReadTimeout("the answer is too long or too slow")
        yield block


def _is_untrusted(error: BaseException) -> bool:
    return _has_cause(error, ssl.SSLCertVerificationError)


def _has_cause(error: BaseException | None, kind: type[BaseException]) -> bool:
    """Look for a kind of error behind one of requests, which keeps its causes in several places."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        found = waiting.pop()
        if found is None or id(found) in seen:
            continue
        if isinstance(found, kind):
            return True
        seen.add(id(found))
        inner = [part for part in (*found.args, getattr(found, "reason", None)) if isinstance(part, BaseException)]
        waiting += [found.__cause__, found.__context__, *inner]
    return False
