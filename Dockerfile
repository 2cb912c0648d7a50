# The bridge for a machine of your own: docs/own-infrastructure.md. The cloud does not use it, it builds from source.
# Base images are named by tag, so that a rebuild takes their patches; to pin them, write `@sha256:…` behind the tag, as
# `docker buildx imagetools inspect python:3.13-slim` shows it. The packages are pinned by hash in requirements-cli.txt.

FROM python:3.13-slim AS packages
COPY requirements-cli.txt ./
RUN python -m venv /opt/bridge \
    && /opt/bridge/bin/pip install --no-cache-dir --no-compile --disable-pip-version-check \
        --only-binary=:all: --require-hashes --requirement requirements-cli.txt
COPY main.py /srv/bridge/
COPY scim /srv/bridge/scim
# without it each start compiles every module again, for the user below may write nothing here
RUN python -m compileall -q --invalidation-mode unchecked-hash /opt/bridge/lib /srv/bridge

FROM 1password/op:2 AS op

FROM python:3.13-slim
COPY --from=packages /opt/bridge /opt/bridge
COPY --from=op /usr/local/bin/op /usr/local/bin/op
COPY --from=packages /srv/bridge /srv/bridge
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin bridge \
    && install --directory --owner=bridge --group=bridge --mode=0700 /var/lib/scim-bridge
WORKDIR /srv/bridge
ENV PATH=/opt/bridge/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8080 STATE_DIR=/var/lib/scim-bridge
VOLUME /var/lib/scim-bridge
EXPOSE 8080
USER 10001
HEALTHCHECK --interval=30s --timeout=10s --start-period=40s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/ping', timeout=8)"]
CMD ["python", "-m", "scim", "serve"]
