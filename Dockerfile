# syntax=docker/dockerfile:1

# On the machine's own platform: what is built is the same for all.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS base
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

FROM base AS build
RUN npm ci --ignore-scripts
COPY tsconfig.json rolldown.config.ts ./
COPY src src
RUN npm run build

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="pylon-sync" \
      org.opencontainers.image.description="Mirrors a Pylon workspace into Postgres" \
      org.opencontainers.image.licenses="MIT"
# Loopback inside a container can be reached by nobody outside it.
ENV NODE_ENV=production \
    PYLON_SYNC_HTTP=0.0.0.0:8080
WORKDIR /app
# Everything belongs to root: the process can read it and change none of it.
COPY package.json LICENSE ./
# The packages that the program uses are in its files.
COPY --from=build /app/dist dist
COPY migrations migrations
USER node
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["node", "dist/healthcheck.js"]
# V8 takes the size of the young generation, and glibc how much freed memory it keeps, at start alone: without the two, the
# memory that is promised does not do.
ENTRYPOINT ["env", "MALLOC_TRIM_THRESHOLD_=131072", "node", "--max-semi-space-size=4", "dist/main.js"]
CMD ["start"]
