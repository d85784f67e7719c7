"""Who has registered for our invoices, kept in the plugin's values: the last registration of a person wins.

No personal number is kept, only its keyed hash; the key is the tenant's own. Where the name in the internet bank (FMI)
holds the number, a mark stands in its place and is filled in for whoever asks with the number.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import NamedTuple

from hub.contracts import PluginState
from hub.identifiers.identity_key import identity_key
from hub_internet_bank.hand_off import Registration

KEY = "key"
_LONG_MARK, _SHORT_MARK = "\u0001", "\u0002"  # of twelve digits, of the last ten; in no FMI


class Entry(NamedTuple):
    """What is kept of a person, or of an FMI."""

    no: int
    is_active: bool
    fmi: str = ""  # of a person, without the number


class Register:
    """The register of one tenant."""

    def __init__(self, state: PluginState) -> None:
        self._state = state
        self._kept_key = b""

    def note(self, registration: Registration) -> None:
        """Keep a registration or an ending; in whatever order and however often they come, the result is the same.

        Of a person the latest registration is kept, of an FMI what was last said of it; the earlier of two FMI of one
        person ends where the later begins, whether its bank says so or not.
        """
        fmi = self._fmi(registration.fmi)
        if not registration.is_active:
            self._keep(fmi, Entry(registration.no, is_active=False))
            return
        person = self._person(registration.person)
        known, _ = self._get(person)
        new = Entry(registration.no, is_active=True, fmi=_marked(registration.fmi, registration.person))
        if known is not None and known.fmi != new.fmi:
            earlier, later = sorted((known, new))
            self._keep(self._fmi(_filled(earlier.fmi, registration.person)), Entry(later.no, is_active=False))
        self._keep(fmi, Entry(registration.no, is_active=True))
        self._keep(person, new)  # last: whoever finds it finds the rest done

    def of_person(self, person: str) -> tuple[bool, str] | None:
        """Return whether a person's last registration is active, and the FMI; None when there was never one."""
        entry, _ = self._get(self._person(person))
        if entry is None:
            return None
        fmi = _filled(entry.fmi, person)
        return bool(self.of_fmi(fmi)), fmi

    def of_fmi(self, fmi: str) -> bool | None:
        """Return whether an FMI is registered; None when it never was."""
        entry, _ = self._get(self._fmi(fmi))
        return None if entry is None else entry.is_active

    def _keep(self, name: str, entry: Entry) -> None:
        """Keep an entry unless another process has kept a later one meanwhile."""
        while True:
            known, version = self._get(name)
            if known is not None and known.no >= entry.no:
                return
            if self._state.put(name, json.dumps(entry), expected_version=version):
                return

    def _get(self, name: str) -> tuple[Entry | None, int | None]:
        kept = self._state.get(name)
        return (None, None) if kept is None else (Entry(*json.loads(kept[0])), kept[1])

    def _person(self, person: str) -> str:
        return f"person:{self._hashed(person)}"

    def _fmi(self, fmi: str) -> str:
        return f"fmi:{self._hashed(fmi.strip().casefold())}"

    def _hashed(self, text: str) -> str:
        return hmac.new(self._key(), text.encode(), hashlib.sha256).hexdigest()

    def _key(self) -> bytes:
        """Return the tenant's key; whoever comes first makes it, and it never changes."""
        while not self._kept_key:
            kept = self._state.get(KEY)
            if kept is None:
                self._state.put(KEY, secrets.token_hex(32), expected_version=None)
            else:
                self._kept_key = bytes.fromhex(kept[0])
        return self._kept_key


def _marked(fmi: str, person: str) -> str:
    return fmi.replace(person, _LONG_MARK).replace(identity_key(person), _SHORT_MARK)


def _filled(fmi: str, person: str) -> str:
    return fmi.replace(_LONG_MARK, person).replace(_SHORT_MARK, identity_key(person))
