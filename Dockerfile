# Three targets. `production` (the last, what `docker build .` makes): the built gateway and its production dependencies only, as a
# user without rights. `development`: the source with the simulators and an embedded PostgreSQL; it plays the demo call and needs no key.
FROM node:24-bookworm-slim AS source
WORKDIR /app
COPY package.json package-lock.json ./
COPY prisma ./prisma
COPY prisma.config.ts ./
# Generates the database client too; the host's is left out by .dockerignore.
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY agents ./agents

FROM source AS build
# What runs on a developer's machine only stays behind.
RUN npm run build && rm -rf dist/development dist/simulator

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# prisma, TypeScript and their tools are optional peers of @prisma/client: 250 MB that the built gateway never loads.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM source AS development
ENV NODE_ENV=development HOST=0.0.0.0 DATA_DIR=/data
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
CMD ["node", "--import", "tsx", "src/cli/demo.ts", "--port", "3000"]

FROM node:24-bookworm-slim AS production
WORKDIR /app
ENV NODE_ENV=production
COPY --from=dependencies /app/package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY prisma ./prisma
COPY agents ./agents
USER node
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# As `npm start`: more room for young objects, less time collecting them.
CMD ["node", "--max-semi-space-size=24", "dist/main.js"]
