"""`python -m scim deploy`: the bridge on Google Cloud, from nothing to live, in one conversation (docs/deploy.md).

What is done is seen in the cloud, not remembered: every step looks first and does what is missing, so that a run that
was interrupted anywhere, and a run that follows an upgrade, are the same run.

    commands → installation → {machine, project, choices, session, op_release, preparation, application, live, report}
    commands → {removal, rotation, watching};  all of them → {gcloud, terraform, secret_versions, record} → processes
"""
