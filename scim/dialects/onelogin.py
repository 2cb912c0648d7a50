"""OneLogin. Its two departures from the RFC, URNs from before it and one object where a list is due, are forgiven in
every dialect (`tolerances`): other clients have them too, and nobody can mean anything else by them. Its query strings,
with plus signs and a trailing `&` (onelogin.json, "enable the API connection"), are plain form encoding.
"""

from scim.dialects.dialect import Dialect

ONELOGIN = Dialect("onelogin", "OneLogin")
