"""Every call to Firestore passes here: bounded in time, retried briefly, its errors translated."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from google.api_core.exceptions import (
    Aborted,
    AlreadyExists,
    FailedPrecondition,
    GoogleAPIError,
    NotFound,
    ServiceUnavailable,
)
from google.api_core.retry import Retry, if_exception_type
from google.auth.exceptions import GoogleAuthError
from google.cloud.firestore import Client, CollectionReference, DocumentReference, LastUpdateOption, WriteBatch

from scim.records import StoreUnavailable
from scim.stores.firestore_rows import Snapshot

WRITES_PER_COMMIT = 500
READ_AT_ONCE = 1000
TRIES = 8

_ATTEMPT_SECONDS = 8.0  # an identity provider gives up after some 30 s; the client's own default is 60 to 300 s
_RETRY = Retry(if_exception_type(ServiceUnavailable, Aborted), initial=0.1, maximum=1.0, timeout=8.0)
_ONCE = Retry(lambda _: False)  # or else a query begins again for ever after an error half-way

Connect = Callable[[], Client]


class Calls:
    """The client is built at the first call, never at import: gunicorn forks after importing, and a channel that was
    opened before the fork hangs (facts/google_cloud.md §1.4).
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._client: Client | None = None
        self._connecting = Lock()

    @property
    def client(self) -> Client:
        if self._client is None:
            with self._connecting, _translated():
                self._client = self._client or self._connect()
        return self._client

    def collection(self, name: str) -> CollectionReference:
        return self.client.collection(name)

    def document(self, collection: str, id: str) -> DocumentReference:
        return self.client.document(collection, id)

    def batch(self) -> WriteBatch:
        return self.client.batch()

    def unchanged(self, stamp: Any) -> LastUpdateOption:
        """The precondition that a document was last written when `stamp` was read."""
        return LastUpdateOption(stamp)

    def read(
        self, references: Iterable[DocumentReference], fields: Sequence[str] | None = None
    ) -> dict[DocumentReference, Snapshot]:
        """Those that exist. One round trip."""
        wanted = list(references)
        if not wanted:
            return {}

        def attempt() -> list[Snapshot]:
            return list(self.client.get_all(wanted, fields, retry=_ONCE, timeout=_ATTEMPT_SECONDS))

        with _translated():
            return {found.reference: found for found in _RETRY(attempt)() if found.exists}

    def query(self, query: Any) -> list[Snapshot]:
        def attempt() -> list[Snapshot]:
            return list(query.get(retry=_ONCE, timeout=_ATTEMPT_SECONDS))

        with _translated():
            return _RETRY(attempt)()

    def pages(self, query: Any) -> Iterator[Snapshot]:
        """An ordered query, read in pages: no single answer is larger than memory or longer than its time."""
        page = self.query(query.limit(READ_AT_ONCE))
        while page:
            yield from page
            if len(page) < READ_AT_ONCE:
                return
            page = self.query(query.limit(READ_AT_ONCE).start_after(page[-1]))

    def count(self, query: Any) -> int:
        def attempt() -> int:
            return int(query.count().get(retry=_ONCE, timeout=_ATTEMPT_SECONDS)[0][0].value)

        with _translated():
            return _RETRY(attempt)()

    def commit(self, batch: WriteBatch) -> list[Any]:
        """One result for each write."""

        def attempt() -> list[Any]:
            return list(batch.commit(retry=_ONCE, timeout=_ATTEMPT_SECONDS))

        with _translated():
            return _RETRY(attempt)()

    def commit_if(self, batch: WriteBatch) -> list[Any]:
        """`commit` that leaves AlreadyExists, FailedPrecondition and NotFound to the caller, who set the conditions and
        knows that a commit which is repeated after a lost answer meets its own traces.
        """
        try:
            return self.commit(batch)
        except StoreUnavailable as translated:
            if isinstance(translated.__cause__, AlreadyExists | FailedPrecondition | NotFound):
                raise translated.__cause__ from None
            raise

    def close(self) -> None:
        if self._client is not None:
            self._client.close()  # type: ignore[no-untyped-call]


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (GoogleAPIError, GoogleAuthError) as cause:
        raise StoreUnavailable(f"Firestore did not answer ({type(cause).__name__}: {str(cause)[:300]}).") from cause
