"""A far end that leads elsewhere is not followed: it could name an address of this machine's."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from services.supervision.notices.notice import NotTaken
from services.supervision.notices.post import post


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_no_answer_and_nothing_is_asked_there(status):
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Location", "/secret")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self):
            asked.append(self.path)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        served = Thread(target=server.handle_request)
        served.start()
        with pytest.raises(NotTaken, match=f"it answered {status}"):
            post(f"http://127.0.0.1:{server.server_port}/hook", {"text": "red"})
        served.join(10)
    assert asked == ["/hook"]
