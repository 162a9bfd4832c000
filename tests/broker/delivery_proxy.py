"""A TCP proxy that can go silent, cut, or dribble."""

import contextlib
import socket
import ssl
import threading
from pathlib import Path


class Proxy:
    """Stands before a port of this machine. Silent, it neither forwards nor closes anything.

    With a certificate it speaks TLS to whoever connects.
    """

    def __init__(self, port: int, certificate: Path | None = None) -> None:
        self._context = _context(certificate)
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._flows = threading.Event()
        self._flows.set()
        self._pairs: list[socket.socket] = []
        self.piece = 65_536
        threading.Thread(target=self._accept, daemon=True).start()

    def silence(self) -> None:
        self._flows.clear()

    def resume(self) -> None:
        self._flows.set()

    def cut(self) -> None:
        """Break every connection."""
        pairs, self._pairs = self._pairs, []
        for each in pairs:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # closing alone does not wake who accepts
        self._listener.close()
        self.resume()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    client = self._secured(client)
                except OSError:
                    continue
                server = socket.create_connection(self._target)
                self._pairs += [client, server]
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self._forward, args=pair, daemon=True).start()

    def _secured(self, client: socket.socket) -> socket.socket:
        return self._context.wrap_socket(client, server_side=True) if self._context else client

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError), source:
            while data := source.recv(65_536):
                for at in range(0, len(data), self.piece):
                    self._flows.wait()
                    target.sendall(data[at : at + self.piece])
            target.shutdown(socket.SHUT_WR)


def _context(certificate: Path | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
