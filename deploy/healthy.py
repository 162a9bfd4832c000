"""Asks the service on this machine how it is: `python -m deploy.healthy`, exit status 0 if well.

The address is ONEWINDOW_HTTP, as for the service itself. For the health check of a container; it
needs nothing but the standard library.
"""

import os
import sys
import urllib.error
import urllib.request

SECONDS = 4.0
EVERYWHERE = ("", "0.0.0.0", "[::]")  # noqa: S104 - recognised, not bound


def address(http: str) -> str:
    """Where to ask a service that listens at HOST:PORT."""
    host, _, port = http.rpartition(":")
    return f"http://{'127.0.0.1' if host in EVERYWHERE else host}:{port}/health"


def main() -> int:
    """0 when the service answers 200; otherwise 1, and what it said."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address(os.environ.get("ONEWINDOW_HTTP", "")), timeout=SECONDS) as answer:
            print(answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            print(error.read().decode(errors="replace"))
        return 1
    except (OSError, ValueError) as error:
        print(f"no answer: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
