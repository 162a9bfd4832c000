"""The HTTP server of a service: nameko's, with our own answers for everything it says itself."""

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import eventlet
import structlog
from eventlet import wsgi
from eventlet.semaphore import Semaphore
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import DependencyProvider
from nameko.web.server import WebServer
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from shared.errors import Unavailable
from shared.web.builtin import BUILT_IN
from shared.web.connection import Protocol, close_if_unread
from shared.web.problems import MALFORMED, NOT_FOUND, WRONG_METHOD, Refusal
from shared.web.response import refused, secured
from shared.web.room import most_connections

log = structlog.get_logger()

IDLE = 75.0
"""Seconds without a byte after which a connection is closed."""
DRAIN = 5.0
"""Seconds for which a stopping server waits until the last responses are written."""
BREATH = 0.1
"""Seconds before the next try when a connection could not be taken."""


class Server(WebServer):  # type: ignore[misc]
    """Serves every route of the container, and /health, /openapi.json and /problems/<key>."""

    def get_wsgi_app(self) -> "Application":
        return Application(self)

    def get_wsgi_server(self, sock: Any, wsgi_app: Any, **_: Any) -> wsgi.Server:
        return wsgi.Server(
            sock,
            sock.getsockname(),
            wsgi_app,
            protocol=Protocol,
            debug=False,
            log_output=False,
            socket_timeout=IDLE,
        )

    def make_url_map(self) -> Map:
        url_map = Map(merge_slashes=False)
        for provider in self._providers:
            url_map.add(Rule(provider.url, methods=[provider.method], endpoint=provider))
        for path, builtin in BUILT_IN.items():
            url_map.add(Rule(path, methods=["GET"], endpoint=builtin(self.container)))
        for dependency in self.container.dependencies:
            for path, endpoint in getattr(dependency, "serves", {}).items():
                url_map.add(Rule(path, methods=["GET"], endpoint=endpoint))
        return url_map

    def refused(self, error: Exception, environ: dict[str, Any]) -> Response:
        """An error: as a page for a browser where the service has pages, else as a problem."""
        for dependency in self.container.dependencies:
            if hasattr(dependency, "refused") and prefers_pages(environ):
                response: Response = dependency.refused(error, environ)
                return response
        return refused(error)

    def run(self) -> None:
        """Take connections for ever. An error that leaves this thread would end the service."""
        self._room = Semaphore(most_connections())
        while self._is_accepting:
            self._room.acquire()
            try:
                sock, address = self._sock.accept()
            except OSError as error:  # no file is left, or the caller hung up while waiting
                self._room.release()
                log.warning("connection not taken", reason=error.strerror)
                eventlet.sleep(BREATH)
            else:
                sock.settimeout(self._serv.socket_timeout)
                self.container.spawn_managed_thread(partial(self.process_request, sock, address))

    def process_request(self, sock: Any, address: Any) -> None:
        """One connection. An error that leaves this thread would end the whole service."""
        try:
            super().process_request(sock, address)
        except Exception:
            log.warning("connection broke", exc_info=True)
        finally:
            self._room.release()

    def stop(self) -> None:
        with eventlet.Timeout(DRAIN, False):
            while self._serv is not None and self._serv.outstanding_requests:
                eventlet.sleep(0.01)
        super().stop()


class Web(DependencyProvider):  # type: ignore[misc]
    """For a service without an entrypoint of its own: `web = Web()` gives it /health."""

    server = Server()


class Application:
    """The WSGI application: find the route, answer, secure, log."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.url_map = server.make_url_map()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        started = time.perf_counter()
        response = secured(self._respond(environ))
        close_if_unread(environ)
        log.info(
            "request",
            method=environ["REQUEST_METHOD"],
            path=environ["PATH_INFO"],
            status=response.status_code,
            seconds=round(time.perf_counter() - started, 6),
        )
        return response(environ, start_response)

    def _respond(self, environ: dict[str, Any]) -> Response:
        try:
            if "\0" in environ["PATH_INFO"]:  # no database takes it as a key
                raise NotFound
            request = Request(environ)
            endpoint, values = self.url_map.bind_to_environ(environ).match()
            request.path_values = values  # type: ignore[attr-defined]
            response: Response = endpoint.handle_request(request)
            return response
        except HTTPException as error:
            return self.server.refused(_refusal(error, environ), environ)
        except ContainerBeingKilled:
            return self.server.refused(Unavailable("the service is stopping; try again"), environ)
        except Exception as error:
            return self.server.refused(error, environ)


def prefers_pages(environ: dict[str, Any]) -> bool:
    """Whether a person's browser asks: it names HTML before anything else."""
    return str(environ.get("HTTP_ACCEPT", "")).startswith("text/html")


def _refusal(error: HTTPException, environ: dict[str, Any]) -> Refusal:
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        detail = f"{environ['REQUEST_METHOD']} is not offered here, only {allowed}"
        return Refusal(WRONG_METHOD, detail, headers={"Allow": allowed})
    if error.code == NOT_FOUND.status:
        return Refusal(NOT_FOUND, "there is nothing at this path; /openapi.json lists what is")
    return Refusal(MALFORMED, "the request cannot be read")
