"""A TCP proxy that breaks connections on order: `python -m deploy.chaos.proxy CONFIG`.

CONFIG is a JSON file: `{"control": PORT, "routes": {NAME: [PORT, TARGET_PORT], ...}}`, all on
127.0.0.1. The control port takes one JSON object a line and answers each with one:

    {"do": "cut", "routes": [NAME, ...]}                reset what is connected now
    {"do": "delay", "routes": [...], "seconds": 0.3}    hold every piece back so long; 0 ends it
    {"do": "mute", "routes": [...], "seconds": 30}      half-open: what is connected now stays so,
                                                        and nothing goes through it any more; it is
                                                        reset after so long if nobody gave it up
"""

import asyncio
import json
import socket
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
PIECE = 65_536
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of zero seconds: close sends RST instead of FIN (socket(7))."""


@dataclass(eq=False)
class Pair:
    """A client's connection and the one to its server."""

    ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    muted: bool = False

    def reset(self) -> None:
        """Break both ends off, as a lost machine would."""
        for end in self.ends:
            raw = end.get_extra_info("socket")
            with suppress(OSError):
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            end.transport.abort()


@dataclass(eq=False)
class Route:
    """A port that leads to another one."""

    target: int
    delay: float = 0.0
    pairs: set[Pair] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect a client to the server, until either ends."""
        try:
            there, back = await asyncio.open_connection(HOST, self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = Pair((writer, back))
        self.pairs.add(pair)
        try:
            await asyncio.gather(self._pump(pair, reader, back), self._pump(pair, there, writer))
        except OSError:
            pass
        finally:
            self.pairs.discard(pair)
            pair.reset()

    async def _pump(
        self, pair: Pair, source: asyncio.StreamReader, target: asyncio.StreamWriter
    ) -> None:
        while piece := await source.read(PIECE):
            if self.delay:
                await asyncio.sleep(self.delay)
            if not pair.muted:
                target.write(piece)
                await target.drain()
        if pair.muted:
            raise ConnectionResetError("one end gave the muted connection up")
        target.write_eof()


class Proxy:
    """All routes, and what may be done to them."""

    def __init__(self, routes: dict[str, Route]) -> None:
        self.routes = routes

    def order(self, order: dict[str, Any]) -> int:
        """Carry an order out; how many connections it met."""
        act = {"cut": self._cut, "delay": self._delay, "mute": self._mute}[order["do"]]
        met = [pair for name in order["routes"] for pair in self.routes[name].pairs]
        act([self.routes[name] for name in order["routes"]], float(order.get("seconds", 0)))
        return len(met)

    def _cut(self, routes: Sequence[Route], _seconds: float) -> None:
        for pair in [pair for route in routes for pair in route.pairs]:
            pair.reset()

    def _delay(self, routes: Sequence[Route], seconds: float) -> None:
        for route in routes:
            route.delay = seconds

    def _mute(self, routes: Sequence[Route], seconds: float) -> None:
        for pair in [pair for route in routes for pair in route.pairs]:
            pair.muted = True
            asyncio.get_running_loop().call_later(seconds, pair.reset)

    async def control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take orders from whoever started this process."""
        while line := await reader.readline():
            writer.write(json.dumps({"met": self.order(json.loads(line))}).encode() + b"\n")
            await writer.drain()
        writer.close()


async def main(config: dict[str, Any]) -> None:
    """Serve every route for ever."""
    routes = {name: Route(target=target) for name, (_, target) in config["routes"].items()}
    for name, (port, _) in config["routes"].items():
        await asyncio.start_server(routes[name].serve, HOST, port)
    control = await asyncio.start_server(Proxy(routes).control, HOST, config["control"])
    await control.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text())))
