"""A Firestore client that shows what passes over the wire, and loses what a test tells it to lose."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from google.api_core.exceptions import GoogleAPICallError, ServiceUnavailable
from google.cloud.firestore import Client

RPCS = ("batch_get_documents", "run_query", "run_aggregation_query", "commit")


@dataclass
class Wire:
    """`calls` are all RPCs so far. `lost_answers` of the next commits never arrive, though the commits land."""

    calls: list[tuple[str, Any, dict[str, Any]]] = field(default_factory=list)
    lost_answers: int = 0
    refuse: Callable[[str, int], GoogleAPICallError | None] = lambda rpc, number: None

    def send(self, name: str, rpc: Callable[..., Any], request: Any, options: dict[str, Any]) -> Any:
        self.calls.append((name, request, options))
        if refusal := self.refuse(name, self.counted()[name]):
            raise refusal
        answer = rpc(request=request, **options)
        if name == "commit" and self.lost_answers:
            self.lost_answers -= 1
            raise ServiceUnavailable("the connection was reset")
        return answer

    def counted(self) -> Counter[str]:
        return Counter(name for name, _, _ in self.calls)

    def spent(self, act: Callable[[], object]) -> dict[str, int]:
        """The round trips of `act`."""
        self.calls.clear()
        act()
        return dict(self.counted())

    def queries(self) -> list[Any]:
        found = [request["structured_query"] for name, request, _ in self.calls if name == "run_query"]
        aggregations = [request for name, request, _ in self.calls if name == "run_aggregation_query"]
        return found + [request["structured_aggregation_query"].structured_query for request in aggregations]


class WatchedClient(Client):
    def __init__(self, wire: Wire, project: str) -> None:
        super().__init__(project=project)
        self._wire = wire

    @property
    def _firestore_api(self) -> Any:
        return _Api(super()._firestore_api, self._wire)


class _Api:
    def __init__(self, api: Any, wire: Wire) -> None:
        self._api = api
        self._wire = wire

    def __getattr__(self, name: str) -> Any:
        if name not in RPCS:
            return getattr(self._api, name)
        rpc = getattr(self._api, name)
        return lambda request, **options: self._wire.send(name, rpc, request, options)
