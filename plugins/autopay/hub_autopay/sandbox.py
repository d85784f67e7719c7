"""A bank on this machine: files for its customer are fetched from it, and files are handed over, by SFTP and HTTPS.

In its folder `for_customer` is what waits to be fetched, `from_customer` what was handed over, `taken` what the
customer has said by HTTPS that it keeps. Both doors lead to the same folders. The gateway lets in whoever shows the
customer's certificate and token. Faults, each of the next calls:

    upload_…, list_…, download_…    of HTTP: `error`, `busy`, `slow`, `reset_after_accept`, `time_out_after_accept`, …
    half_file       a download breaks off in the middle
    short_file      a download ends as if it were whole, and is not
    wrong_token     the gateway does not know the token any more
    disk_full, cut, lost_receipt    of a file by SFTP: before, while and after it is handed over
    wrong_key       the SFTP server shows another host key than it has
    reject_file, reject_payment, silent, …    of payment orders: see `sandbox_paying`

What is handed over as payment orders it pays, answers and tells by notice and statement, whenever its list of files is
asked for by HTTPS.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from hub.banking_calendar import swedish_date
from hub.contracts import Received
from hub.loopback.certificate import kept_certificate, kept_client_certificate, requiring
from hub.loopback.faults import Fault, FaultQueue
from hub.loopback.folders import whole_files
from hub.loopback.http_server import LoopbackServer
from hub.loopback.kept_secrets import kept_host_key, kept_secret
from hub.loopback.sandbox import LoopbackSandbox, http_faults
from hub.loopback.sftp_server import HOST_KEY, SftpServer, SftpUser
from hub_autopay.sandbox_gateway import DOWNLOAD, LIST, UPLOAD, BankGateway
from hub_autopay.sandbox_paying import FAULTS as PAYING_FAULTS
from hub_autopay.sandbox_paying import PayingBank

FOR_CUSTOMER, FROM_CUSTOMER, TAKEN, KEYS = "for_customer", "from_customer", "taken", ".keys"
ACCOUNT = "SE4550000000058398257466"  # that it keeps for its customer
BY_SFTP, BY_HTTPS = "sandbox_sftp", "sandbox_https"
WHOLE_AFTER_S = 0.0  # files are laid out whole
SFTP_PORT = 100  # above the gateway's
_USER = "customer"
_PASSWORD, _TOKEN = "AUTOPAY_SANDBOX_PASSWORD", "AUTOPAY_SANDBOX_TOKEN"
_SFTP_FAULTS = {
    "disk_full": ("write", Fault.DISK_FULL),
    "cut": ("write", Fault.RESET_AFTER_ACCEPT),
    "lost_receipt": ("rename", Fault.RESET_AFTER_ACCEPT),
    "wrong_key": (HOST_KEY, Fault.OTHER_KEY),
}


class FileBank(LoopbackSandbox):
    """The bank with both its doors."""

    name = f"bank_{BY_SFTP}"

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        """`port` is the gateway's; SFTP takes the one a hundred above, or a free one where any will do."""
        self._folder = folder
        self._keys = folder / KEYS
        for one in (FOR_CUSTOMER, FROM_CUSTOMER, TAKEN, KEYS):
            (folder / one).mkdir(parents=True, exist_ok=True)
        self._password, self._token = kept_secret(self._keys, "password"), kept_secret(self._keys, "token")
        self._certificate = kept_certificate(self._keys)
        self._client = kept_client_certificate(self._keys, _USER)
        queue = FaultQueue()
        self.paying = PayingBank(folder / FOR_CUSTOMER, folder / FROM_CUSTOMER, ACCOUNT)
        self.gateway = BankGateway(
            folder / FOR_CUSTOMER, folder / FROM_CUSTOMER, folder / TAKEN, self._token, self._pay_today
        )
        self._https = LoopbackServer(self.gateway, queue, port=port, tls=requiring(self._certificate, self._client))
        self._sftp = SftpServer(
            folder,
            {_USER: SftpUser(self._password)},
            port=port and port + SFTP_PORT,
            host_key=kept_host_key(self._keys / "host_key"),
        )
        faults = self._sftp.faults
        orders: dict[str, Callable[[int], None]] = {
            name: partial(faults.order, target, fault) for name, (target, fault) in _SFTP_FAULTS.items()
        }
        for target in (UPLOAD, LIST, DOWNLOAD):
            orders.update(http_faults(queue, target, prefix=f"{target}_"))
        orders.update({name: partial(self.gateway.order, name) for name in self.gateway.FAULTS})
        orders.update({name: partial(self.paying.order, name) for name in PAYING_FAULTS})
        super().__init__(orders, self._https, self._sftp)

    @property
    def settings(self) -> Mapping[str, Any]:
        """The plugin's table: one connection by each door, and a writer of payment orders."""
        account = {
            "host": "127.0.0.1",
            "port": self._sftp.port,
            "user": _USER,
            "password": f"env:{_PASSWORD}",
            "host_keys": [self._sftp.fingerprint],
        }
        by_sftp = {
            "from_bank": {"sftp": {**account, "path": FOR_CUSTOMER}, "settled_after_s": WHOLE_AFTER_S},
            "to_bank": {"sftp": {**account, "path": FROM_CUSTOMER}},
        }
        by_https = {
            "address": f"{self._https.address}/v1",
            "token": f"env:{_TOKEN}",
            "client_certificate": f"file:{self._client.resolve()}",
            "ca_file": str(self._certificate.ca_file.resolve()),
            "by_key_path": "files/by-key/{key}",
        }
        by_https_too = {"bank": "any", "channel": f"bank_{BY_HTTPS}"}
        return {
            "connections": {BY_SFTP: by_sftp, BY_HTTPS: {"https": by_https}},
            "payment_orders": {"sandbox": by_https_too},
        }

    @property
    def secrets(self) -> Mapping[str, str]:
        """The password of the SFTP account, and the gateway's token."""
        return {_PASSWORD: self._password, _TOKEN: self._token}

    def _pay_today(self) -> None:
        self.paying.work(swedish_date(datetime.now(UTC)).isoformat())

    def put(self, name: str, content: bytes) -> None:
        """Lay a file out for the customer."""
        unfinished = self._folder / FOR_CUSTOMER / f".{name}"
        unfinished.write_bytes(content)
        unfinished.rename(self._folder / FOR_CUSTOMER / name)

    def waiting(self) -> Sequence[str]:
        """Return the names of what the customer has not taken."""
        return [path.name for path in whole_files(self._folder / FOR_CUSTOMER)]

    def handed_over(self) -> Mapping[str, bytes]:
        """Return what came from the customer, whole files only, by name."""
        return {path.name: path.read_bytes() for path in whole_files(self._folder / FROM_CUSTOMER)}

    def received(self) -> Sequence[Received]:
        """Return every file that came from the customer."""
        hashed = {name: hashlib.sha256(content).hexdigest() for name, content in self.handed_over().items()}
        return [Received("bank", name, digest) for name, digest in hashed.items()]
