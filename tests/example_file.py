"""The complete bridge.toml of docs/deploy.md, and what other pages show of it."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"

EXAMPLE = """\
# the deployment: make deploy
project = "acme-identity"
region = "europe-west1"
identity_providers = ["okta"]              # entra, okta, onelogin, jumpcloud, rippling, rfc
alert_emails = ["identity@example.com"]

# as wished; what each means stands in infra/variables.tf
admin_members = ["group:identity@example.com"]
domain = "scim.example.com"
static_egress_ip = true                    # one address for 1Password's firewall rules
min_instances = 1
pull_schedule = "*/15 * * * *"             # only with [google_workspace]

[settings]                                 # docs/settings.md
ALLOWED_DOMAINS = "example.com"
GOOGLE_ADMIN = "bridge-reader@example.com"

# whom the pull provisions: python -m scim pull configure
[google_workspace]                         # docs/pull.md
groups = ["staff@example.com", "team-*@example.com"]

# which groups of 1Password are managed: python -m scim groups apply
[groups]                                   # docs/managed-groups.md
manage = ["Guides", "Engineering"]
"""


def documented(page: str) -> list[str]:
    """The files in TOML that the page shows."""
    return re.findall(r"^```toml\n(.*?)^```", (DOCS / f"{page}.md").read_text(), re.MULTILINE | re.DOTALL)
