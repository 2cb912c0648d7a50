"""`python -m scim status`: what wants a decision, who stands where, what is owed and since when, how the jobs are."""

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from typing import Any

from scim import wiring
from scim.admin import words
from scim.cli import desk, overview
from scim.cli.console import AsJson, say, show, show_json
from scim.cli.overview import Overview

VERDICTS = {
    "new": "Nothing has run yet.",
    "working": "Everything works.",
    "troubled": "It works, with trouble.",
    "down": "Something does not work.",
}
BUT = "It works, and something wants you to look at it:"


def status(as_json: AsJson = False) -> None:
    """Show how the bridge stands: what wants your decision, who stands where, what is owed, and how each job is.

    Ends with status 0 however it stands; `doctor` is the one that fails.
    """
    settings = desk.ready(os.environ)
    with closing(wiring.store(settings)) as store:
        seen = overview.look(store, settings)
    if as_json:
        show_json(_json(seen))
    else:
        _show(seen)


def _show(seen: Overview) -> None:
    attention = list(overview.attention(seen))
    say(BUT if attention and seen.verdict == "working" else VERDICTS[seen.verdict])
    for sentence in attention:
        say(sentence, style="bold")
    backlog = seen.backlog
    say(f"Wanted: {seen.users} users, {seen.groups} groups.")
    say(f"Users: {_counts(seen.standings['User'])}. Groups: {_counts(seen.standings['Group'])}.")
    owed = f"{backlog.users} users, {backlog.groups} groups, {backlog.memberships} memberships."
    say(f"Owed to the target: {owed}{_since(seen)}")
    live = sorted({token.client for token in seen.live or ()})
    say(f"Tokens: {len(seen.live or ())} live{': ' if live else ''}{', '.join(live)}.")
    rows = [(part.source, part.state, part.at, part.expires, part.reason) for part in seen.components]
    show("Jobs", ("job", "state", "last run", "expected before", ""), rows)


def _counts(standings: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {words.standing(name).lower()}" for name, count in standings.items()) or "none"


def _since(seen: Overview) -> str:
    if seen.oldest is None:
        return ""
    return f" The oldest for {words.span(seen.now - datetime.fromisoformat(seen.oldest).timestamp())}."


def _json(seen: Overview) -> dict[str, Any]:
    backlog, details = seen.backlog, {report.source: report.detail for report in seen.reports}
    jobs = [
        {"source": part.source, "state": part.state, "at": part.at or None, "expires": part.expires or None}
        for part in seen.components
    ]
    return {
        "verdict": seen.verdict,
        "attention": list(overview.attention(seen)),
        "wanted": {"users": seen.users, "groups": seen.groups},
        "standings": {"users": seen.standings["User"], "groups": seen.standings["Group"]},
        "owed": {**asdict(backlog), "since": seen.oldest},
        "drift": seen.drift,
        "asked_for": list(seen.asked_for),
        "plan": seen.plan,
        "tokens": None if seen.live is None else [asdict(token) for token in seen.live],
        "jobs": [{**job, "detail": dict(details.get(str(job["source"]), {}))} for job in jobs],
    }
