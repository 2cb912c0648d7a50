"""Rules of an organisation that decide how, or whether, identity providers get through to the public function.

The names: cloud.google.com/resource-manager/docs/organization-policy/org-policy-constraints. Who may not read them goes
on, and learns at the end whether the address answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scim.cli.deploy.gcloud import Gcloud, GcloudFailed, SwitchedOff
from scim.cli.deploy.processes import ToolSilent
from scim.cli.deploy.screen import Check

DOMAINS = "iam.allowedPolicyMemberDomains"
MEMBERS = "iam.managed.allowedPolicyMembers"
INVOKER = "run.managed.requireInvokerIam"
INGRESS = "run.allowedIngress"
LOCATIONS = "gcp.resourceLocations"
CONSTRAINTS = (DOMAINS, MEMBERS, INVOKER, INGRESS, LOCATIONS)
BEHIND_DOMAIN = {"internal-and-cloud-load-balancing", "is:internal-and-cloud-load-balancing"}


@dataclass(frozen=True, slots=True)
class Policy:
    """What is in force. `allowed` is None where nothing restricts."""

    allowed: frozenset[str] | None = None
    enforced: bool = False
    unread: str = ""
    switched_off: bool = False


def read(gcloud: Gcloud, constraint: str) -> Policy:
    try:
        answer = gcloud.data("org-policies", "describe", constraint, "--effective")
    except (GcloudFailed, ToolSilent) as problem:
        return Policy(unread=str(problem), switched_off=isinstance(problem, SwitchedOff))
    return _policy(answer if isinstance(answer, dict) else {})


def _policy(answer: dict[str, Any]) -> Policy:
    rules = (answer.get("spec") or {}).get("rules") or []
    enforced = any(rule.get("enforce") in (True, "true") or rule.get("denyAll") for rule in rules)
    if any(rule.get("allowAll") for rule in rules):
        return Policy()
    values = [value for rule in rules for value in (rule.get("values") or {}).get("allowedValues") or ()]
    if values or any(rule.get("denyAll") for rule in rules):
        return Policy(frozenset(values), enforced)
    return Policy(None, enforced)


def forbids_everybody(policies: Mapping[str, Policy]) -> bool:
    """Whether `allUsers` may not be granted anything."""
    return policies[DOMAINS].allowed is not None or policies[MEMBERS].enforced


def public_access(policies: Mapping[str, Policy]) -> str:
    return "invoker_check_off" if forbids_everybody(policies) else "all_users"


def checks(policies: dict[str, Policy], project: str, *, has_domain: bool) -> list[Check]:
    if all(policy.unread for policy in policies.values()):
        detail = f"they cannot be read: {policies[DOMAINS].unread}"
        cure = "This goes on. If the address is closed in the end, ask an organisation administrator."
        if policies[DOMAINS].switched_off:
            detail = "they cannot be read before their API is on."
            cure = f"gcloud services enable orgpolicy.googleapis.com --project={project}\n{cure}"
        return [Check("organisation policies", "warning", detail, cure)]
    found = [_public(policies, project)]
    allowed, wanted = policies[INGRESS].allowed, BEHIND_DOMAIN if has_domain else {"all", "is:all"}
    if allowed is not None and not allowed & wanted:
        detail = f"the organisation allows functions {', '.join(sorted(allowed)) or 'no'} ingress only."
        domain = "" if has_domain else "\nOr set `domain` in bridge.toml: behind a load balancer none of it is needed."
        found.append(
            Check("organisation policies", "failed", detail, _exception(INGRESS, project, "allowAll: true") + domain)
        )
    return found


def location_check(policies: Mapping[str, Policy], region: str, project: str) -> list[Check]:
    """Nothing if the organisation does not say where resources may be. Groups of locations cannot be looked into."""
    allowed = policies[LOCATIONS].allowed
    if allowed is None or any(value.startswith("in:") for value in allowed) or region in allowed:
        return []
    detail = f"the organisation allows {', '.join(sorted(allowed)) or 'no location'}, not {region}."
    return [Check("region", "failed", detail, _exception(LOCATIONS, project, "allowAll: true"))]


def _public(policies: dict[str, Policy], project: str) -> Check:
    if not forbids_everybody(policies):
        return Check("organisation policies", "ok", "the public function may be public.")
    if policies[INVOKER].enforced:
        detail = "nobody outside may be granted access, and Cloud Run's own check may not be switched off either."
        return Check("organisation policies", "failed", detail, _exception(INVOKER, project, "enforce: false"))
    detail = "allUsers may not be granted access; Cloud Run's own check is switched off instead, the bridge's stays."
    return Check("organisation policies", "ok", detail)


def _exception(constraint: str, project: str, rule: str) -> str:
    policy = f"name: projects/{project}/policies/{constraint}\\nspec:\\n  rules:\\n  - {rule}\\n"
    return (
        "An organisation administrator can except this project:\n"
        f"printf '{policy}' >exception.yaml && gcloud org-policies set-policy exception.yaml"
    )
