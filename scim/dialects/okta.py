"""Okta. What it does in its own way is within the RFC, or read by the protocol itself:

- PATCH without a path, with the group's own `id` in the value: ignored as readOnly (okta.json, "push group: name again
  at once, without a path, with the id");
- a placeholder password on create: dropped (okta.json, "assign: create with a placeholder password");
- `replace members []` for an empty group (okta.json, "push now: an empty group"; SCIM-SDK#757);
- empty strings for cleared attributes: unassigned (OIN test plan, C9337).
"""

from scim.dialects.dialect import Dialect

OKTA = Dialect("okta", "Okta")
