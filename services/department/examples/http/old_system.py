"""A department's old system, as small as it can be: takes tasks by HTTP, posts its results back.

    python3 old_system.py serve                        takes tasks at 127.0.0.1:9100
    python3 old_system.py list                         what it has
    python3 old_system.py decide TASK granted REMARK   decides one and tells OneWindow

Only Python's standard library. Settings: ONEWINDOW (the address of the department service),
DEPARTMENT, SECRETS (a file with lines of KEYID SECRET), PORT, TASKS (the file that keeps them).
"""

import hashlib
import hmac
import json
import os
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ONEWINDOW = os.environ.get("ONEWINDOW", "http://127.0.0.1:8802")
DEPARTMENT = os.environ.get("DEPARTMENT", "civil-affairs")
SECRETS = os.environ.get("SECRETS", "secrets")
PORT = int(os.environ.get("PORT", "9100"))
TASKS = os.environ.get("TASKS", "tasks.db")
WINDOW = 300
"""Seconds that a signature may be old."""


def secrets() -> dict[str, str]:
    """The secrets by their ids; the first one signs."""
    found = {}
    for line in Path(SECRETS).read_text().splitlines():
        key, secret = line.split()
        found[key] = secret
    return found


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """As OneWindow makes it: HMAC-SHA-256 over the time, a dot and the body."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_signed(headers: Message, body: bytes) -> bool:
    """Whether OneWindow signed this, a short while ago."""
    secret = secrets().get(headers.get("OneWindow-Key", ""))
    timestamp = headers.get("OneWindow-Timestamp", "")
    if secret is None or not timestamp.isdecimal() or abs(int(timestamp) - time.time()) > WINDOW:
        return False
    right = signature(secret, timestamp, body)
    return hmac.compare_digest(right, headers.get("OneWindow-Signature", ""))


def database() -> sqlite3.Connection:
    """What is kept: the deliveries that were here, and the tasks."""
    opened = sqlite3.connect(TASKS, timeout=10)
    opened.execute("create table if not exists seen (delivery primary key)")
    opened.execute("create table if not exists tasks (id primary key, status, told)")
    return opened


def take(delivery: str, told: dict[str, Any]) -> None:
    """Keep what OneWindow tells. What comes twice comes under the same delivery, and is dropped."""
    with database() as tx:
        if tx.execute("select 1 from seen where delivery = ?", [delivery]).fetchone():
            return
        tx.execute("insert into seen values (?)", [delivery])
        status = "cancelled" if told["change"] == "CANCELLED" else "open"
        row = [told["taskId"], status, json.dumps(told, ensure_ascii=False)]
        tx.execute("insert or replace into tasks values (?, ?, ?)", row)


class Handler(BaseHTTPRequestHandler):
    """Takes what is signed, and nothing else."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not is_signed(self.headers, body):
            self.answer(401)
            return
        take(self.headers["OneWindow-Delivery"], json.loads(body))
        self.answer(204)

    def answer(self, status: int) -> None:
        """Answer without a body."""
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


def decide(task: str, status: str, remark: str) -> str:
    """Note a decision, and post it to OneWindow, signed; what was answered."""
    with database() as tx:
        tx.execute("update tasks set status = ? where id = ?", [status, task])
    result = {"taskId": task, "status": status, "remark": remark, "law": remark}
    body = json.dumps(result).encode()
    key, secret = next(iter(secrets().items()))
    timestamp = str(int(time.time()))
    request = urllib.request.Request(  # noqa: S310 - the address is a setting of ours
        f"{ONEWINDOW}/departments/{DEPARTMENT}/results",
        data=body,
        headers={
            "Content-Type": "application/json",
            "OneWindow-Key": key,
            "OneWindow-Timestamp": timestamp,
            "OneWindow-Signature": signature(secret, timestamp, body),
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return str(error.read().decode())


def main(command: str, *rest: str) -> None:
    """Serve, list or decide."""
    if command == "serve":
        print(f"taking tasks at 127.0.0.1:{PORT}", flush=True)
        ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
    elif command == "list":
        for task, status, told in database().execute("select * from tasks"):
            print(task, status, told)
    elif command == "decide":
        print(decide(*rest))


if __name__ == "__main__":
    main(*sys.argv[1:])
