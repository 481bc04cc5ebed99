# One image for every service of docker-compose.yml but Postgres. It holds no secret and no state: what a run writes is
# in the volume at /data, and the dbt project is compiled there by the service `init`, as this image has it.
# The base image; docs/operations.md says how to pin it by its digest.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
FROM ${PYTHON_IMAGE} AS build
RUN pip install --no-cache-dir 'uv>=0.9,<1'
ENV UV_PROJECT_ENVIRONMENT=/opt/venv UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /opt/evenhand
# A layer of their own, for they change less often than the project.
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project
COPY . .
# Who runs it may not write there: without this each process would compile the project anew.
RUN uv sync --locked --no-dev && /opt/venv/bin/python -m compileall -q dags expectations plugins

FROM ${PYTHON_IMAGE}
# Which commit this is, and who changed it since the image before (addresses, by commas): an image has no git.
ARG CODE_COMMIT=""
ARG CODE_AUTHORS=""
# The folders that volumes are mounted at give those their owner.
RUN useradd --uid 50000 --create-home evenhand && install --directory --owner=evenhand --mode=0700 /data /sandbox \
    && install --directory --owner=evenhand /data/landing
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/evenhand /opt/evenhand
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 EVENHAND_CODE_COMMIT=$CODE_COMMIT EVENHAND_CODE_AUTHORS=$CODE_AUTHORS
WORKDIR /opt/evenhand
USER 50000
# What is written is for this user alone (plugins/evenhand/records/modes.py).
ENTRYPOINT ["sh", "-c", "umask 077; exec \"$@\"", "sh"]
