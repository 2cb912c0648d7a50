"""A stand-in for what Google Workspace answers a source: Directory API, IAM Credentials, token endpoint and metadata
server, in HTTP on this machine, made from the recorded exchanges in `exchanges.json`.

    with serving(company(people=1000, teams=50)) as directory:
        source = open_source(directory.settings())

Pages, opaque page tokens that end, quotas, scripted faults; every call is counted, and answered only if it is signed as
Google would have it. `python -m tests.directory` reads 100,000 people and 2,000 groups from one and prints what that
took.
"""
