"""One HTTP request to a department's declared address, and nowhere else.

No redirect is followed, no proxy or password of the environment is used, certificates are checked,
an answer is read up to a limit and never unpacked. The caller limits the time as a whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import requests

from shared.errors import Unavailable

LARGEST_ANSWER = 1 << 20
SHOWN = 300
CONNECT = 5.0
"""Seconds."""


class Down(Unavailable):
    """The department's address does not answer as it should; it is tried again later."""

    def __init__(self, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class RefusedThere(Unavailable):
    """The department's system answers, but does not take this; it is told again later."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request. `timeout` is for each wait on the connection, in seconds."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    timeout: float = 10.0
    ca: str = ""


def call(made: Call) -> bytes:
    """The body of a 2xx answer; raises Down or RefusedThere."""
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.request(
                made.method,
                made.url,
                data=made.body or None,
                headers={"Accept-Encoding": "identity", "Connection": "close", **made.headers},
                timeout=(min(CONNECT, made.timeout), made.timeout),
                verify=made.ca or True,
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = _read(answer)
                _judge(answer, body)
                return body
    except (requests.RequestException, OSError) as error:
        raise Down(f"the address does not answer: {_reason(error)}") from error


def _read(answer: requests.Response) -> bytes:
    body: bytes = answer.raw.read(LARGEST_ANSWER + 1, decode_content=False)
    if len(body) > LARGEST_ANSWER:
        raise Down(f"the answer is longer than {LARGEST_ANSWER} bytes")
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise Down("the answer is compressed, although that was not asked for")
    return body


def _judge(answer: requests.Response, body: bytes) -> None:
    status = answer.status_code
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise Down(f"the address answers {status}: redirects are not followed, correct the address")
    said = f"the address answers {status}: {body[:SHOWN].decode('utf-8', 'replace')}"
    if status >= 500 or status in (401, 403, 408, 429):
        raise Down(said, _retry_after(answer))
    raise RefusedThere(said)


def _retry_after(answer: requests.Response) -> float:
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() and len(text) < 6 else 0.0


def _reason(error: Exception) -> str:
    """What went wrong, without the address: it stands in the log and may hold a key."""
    inner: BaseException = error
    while inner.__cause__ or inner.__context__:
        inner = inner.__cause__ or inner.__context__ or inner
    return f"{type(error).__name__}: {str(inner)[:SHOWN]}"
