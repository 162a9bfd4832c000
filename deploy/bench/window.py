"""Hands applications in over HTTP, as a portal would: `python -m deploy.bench.window PLAN`.

Connections are kept open, each with one application on its way. Written on plain sockets, because
a client library would take as much of the machine as what it is to measure. Prints one JSON
object: when it began and ended, and for each case its code, its sending and its answer, in epoch
seconds.
"""

import asyncio
import json
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from stdnum.cn import ric

ITEM = "joint-review"
HEAD_END = b"\r\n\r\n"
READ = 65_536


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`count` applications at `rate` a second (0: as fast as they are answered)."""

    url: str
    name: str
    count: int
    rate: float
    connections: int

    def text(self) -> str:
        """As an argument of the command line."""
        return json.dumps(asdict(self))


class Refused(Exception):
    """An application was not accepted; has what was answered."""


class Window:
    """The applications of a plan, and what became of them."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._numbers = iter(range(plan.count))
        self.cases: list[tuple[str, float, float]] = []

    async def run(self) -> dict[str, Any]:
        """Hand all of them in; raises Refused."""
        at = urlsplit(self._plan.url)
        lines = [_connected(str(at.hostname), at.port or 80) for _ in range(self._plan.connections)]
        begun = time.time()
        await asyncio.gather(*(self._serve(it, self._due(begun)) for it in lines))
        return {"begun": begun, "ended": time.time(), "cases": self.cases}

    def _due(self, begun: float) -> Iterator[tuple[int, float]]:
        """The next number that no other connection has taken, and when it is to be sent."""
        for number in self._numbers:
            yield number, begun + number / self._plan.rate if self._plan.rate else 0.0

    async def _serve(self, line: socket.socket, due: Iterator[tuple[int, float]]) -> None:
        loop = asyncio.get_running_loop()
        for number, at in due:
            if at:
                await asyncio.sleep(at - time.time())
            sent = time.time()
            await loop.sock_sendall(line, request(self._plan.name, number))
            self.cases.append((await _code(line), sent, time.time()))
        line.close()


def request(name: str, number: int) -> bytes:
    """An application as it goes over the wire; name and number make it its own."""
    body = json.dumps(application(name, number), ensure_ascii=False).encode()
    head = (
        "POST /cases HTTP/1.1\r\nHost: window\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: bench-{name}-{number}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def application(name: str, number: int) -> dict[str, Any]:
    """What one applicant fills in."""
    digits = f"3301061990{number % 12 + 1:02}{number % 28 + 1:02}{number % 1000:03}"
    return {
        "item": ITEM,
        "channel": "portal",
        "applicant": {
            "kind": "person",
            "name": f"申请人{number}",
            "number": digits + ric.calc_check_digit(digits + "0"),
        },
        "form": {
            "project_name": f"第{number}号项目（{name}）",
            "site": f"文一西路{number}号",
            "industry": ("manufacturing", "energy", "trade")[number % 3],
            "area": 1_000 + number,
            "starts_on": "2027-03-01",
            "near_water": number % 2 == 0,
        },
    }


def _connected(host: str, port: int) -> socket.socket:
    line = socket.create_connection((host, port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setblocking(False)
    return line


async def _code(line: socket.socket) -> str:
    """The case code in the next answer; raises Refused for any other."""
    answer = b""
    while HEAD_END not in answer:
        answer += await _more(line)
    head, _, body = answer.partition(HEAD_END)
    length = int(head.lower().partition(b"content-length:")[2].split()[0])
    while len(body) < length:
        body += await _more(line)
    if head.split(maxsplit=2)[1] != b"201":
        raise Refused(body.decode(errors="replace"))
    return str(json.loads(body)["case"])


async def _more(line: socket.socket) -> bytes:
    received = await asyncio.get_running_loop().sock_recv(line, READ)
    if not received:
        raise Refused("the window closed the connection")
    return received


if __name__ == "__main__":
    print(json.dumps(asyncio.run(Window(Plan(**json.loads(sys.argv[1]))).run())))
