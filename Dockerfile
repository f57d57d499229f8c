# The service on a slim Debian, as user 1000 on a read-only root. It needs no shell: the entry point and
# the health check are the executable itself. See docs/DEPLOYMENT.md.

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
      libpq-dev libsqlite3-dev libssl-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib --product fks-execution

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
      ca-certificates libpq5 libsqlite3-0 libssl3 libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir -p /app/data \
    && chown 1000:1000 /app/data
COPY --from=build /src/.build/release/fks-execution /usr/local/bin/fks-execution
WORKDIR /app
COPY config config
USER 1000:1000
# Reached from outside only with keys: without FKS_API_KEYS the service refuses to start like this.
ENV HOST=0.0.0.0
VOLUME ["/app/data"]
EXPOSE 8004
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["/usr/local/bin/fks-execution", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/fks-execution"]
