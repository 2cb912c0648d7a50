"""`make rotate`: a new token beside the old one, or a new session. Nothing stops meanwhile."""

from scim.cli.console import Problem
from scim.cli.deploy import credentials, live, report, session, signing_in
from scim.cli.deploy.identity_providers import IDENTITY_PROVIDERS
from scim.cli.deploy.screen import Screen
from scim.cli.deploy.site import Site, Wishes, known
from scim.records import SecretMissing
from scim.targets.op_session import SECRET

FINISH = "When the identity provider uses the new one: python -m scim deploy rotate token {client} --finish"
WITHIN = "Every function refuses it within a minute."


def token(wishes: Wishes, screen: Screen, client: str, *, finish: bool, sure: bool) -> None:
    screen.step("Token")
    here = known(wishes, screen)
    client = client or _client(here)
    if finish:
        _revoke_older(here, client, sure=sure)
        return
    for unseen in credentials.revoke_unseen(here.secrets, here.place):
        screen.tell(f"The token {unseen.id} of a run that ended before it could be shown is revoked.")
    minted = [(client, credentials.mint(here.secrets, here.place, client))]
    report.tokens(screen, minted)
    credentials.shown(here.place)
    screen.tell(f"It is accepted within a minute. Enter it in {_name(client)} where the old one is, which stays valid.")
    screen.tell(FINISH.replace("{client}", client))


def new_session(wishes: Wishes, screen: Screen, *, finish: bool) -> None:
    """With the device of the old one, so that 1Password takes it for the same; tried before it is stored."""
    screen.step("Session")
    here = known(wishes, screen)
    if finish:
        disabled = here.secrets.disable_older(SECRET)
        screen.tell(f"{disabled} older versions are disabled." if disabled else "No older version is enabled.")
        return
    here, device = _with_former(here)
    value = signing_in.given(here, wishes, device) if wishes.session_file else signing_in.asked(here, device)
    here.secrets.add_version(SECRET, value)
    here.with_(onepassword=session.public_part(value).model_dump()).keep()
    screen.tell("The new session is stored; the bridge uses it when it signs in next.")
    with screen.waiting("Running a job"):
        check = live.job(here, live.Patience())
    screen.require([check])
    screen.tell("The old one can be disabled: python -m scim deploy rotate session --finish")


def _client(here: Site) -> str:
    clients = [each for each in credentials.clients(here.secrets) if each in IDENTITY_PROVIDERS]
    if len(clients) == 1:
        return clients[0]
    if not clients:
        raise Problem("There is no token yet: `make deploy` makes one for each identity provider.")
    if not here.screen.asks:
        raise Problem(f"Whose token? Name one: {', '.join(clients)}.")

    def must(given: str) -> str:
        return "" if given in clients else f"One of {', '.join(clients)}."

    return here.screen.ask(f"Whose token ({', '.join(clients)})", must=must)


def _name(client: str) -> str:
    return IDENTITY_PROVIDERS[client].name if client in IDENTITY_PROVIDERS else client


def _revoke_older(here: Site, client: str, *, sure: bool) -> None:
    live_ones = credentials.live(here.secrets, client)
    if len(live_ones) < 2:
        here.screen.tell(f"{client} has {'one live token' if live_ones else 'no live token'}: nothing to revoke.")
        return
    *older, newest = live_ones
    named = _name(client)
    if not sure and not here.screen.asks:
        raise Problem(f"If {named} uses the newest token, {newest.id}, already, add --sure. Nothing was revoked.")
    if not sure and not here.screen.confirm(f"Does {named} use the newest token, {newest.id}, already?", default=False):
        raise Problem("Nothing was revoked: enter the new token there first.")
    for each in older:
        credentials.revoke(here.secrets, each)
        here.screen.tell(f"The token {each.id} is revoked. {WITHIN}")


def _with_former(here: Site) -> tuple[Site, str]:
    try:
        former = session.checked(here.secrets.get(SECRET))
    except (SecretMissing, Problem):
        return here, ""
    return here.with_(onepassword=session.public_part(former).model_dump()), session.device_of(former)
