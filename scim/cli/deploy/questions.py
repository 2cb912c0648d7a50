"""What is asked of the operator, as little as possible: which identity providers, which region, whom to alert."""

from scim.cli.console import Problem
from scim.cli.deploy import choices as chosen
from scim.cli.deploy.identity_providers import IDENTITY_PROVIDERS
from scim.cli.deploy.screen import Screen
from scim.cli.deploy.site import Site

REGION = "europe-west1"


def answered(site: Site) -> Site:
    """With everything chosen that has to be. Problem names what is missing where nobody can be asked."""
    choices, screen = site.choices, site.screen
    if not choices.identity_providers:
        _require(screen, "identity_providers", "--identity-provider")
        site = site.with_(identity_providers=_identity_providers(screen))
    if not choices.region:
        _require(screen, "region", "--region")
        site = site.with_(region=screen.ask("Region of the functions and the database", REGION, _region))
    if choices.alert_emails is None:
        site = site.with_(alert_emails=_alert_emails(site))
    if not choices.admin_members:
        kind = "user" if is_person(site.account) else "serviceAccount"
        site = site.with_(admin_members=[f"{kind}:{site.account}"])
    return site


def told(site: Site) -> list[str]:
    choices = site.choices
    names = ", ".join(IDENTITY_PROVIDERS[each].name for each in choices.identity_providers)
    members = ", ".join(each.partition(":")[2] for each in choices.admin_members)
    return [
        f"Identity providers  {names}",
        f"Region              {choices.region}",
        f"Alerts go to        {', '.join(choices.alert_emails or ()) or 'nobody: incidents show in the console only'}",
        f"Admin page for      {members}",
    ]


def is_person(account: str) -> bool:
    return not account.endswith(".gserviceaccount.com")


def _require(screen: Screen, name: str, flag: str) -> None:
    if not screen.asks:
        raise Problem(f"{name} is not given: set it in bridge.toml, or use {flag}.")


def _identity_providers(screen: Screen) -> list[str]:
    screen.tell("Who sends people? Each identity provider gets a token of its own.")
    for number, each in enumerate(IDENTITY_PROVIDERS.values(), 1):
        screen.tell(f"  {number}  {each.name}")
    return _numbered(screen.ask("Number, or several such as 1,2", must=_known))


def _numbered(given: str) -> list[str]:
    keys = list(IDENTITY_PROVIDERS)
    numbers = [int(part) for part in given.replace(",", " ").split()]
    return list(dict.fromkeys(keys[number - 1] for number in numbers if number > 0))


def _known(given: str) -> str:
    try:
        found = _numbered(given)
    except (ValueError, IndexError):
        found = []
    return "" if found else f"Enter a number from 1 to {len(IDENTITY_PROVIDERS)}, or several."


def _region(given: str) -> str:
    try:
        chosen.parse({"region": given}, "It")
    except Problem:
        return "It looks like europe-west1: https://cloud.google.com/run/docs/locations lists them."
    return ""


def _alert_emails(site: Site) -> list[str]:
    own = site.account if is_person(site.account) else ""
    if not site.screen.asks:
        return [own] if own else []
    given = site.screen.ask("Who is told when something needs a person (- for nobody)", own or "-", _emails)
    return [] if given == "-" else given.replace(",", " ").split()


def _emails(given: str) -> str:
    try:
        chosen.parse({"alert_emails": given.replace(",", " ").split() if given != "-" else []}, "It")
    except Problem:
        return "E-mail addresses, with a comma between them, or - for nobody."
    return ""
