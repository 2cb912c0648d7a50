"""Settings to objects, for what only the cloud has: Secret Manager, identity tokens, doors that IAM stands before.

`wiring` loads this where one of them is chosen, so that a desk is spared Google's modules.
"""

from scim.jobs.certificates import Certificates
from scim.jobs.https import pool
from scim.jobs.identity_token import MetadataTokens
from scim.jobs.remote import RemoteSettler
from scim.jobs.trust import Trust
from scim.ports import Secrets, Settler
from scim.secrets.secret_manager import Place, open_secrets, open_uncached
from scim.settings import Settings

TOKENS_PATIENCE_SECONDS = 2.0  # whoever comes while the list is read waits for it


def secrets(chosen: Settings) -> Secrets:
    return open_secrets(_place(chosen))


def token_secrets(chosen: Settings) -> Secrets:
    """Who reads the tokens keeps them for a minute."""
    return open_uncached(_place(chosen), TOKENS_PATIENCE_SECONDS)


def _place(chosen: Settings) -> Place:
    pinned = dict(each.split("@") for each in chosen.secret_versions)
    project = chosen.google_cloud_project or ""
    return Place(project, chosen.secrets_prefix, pinned, chosen.secret_manager_emulator_host)


def settler(chosen: Settings) -> Settler:
    connections = pool()
    identity = MetadataTokens(connections, chosen.jobs_audience, chosen.gce_metadata_host)
    return RemoteSettler(chosen.jobs_url, identity, connections)


def callers_of_jobs(chosen: Settings) -> Trust:
    return trust(chosen, (chosen.jobs_audience,), chosen.jobs_callers)


def trust(chosen: Settings, audiences: tuple[str, ...], callers: tuple[str, ...]) -> Trust:
    certificates = Certificates(pool(), chosen.identity_certificates_url)
    return Trust(audiences, callers, certificates, chosen.invoker_check, chosen.identity_issuers)
