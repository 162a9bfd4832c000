"""A tiny HTTP server in a thread of its own, from which Prometheus reads the counts."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from onewindow_worker.counts import Counts
from onewindow_worker.errors import InvalidSettings
from onewindow_worker.exposition import CONTENT_TYPE, text_of


class MetricsServer:
    """Serves `/metrics` at an address until it is closed; raises InvalidSettings if it is taken."""

    def __init__(self, host: str, port: int, counts: Counts, department: str) -> None:
        class Page(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                found = self.path.partition("?")[0] == "/metrics"
                body = text_of(counts, department) if found else "There is only /metrics here.\n"
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", CONTENT_TYPE)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """A scrape is no event."""

        try:
            self._server = ThreadingHTTPServer((host, port), Page)
        except (OSError, OverflowError) as error:
            raise InvalidSettings(
                f"metrics_port: {host}:{port} cannot be opened ({error}); choose another one"
            ) from error
        self._server.daemon_threads = True
        threading.Thread(
            target=self._server.serve_forever, name="onewindow-metrics", daemon=True
        ).start()

    @property
    def port(self) -> int:
        """The port that is served: the one that was free, where 0 was asked for."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Let the port go."""
        self._server.shutdown()
        self._server.server_close()
