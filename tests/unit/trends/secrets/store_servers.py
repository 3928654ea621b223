"""Local servers that speak as Vault and as AWS Secrets Manager do."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Reply = tuple[int, Any]


@dataclass
class Asked:
    """One request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class StoreServer:
    """A store of secrets.

    Attributes:
        url: Its address.
        secrets: What it holds, by path or name.
        instead: What it answers whatever it is asked; None to answer as it should.
        asked: What came.
    """

    url: str = ""
    secrets: dict[str, Any] = field(default_factory=dict[str, Any])
    instead: Reply | None = None
    asked: list[Asked] = field(default_factory=list[Asked])


def vault_reply(server: StoreServer, asked: Asked) -> Reply:
    """Answer as a Vault server with a KV store of version 2 at `kv`."""
    if asked.headers.get("x-vault-token") != "s.token":
        return 403, {"errors": ["permission denied"]}
    name = asked.path.removeprefix("/v1/kv/data/")
    if name not in server.secrets:
        return 404, {"errors": []}
    return 200, {"data": {"data": server.secrets[name], "metadata": {"version": 3}}}


def aws_reply(server: StoreServer, asked: Asked) -> Reply:
    """Answer as AWS Secrets Manager: JSON 1.1, signed with Signature Version 4."""
    signed = asked.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 Credential=AKID/")
    if not signed or "x-amz-date" not in asked.headers:
        return 400, {"__type": "IncompleteSignature", "message": "no signature"}
    if asked.headers.get("x-amz-target") != "secretsmanager.GetSecretValue":
        return 400, {"__type": "UnknownOperationException"}
    name = json.loads(asked.body)["SecretId"]
    if name not in server.secrets:
        return 400, {"__type": "ResourceNotFoundException", "message": "can't find it"}
    return 200, {"Name": name, "SecretString": server.secrets[name], "VersionId": "v" * 32}


@contextmanager
def serving(reply: Any) -> Generator[StoreServer]:
    """Serve on loopback until the block ends."""
    store = StoreServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = Asked(
                self.command,
                self.path,
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length),
            )
            store.asked.append(asked)
            status, body = store.instead or reply(store, asked)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815  # the base class names them

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    store.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
