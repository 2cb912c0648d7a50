"""Who is found: by words, by a standing or both, or everybody; in the store's order and in bounded memory.

The same as on the screens for people (scim.admin.listing), which read a page of it at a time.
"""

import re
from collections.abc import Callable, Iterator

from scim import identity, keys
from scim.cli.console import Problem
from scim.ports import Store
from scim.records import Record, Ref, Stale

BATCH = 200

Following = Callable[[str | None], list[Record]]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:.-]{0,127}")
"""What may be asked of any store."""


def people(store: Store, text: str, standing: str) -> Iterator[Record]:
    """`text`: beginnings of words of their names or addresses. Empty means any."""
    following, after = _following(store, text, standing), None
    while batch := _read(following, after):
        for record in batch:
            if standing in ("", record.standing) and (not text or keys.has_words(record.document, text)):
                yield record
        if len(batch) < BATCH:
            return
        after = batch[-1].id


def person(store: Store, who: str) -> Record:
    """By id, userName or address; somebody deprovisioned too, if nobody else is it."""
    known = store.get(Ref("User", who)) if _ID.fullmatch(who) else None
    found = [known] if known else _named(store, who)
    if not found:
        raise Problem(f"Nobody has the id, userName or address {who!r}: `python -m scim people` lists who there is.")
    if len(found) > 1:
        raise Problem(
            f"Several people have the address {who!r}: name one by id, {', '.join(each.id for each in found)}."
        )
    return found[0]


def _named(store: Store, who: str) -> list[Record]:
    """A key that is unique comes before the one of every e-mail somebody may have."""
    names = (f"address={identity.email_key(who)}", f"userName={who.lower()}", f"email={who.casefold()}")
    found = (store.find("User", name) for name in names)
    return next((each for each in found if each), []) or store.find_former("User", names)


def _following(store: Store, text: str, standing: str) -> Following:
    """Those to pick from: by the standing or by a word, whichever leaves fewer. Most people are active."""
    if standing and not (text and standing == "active"):
        return lambda after: store.standing("User", standing, after, BATCH)
    if text:
        beginning = keys.prefix(max(identity.fold(text).split(" "), key=len))
        return lambda after: store.search("User", beginning, after, BATCH) if beginning else []
    return lambda after: store.page_after("User", after, BATCH)


def _read(following: Following, after: str | None) -> list[Record]:
    try:
        return following(after)
    except Stale as error:
        raise Problem("Somebody was deleted just where the list was being read. Ask again.") from error
