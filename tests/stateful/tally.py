"""How often what happened, over all lives: whoever tries promises has to know that they were put to the test."""

from collections import Counter

seen: Counter[str] = Counter()


def line() -> str:
    return ", ".join(f"{what} {count:,}" for what, count in sorted(seen.items()))
