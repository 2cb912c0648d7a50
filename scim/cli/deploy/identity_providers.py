"""What the guide says about each identity provider: its name, and where its token goes. The dialect is the key."""

from dataclasses import dataclass

from scim.dialects import DIALECTS


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """`steps` name {url}; what they call things is what the provider's administrator reads. `page`: the whole of it."""

    name: str
    steps: tuple[str, ...]
    page: str = ""


IDENTITY_PROVIDERS = {
    "entra": IdentityProvider(
        "Microsoft Entra ID",
        (
            "Enterprise applications > New application > Create your own application > Non-gallery.",
            "Provisioning > Automatic. Tenant URL: {url}   Secret Token: the token.",
            "Test Connection, save, assign two or three people, then start provisioning.",
        ),
        "docs/identity-providers/entra.md",
    ),
    "okta": IdentityProvider(
        "Okta",
        (
            "Applications > Browse App Catalog > 1Password Business > Add Integration.",
            "Provisioning > Configure API Integration. Base URL: {url}   API Token: the token.",
            "To App: switch on Create Users, Update User Attributes, Deactivate Users; assign two or three people.",
        ),
        "docs/identity-providers/okta.md",
    ),
    "onelogin": IdentityProvider(
        "OneLogin",
        (
            "Applications > Add App > SCIM Provisioner with SAML (SCIM v2 Enterprise).",
            "Configuration. SCIM Base URL: {url}   SCIM Bearer Token: the token, and the template of the page below.",
            "Provisioning: enable it, and choose Suspend for people who leave.",
        ),
        "docs/identity-providers/onelogin.md",
    ),
    "jumpcloud": IdentityProvider(
        "JumpCloud",
        (
            "SSO Applications > Add New Application > Custom Application > Export users to this app.",
            "Identity Management, SCIM 2.0. Base URL: {url}   Token Key: the token.",
            "Its test user gets a real invitation: name an address you read. Then bind two or three people.",
        ),
        "docs/identity-providers/jumpcloud.md",
    ),
    "rippling": IdentityProvider(
        "Rippling",
        (
            "IT > custom integrations > User Management via SCIM, version 2.0.",
            "SCIM base URL: {url}   Authorization: Bearer Token, the token.",
            "Give it to two people, and look, before you give it to everybody.",
        ),
        "docs/identity-providers/rippling.md",
    ),
    "rfc": IdentityProvider(
        "another one that speaks SCIM 2.0",
        (
            "Base URL: {url}   Authentication: bearer token, the token.",
            "Assign two or three people first.",
        ),
    ),
}

assert set(IDENTITY_PROVIDERS) == set(DIALECTS)
