"""Rippling. No capture of its requests is public; its filter `emails[primary eq true].value eq "…"` (rippling.json,
"match by the primary e-mail") is the RFC's. A quirk gets its place here with the first recorded exchange.
"""

from scim.dialects.dialect import Dialect

RIPPLING = Dialect("rippling", "Rippling")
