"""JSON by POST, with every way in which that fails said in words that name no address."""

from collections.abc import Mapping
from typing import Any

import orjson
import requests
from urllib3.exceptions import NewConnectionError

from services.supervision.notices.notice import NotTaken

TIMEOUT = (3.05, 10.0)
"""Seconds to connect, and between two pieces of an answer."""
LONGEST_ANSWER = 64 * 1024


def post(url: str, body: Mapping[str, Any], *, query: Mapping[str, str] | None = None) -> Any:
    """Post JSON; the object that was answered, {} for anything else. Raises NotTaken.

    A redirect is no answer: a POST that follows one becomes a GET, and a sign-in page says 200.
    """
    try:
        with requests.post(
            url,
            data=orjson.dumps(body),
            params=query,
            headers={"Content-Type": "application/json; charset=utf-8"},
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as answer:
            status = answer.status_code
            text = answer.raw.read(LONGEST_ANSWER, decode_content=True)
    except requests.RequestException as error:
        raise _in_words(error) from None
    except Exception as error:  # urllib3's own, while the answer is read
        raise NotTaken("its answer broke off", unsure=True) from error
    if not 200 <= status < 300:
        raise NotTaken(f"it answered {status}")
    return _object(text)


def _in_words(error: requests.RequestException) -> NotTaken:
    """The cause is left out: it holds the address."""
    if isinstance(error, requests.exceptions.SSLError):
        return NotTaken("its certificate is not one that is trusted here")
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return NotTaken("it cannot be reached")
    if isinstance(
        getattr(error.args[0], "reason", None) if error.args else None, NewConnectionError
    ):
        return NotTaken("it cannot be reached")
    if isinstance(error, requests.Timeout):
        return NotTaken("it did not answer in time", unsure=True)
    if isinstance(error, requests.ConnectionError):
        return NotTaken("it hung up", unsure=True)
    return NotTaken("its address is not one that can be called", final=True)


def _object(text: bytes) -> Any:
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
