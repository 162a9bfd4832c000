"""A department's own system, as tests play it: a real HTTP server that believes signatures only."""

import hashlib
import hmac
import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "0123456789abcdef0123456789abcdef"
NEXT_SECRET = "fedcba9876543210fedcba9876543210"


def sign(body, *, secret=SECRET, key="k1", at=None):
    stamp = str(int(time.time() if at is None else at))
    signed = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "OneWindow-Key": key,
        "OneWindow-Timestamp": stamp,
        "OneWindow-Signature": signed,
        "Content-Type": "application/json",
    }


def is_signed(headers, body):
    stamp = headers["OneWindow-Timestamp"]
    secret = {"k1": SECRET, "k2": NEXT_SECRET}[headers["OneWindow-Key"]]
    right = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return headers["OneWindow-Signature"] == right and abs(int(stamp) - time.time()) < 300


class TheirServer(ThreadingHTTPServer):
    """Keeps what it was sent, by path. `answers` says by path what it answers: (status, headers,
    body), or a function that is given the handler and answers itself."""

    daemon_threads = True

    def __init__(self, *, certificate=None):
        super().__init__(("127.0.0.1", 0), Handler)
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.got = {}
        self.answers = {}
        self.changed = threading.Condition()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def keep(self, path, request):
        with self.changed:
            self.got.setdefault(path, []).append(request)
            self.changed.notify_all()

    def wait_for(self, path, fits=lambda requests: requests, seconds=20):
        with self.changed:
            assert self.changed.wait_for(lambda: fits(self.got.get(path, [])), seconds), (
                path,
                self.got.get(path),
            )
            return list(self.got[path])

    def about(self, path, task, count=1, seconds=20):
        """The first so many requests about a task."""

        def found(requests):
            return [it for it in requests if task.assignment in json.dumps(it["body"])]

        return found(self.wait_for(path, lambda it: len(found(it)) >= count, seconds))


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(body, json.loads(body))

    def do_GET(self):
        self._answer(b"", None)

    def _answer(self, body, plain):
        if not is_signed(self.headers, body):
            self.send_error(401)
            return
        self.server.keep(self.path, {"headers": dict(self.headers), "body": plain, "raw": body})
        answer = self.server.answers.get(self.path, (200, {}, b"{}"))
        if callable(answer):
            answer(self)
            return
        self.reply(*answer)

    def reply(self, status, headers, body):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
