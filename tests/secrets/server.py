"""A Secret Manager of its own, for tests: real gRPC, the client library's own messages, Google's refusals.

    with SecretManagerServer() as server:
        server.create("tokens", b"one")
        secrets = SecretManagerSecrets(Place(PROJECT), connection(server.host))

It keeps to what Google documents of versions: `latest` is the newest even if it is disabled, and a disabled or
destroyed one is a failed precondition. `deny` and `faults` are for a test to set.
"""

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Self

import grpc
from google.cloud.secretmanager_v1 import types

from scim.secrets.crc32c import checksum

SERVICE = "google.cloud.secretmanager.v1.SecretManagerService"
PROJECT = "bridge-project"
ENABLED, DISABLED, DESTROYED = (types.SecretVersion.State[name] for name in ("ENABLED", "DISABLED", "DESTROYED"))
RPCS = {
    "AccessSecretVersion": (types.AccessSecretVersionRequest, "_access"),
    "AddSecretVersion": (types.AddSecretVersionRequest, "_add"),
    "ListSecretVersions": (types.ListSecretVersionsRequest, "_list"),
    "DisableSecretVersion": (types.DisableSecretVersionRequest, "_disable"),
    "EnableSecretVersion": (types.EnableSecretVersionRequest, "_enable"),
    "DestroySecretVersion": (types.DestroySecretVersionRequest, "_destroy"),
}

Fault = grpc.StatusCode | str
"""A status that is answered instead; or `lost`: the effect happens, the answer does not arrive; `hang`: no answer until
the caller gives up; `corrupt`: another byte arrives; `no-checksum`.
"""


@dataclass
class Version:
    data: bytes
    state: types.SecretVersion.State = ENABLED


@dataclass
class SecretManagerServer:
    secrets: dict[str, list[Version]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    faults: defaultdict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    deny: dict[str, str] = field(default_factory=dict)  # RPC → what Google says
    between: Callable[[str], None] = lambda _rpc: None  # before each RPC is carried out
    released: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        handlers = {name: self._handler(name, request) for name, (request, _) in RPCS.items()}
        self._server = grpc.server(ThreadPoolExecutor(8))
        self._server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, handlers)])
        self.host = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.stop(0).wait(5)

    def create(self, secret: str, *values: bytes) -> None:
        self.secrets[f"projects/{PROJECT}/secrets/{secret}"] = [Version(value) for value in values]

    def versions(self, secret: str) -> list[Version]:
        return self.secrets[f"projects/{PROJECT}/secrets/{secret}"]

    def states(self, secret: str) -> str:
        """`xde`: one letter for each version, oldest first, of destroyed, disabled, enabled."""
        letters = {DESTROYED: "x", DISABLED: "d", ENABLED: "e"}
        return "".join(letters[version.state] for version in self.versions(secret))

    def fail(self, rpc: str, *faults: Fault) -> None:
        self.faults[rpc].extend(faults)

    # ── the wire ──────────────────────────────────────────────────────────────────────────────────────────

    def _handler(self, name: str, request: Any) -> grpc.RpcMethodHandler:
        def call(message: Any, context: grpc.ServicerContext) -> Any:
            self.between(name)
            with self._lock:
                self.calls[name] += 1
                fault = self.faults[name].popleft() if self.faults[name] else None
            return self._answer(name, message, context, fault)

        return grpc.unary_unary_rpc_method_handler(
            call, request_deserializer=request.deserialize, response_serializer=lambda m: type(m).serialize(m)
        )

    def _answer(self, name: str, message: Any, context: grpc.ServicerContext, fault: Fault | None) -> Any:
        if name in self.deny:
            context.abort(grpc.StatusCode.PERMISSION_DENIED, self.deny[name])
        if isinstance(fault, grpc.StatusCode):
            context.abort(fault, "as the test asked for")
        if fault == "hang":
            self.released.wait(10)
        with self._lock:
            answer = getattr(self, RPCS[name][1])(message, context)
        if fault == "lost":
            context.abort(grpc.StatusCode.UNAVAILABLE, "the connection was reset")
        if fault == "corrupt":
            answer.payload.data = b"!" + answer.payload.data[1:]
        if fault == "no-checksum":
            answer.payload = types.SecretPayload(data=answer.payload.data)
        return answer

    # ── what Secret Manager does ──────────────────────────────────────────────────────────────────────────

    def _found(self, name: str, context: grpc.ServicerContext) -> list[Version]:
        if name not in self.secrets:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Secret [{name}] not found or has no versions.")
        return self.secrets[name]

    def _version(self, name: str, context: grpc.ServicerContext) -> tuple[int, Version]:
        secret, _, wanted = name.partition("/versions/")
        versions = self._found(secret, context)
        number = len(versions) if wanted == "latest" else int(wanted)
        if not 1 <= number <= len(versions):
            context.abort(grpc.StatusCode.NOT_FOUND, f"Secret Version [{name}] not found.")
        return number, versions[number - 1]

    def _access(self, message: Any, context: grpc.ServicerContext) -> Any:
        number, version = self._version(message.name, context)
        if version.state != ENABLED:
            context.abort(
                grpc.StatusCode.FAILED_PRECONDITION,
                f"Secret Version [{message.name}] is in {version.state.name} state.",
            )
        payload = types.SecretPayload(data=version.data, data_crc32c=checksum(version.data))
        name = f"{message.name.partition('/versions/')[0]}/versions/{number}"
        return types.AccessSecretVersionResponse(name=name, payload=payload)

    def _add(self, message: Any, context: grpc.ServicerContext) -> Any:
        versions = self._found(message.parent, context)
        if message.payload.data_crc32c != checksum(message.payload.data) or not message.payload.data:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "The payload is empty or does not match its checksum.")
        versions.append(Version(message.payload.data))
        return types.SecretVersion(name=f"{message.parent}/versions/{len(versions)}", state=ENABLED)

    def _list(self, message: Any, context: grpc.ServicerContext) -> Any:
        numbered = list(enumerate(self._found(message.parent, context), 1))[::-1]
        versions = [
            types.SecretVersion(name=f"{message.parent}/versions/{number}", state=version.state)
            for number, version in numbered[: message.page_size]
        ]
        more = "more" if len(numbered) > len(versions) else ""
        return types.ListSecretVersionsResponse(versions=versions, next_page_token=more, total_size=len(numbered))

    def _changed(self, message: Any, context: grpc.ServicerContext, state: types.SecretVersion.State) -> Any:
        _, version = self._version(message.name, context)
        if version.state == DESTROYED:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"Secret Version [{message.name}] is destroyed.")
        version.state = state
        if state == DESTROYED:
            version.data = b""
        return types.SecretVersion(name=message.name, state=state)

    def _disable(self, message: Any, context: grpc.ServicerContext) -> Any:
        return self._changed(message, context, DISABLED)

    def _enable(self, message: Any, context: grpc.ServicerContext) -> Any:
        return self._changed(message, context, ENABLED)

    def _destroy(self, message: Any, context: grpc.ServicerContext) -> Any:
        return self._changed(message, context, DESTROYED)
