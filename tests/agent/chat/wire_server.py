"""A server on this machine that speaks OpenAI's chat wire format, well or badly; for the tests only."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Mode = Literal["good", "bad json", "prose", "refusal", "slow", "cut", "length", "empty", "no choices", "500", "429"]


class WireServer(ThreadingHTTPServer):
    """Answers the n-th request with the n-th of its answers, the last one again and again.

    An answer is a mode of failing, or the content of a good one. `asked` are the requests, as they came.
    """

    daemon_threads = True

    def __init__(self, answers: list[Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers
        self.asked: list[dict[str, Any]] = []
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


@contextmanager
def wire_server(*answers: Any) -> Iterator[WireServer]:
    server = WireServer(list(answers))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: WireServer

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append({"path": self.path, **request})
        answers = self.server.answers
        answer = answers[min(len(self.server.asked), len(answers)) - 1]
        if isinstance(answer, dict):
            self._send(200, _completion(json.dumps(answer)))
        elif answer == "slow":
            self.server.closing.wait()
        elif answer in ("500", "429"):
            self._send(int(answer), {"error": {"message": "the model is on fire", "type": "server_error"}})
        elif answer == "cut":
            self._send(200, _completion('{"steps": []}'), short_by=40)
        else:
            self._send(200, _BAD[answer])

    def _send(self, status: int, content: dict[str, Any], short_by: int = 0) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) - short_by])
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def _completion(content: str | None, finish: str = "stop", **message: Any) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "wire",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": content, **message},
            }
        ],
        "usage": {"prompt_tokens": 700, "completion_tokens": 40, "total_tokens": 740},
    }


_BAD: dict[str, dict[str, Any]] = {
    "bad json": _completion('{"steps": [{"part": '),
    "prose": _completion("Sure! I would move the failed parts to the bin."),
    "refusal": _completion(None, refusal="I can't help with that."),
    "length": _completion('{"steps": [{"part": {"condition": "fai', finish="length"),
    "empty": _completion(""),
    "no choices": {**_completion(""), "choices": []},
}
