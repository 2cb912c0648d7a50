"""The stand-in without sockets: what `requests` would send goes straight there. Ten times as many reads in a second."""

from io import BytesIO

from requests import ConnectionError as Unreachable
from requests import PreparedRequest, ReadTimeout, Response, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from tests.directory.directory import Directory
from tests.directory.reply import Broken


class Straight(HTTPAdapter):
    def __init__(self, directory: Directory) -> None:
        super().__init__()
        self._directory = directory

    def send(self, request: PreparedRequest, *_: object, **__: object) -> Response:
        body = request.body or b""
        reply = self._directory.answer(
            request.method, request.path_url, request.headers, body if isinstance(body, bytes) else body.encode()
        )
        if reply.broken is Broken.HANG:
            raise ReadTimeout
        if reply.broken is Broken.NO_ANSWER:
            raise Unreachable
        sent = reply.body
        length = {"Content-Length": str(len(sent)), "Content-Type": reply.type}
        if reply.broken is Broken.CUT_OFF:
            sent = sent[: len(sent) // 2]
        raw = HTTPResponse(BytesIO(sent), length, reply.status, preload_content=False, enforce_content_length=True)
        return self.build_response(request, raw)


def straight(directory: Directory) -> Session:
    directory.address = directory.address or "127.0.0.1:9"  # nobody listens there
    session = Session()
    session.mount("http://", Straight(directory))
    return session
