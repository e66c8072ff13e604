# syntax=docker/dockerfile:1
# How to build and run it, and how to pin the base by digest: docs/deploy.md.
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
# dependencies first: their layer outlives changes of the program
COPY pyproject.toml constraints.txt ./
COPY deploy/runtime_requirements.py deploy/
RUN python deploy/runtime_requirements.py > /tmp/requirements.txt \
 && python -m venv --without-pip /opt/venv \
 && pip --python /opt/venv/bin/python install --require-hashes --no-deps --only-binary :all: -r /tmp/requirements.txt
COPY . .
RUN pip wheel --no-deps --wheel-dir /tmp/wheels . \
 && pip --python /opt/venv/bin/python install --no-deps --no-index /tmp/wheels/*.whl \
 && pip --python /opt/venv/bin/python check \
 && ls /opt/venv/lib/python*/site-packages/web/static/index.html

FROM ${PYTHON}
LABEL org.opencontainers.image.title="monctl" \
      org.opencontainers.image.description="Agentless server monitoring over SSH" \
      org.opencontainers.image.licenses="Apache-2.0"
# what the ssh configuration says of a host is asked from ssh; it runs for users who have a name alone
RUN apt-get update \
 && apt-get install --yes --no-install-recommends openssh-client \
 && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 monctl \
 && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin monctl \
 && install -d -o 10001 -g 10001 -m 0700 /data \
 && install -d /etc/monctl
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/data \
    MONCTL_DATA_DIR=/data \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
# so that `monctl status` in the container finds hosts.yaml and monctl.yaml
WORKDIR /etc/monctl
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import http.client; c = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["monctl"]
CMD ["poll", "--listen", "0.0.0.0:8000", "-i", "/etc/monctl/hosts.yaml"]
