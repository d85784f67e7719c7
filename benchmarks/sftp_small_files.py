"""Small files by SFTP: ours to a bare paramiko loop with TCP_NODELAY, on one connection to a server on loopback.

`compare` starts one server process for each run and takes the sides in turn; both ends are paramiko, so the server has
most of the work. The bare loop puts a file under its own name, compares its size as paramiko does, and does nothing
else; with a temporary name and a rename it does what most scripts do. Ours looks for the name before, compares size and
checksum, has the file put on the disk, and never writes over another one; `ours_plain` is the same to a server that
offers neither checksums nor fsync, as the bare loop uses none. The rate is that of the files alone, without connecting.
"""

from __future__ import annotations

import argparse
import io
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
PASSWORD = "benchmark"
FOLDER = "out"
SIDES = ("ours", "ours_plain", "bare", "bare_renamed")


@contextmanager
def served(folder: Path, *, plain: bool) -> Iterator[tuple[int, str]]:
    """Yield the port and fingerprint of a server in a process of its own."""
    command = [sys.executable, "-m", "hub.loopback.sftp_server", "--root", str(folder), "--password", PASSWORD]
    command += ["--plain"] if plain else []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port, fingerprint = process.stdout.readline().split()
            yield int(port), fingerprint
        finally:
            process.kill()


def ours(port: int, fingerprint: str, files: int, content: bytes) -> float:
    """Put files by our transport; return seconds without connecting."""
    from hub.transports.sftp import SftpLogin, SftpParty

    with SftpParty("127.0.0.1", SftpLogin("hub", lambda: PASSWORD), [fingerprint], port=port) as party:
        folder = party.folder(FOLDER)
        folder.put("first.pdf", content)
        return _timed(files, lambda name: folder.put(name, content))


def bare(port: int, _fingerprint: str, files: int, content: bytes, *, renamed: bool = False) -> float:
    """Put files by paramiko's client; return seconds without connecting."""
    import paramiko

    opened = socket.create_connection(("127.0.0.1", port))
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    transport = paramiko.Transport(opened)
    transport.connect(username="hub", password=PASSWORD)
    client = paramiko.SFTPClient.from_transport(transport)
    assert client is not None

    def put(name: str) -> None:
        written = f"{name}.part" if renamed else name
        client.putfo(io.BytesIO(content), f"{FOLDER}/{written}", confirm=True)
        if renamed:
            client.rename(f"{FOLDER}/{written}", f"{FOLDER}/{name}")

    put("first.pdf")
    try:
        return _timed(files, put)
    finally:
        transport.close()


def _timed(files: int, put: Callable[[str], None]) -> float:
    began_s = time.perf_counter()
    for number in range(files):
        put(f"{number}.pdf")
    return time.perf_counter() - began_s


def run_side(side: str, files: int, size: int) -> float:
    """Return files a second of one side, on a fresh server; all of them must have arrived whole."""
    content = bytes(range(256)) * (size // 256)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FOLDER).mkdir()
        with served(Path(folder), plain=side != "ours") as (port, fingerprint):
            if side.startswith("ours"):
                taken_s = ours(port, fingerprint, files, content)
            else:
                taken_s = bare(port, fingerprint, files, content, renamed=side == "bare_renamed")
        arrived = [file.read_bytes() == content for file in (Path(folder) / FOLDER).glob("[0-9]*.pdf")]
    if arrived != [True] * files:
        raise SystemExit(f"{side}: {sum(arrived)} of {files} files arrived whole")
    return files / taken_s


def compare(files: int, size: int, rounds: int) -> None:
    """Take the sides in turn, each in a process of its own, and print rates and the medians of the ratios."""
    rates: dict[str, list[float]] = {side: [] for side in SIDES}
    for _ in range(rounds):
        for side in SIDES:
            command = [sys.executable, __file__, side, "--files", str(files), "--size", str(size)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            rates[side].append(json.loads(done.stdout))
    print(f"{files} files of {size} bytes, {rounds} rounds")
    print(f"  {'':<14} {'files/s':>8} {'ours to it':>12} {'ours_plain to it':>18}")
    for side in SIDES:
        ratios = [_ratio(rates[mine], rates[side]) for mine in ("ours", "ours_plain")]
        print(f"  {side:<14} {median(rates[side]):>8.0f} {ratios[0]:>12.2f} {ratios[1]:>18.2f}")


def _ratio(mine: Sequence[float], others: Sequence[float]) -> float:
    return median(one / other for one, other in zip(mine, others, strict=True))


def main() -> None:
    """Run one side, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("compare", *SIDES))
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--size", type=int, default=60 * 1024)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if given.what == "compare":
        compare(given.files, given.size, given.rounds)
    else:
        print(run_side(given.what, given.files, given.size))


if __name__ == "__main__":
    main()
