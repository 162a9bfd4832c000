"""HTTP clients for a town whose services may be away for a moment."""

import itertools
from types import TracebackType
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError
from urllib3.util import Retry

from shared.errors import OneWindowError

PATIENCE = 20.0
"""Seconds to wait for an answer: a service that was killed refuses at once."""


ASKED_AGAIN = Retry(connect=0, read=1, allowed_methods=["GET"])
"""A server may close a connection that lay idle in the moment in which something is asked on it."""


class Away(OneWindowError):
    """The service could not be reached, broke off, or said that a part of it is away."""


class Client:
    """Talks to one service, to its processes by turns.

    Raises Away, and AssertionError for an answer that is not expected.
    """

    def __init__(self, *bases: str, token: str = "") -> None:
        self.bases = bases
        self._turns = itertools.cycle(bases)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.mount("http://", HTTPAdapter(max_retries=ASKED_AGAIN))
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, **how: Any) -> requests.Response:
        """Whatever is answered; who does not even listen is passed over, as a balancer does."""
        for left in reversed(range(len(self.bases))):
            url = next(self._turns) + path
            try:
                return self._session.request(method, url, timeout=PATIENCE, **how)
            except (requests.ConnectionError, requests.Timeout) as error:
                if not (left and _refused(error)):
                    raise Away(f"{method} {path}: {error}") from error
        raise AssertionError("a client has an address")

    def get(self, path: str, **query: Any) -> Any:
        """A resource as JSON."""
        return self._good(self.ask("GET", path, params=query))

    def find(self, path: str, **query: Any) -> Any:
        """A resource as JSON; None while the service has not heard of it."""
        answer = self.ask("GET", path, params=query)
        return None if answer.status_code == 404 else self._good(answer)

    def post(self, path: str, body: Any, **how: Any) -> Any:
        """Send JSON and return what is answered."""
        return self._good(self.ask("POST", path, json=body, **how))

    def put(self, path: str, content: bytes, media_type: str) -> Any:
        """Upload a file."""
        headers = {"Content-Type": media_type}
        return self._good(self.ask("PUT", path, data=content, headers=headers))

    def _good(self, answer: requests.Response) -> Any:
        call = f"{answer.request.method} {answer.request.path_url}"
        if answer.status_code == 503:
            raise Away(f"{call}: {answer.text}")
        assert answer.ok, f"{call} was answered with {answer.status_code}: {answer.text}"
        return answer.json()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._session.close()


def _refused(error: requests.RequestException) -> bool:
    """Whether nobody listened: nothing was asked then, and it may be asked elsewhere."""
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)
