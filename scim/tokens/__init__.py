"""Bearer tokens: minted once and shown once, kept as a hash, verified in constant time, expired, rotated, revoked."""

from scim.tokens.form import mint
from scim.tokens.gate import NoLiveToken, Tokens, cursor_key
from scim.tokens.record import TokenListInvalid, TokenRecord
from scim.tokens.registry import TooManyLive, UnknownToken, add, read, revoke

__all__ = [
    "NoLiveToken",
    "TokenListInvalid",
    "TokenRecord",
    "Tokens",
    "TooManyLive",
    "UnknownToken",
    "add",
    "cursor_key",
    "mint",
    "read",
    "revoke",
]
