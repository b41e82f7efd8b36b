# The job's image. `make image` builds it with local bases; a plain `docker build .` with the official ones.
ARG NODE_IMAGE=node:24-trixie-slim
ARG DEBIAN_IMAGE=debian:trixie-slim
ARG MYSQL_IMAGE=mysql:8.4

# What npm needs to reach its registry from here, if anything: scripts/docker-build.sh leaves it in .cache/build.
FROM ${NODE_IMAGE} AS npm
WORKDIR /app
COPY package.json package-lock.json .npmrc .cach[e]/build/* ./
RUN mkdir -p /etc/npm && touch ca.crt npmrc && mv ca.crt npmrc /etc/npm/
ENV NODE_EXTRA_CA_CERTS=/etc/npm/ca.crt NPM_CONFIG_GLOBALCONFIG=/etc/npm/npmrc NPM_CONFIG_NODEDIR=/usr/local

# Production packages. The compilers are for the native parts of ssh2, without which AES-GCM runs several times slower.
FROM npm AS packages
RUN apt-get update && apt-get install --yes --no-install-recommends python3 make g++ && rm -rf /var/lib/apt/lists/*
RUN npm ci --omit=dev \
 && npm pkg delete devDependencies && npm sbom --omit dev --sbom-format cyclonedx > /tmp/npm.cdx.json \
 && node -e "require('ssh2/lib/protocol/crypto/build/Release/sshcrypto.node')" \
 && find node_modules -name '*.node' ! -path '*/obj.target/*' -exec cp --parents {} /tmp \; \
 && find node_modules -type d -name build -prune -exec rm -rf {} + && cp -r /tmp/node_modules . \
 && find node_modules -type f \( -name '*.md' -o -name '*.map' -o -name '*.ts' -o -name '*.cc' -o -name '*.gyp*' \) -delete \
 && rm -rf node_modules/cpu-features/deps node_modules/*/test node_modules/*/.github node_modules/nan

FROM npm AS build
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts/build.ts scripts/
COPY src src
COPY images/node images/node
RUN node scripts/build.ts

# MySQL's own client beside MariaDB's: each server is dumped by the client of its own kind.
FROM ${MYSQL_IMAGE} AS mysql-client
COPY images/mysql-client/*.sh images/sbom/packages.sh /tmp/
RUN sh /tmp/collect.sh

FROM ${DEBIAN_IMAGE} AS mariadb-client
COPY images/sbom/packages.sh /tmp/
RUN apt-get update && cd /tmp && apt-get download mariadb-client && dpkg -x mariadb-client_*.deb client \
 && sh packages.sh --deb mariadb-client_*.deb > mariadb.tsv

# All that is not ours.
FROM ${DEBIAN_IMAGE} AS runtime
RUN apt-get update && apt-get install --yes --no-install-recommends tini mariadb-client-core \
 && rm -rf /var/lib/apt/lists/* /var/log/*.log /var/log/apt/* /usr/bin/mariadb-check /usr/bin/my_print_defaults \
 && install -d -m 1777 -o 65532 -g 65532 /state
COPY --from=mariadb-client /tmp/client/usr/bin/mariadb-dump /tmp/client/usr/bin/mysqldump /usr/bin/
COPY --from=mysql-client /opt/mysql /opt/mysql
COPY --from=npm /usr/local/bin/node /usr/local/bin/node
WORKDIR /app

# What the image is made of, as a CycloneDX document. SOURCE_DATE_EPOCH (seconds) is its date; without it, it has none.
FROM runtime AS sbom
COPY images/sbom/packages.sh scripts/sbom.ts scripts/sbom-document.ts /sbom/
COPY --from=packages /tmp/npm.cdx.json /sbom/facts/
COPY --from=mysql-client /tmp/mysql.tsv /sbom/facts/
COPY --from=mariadb-client /tmp/mariadb.tsv /sbom/facts/
ARG SOURCE_DATE_EPOCH
RUN sh /sbom/packages.sh > /sbom/facts/installed.tsv && node /sbom/sbom.ts /sbom/facts /sbom/sbom.cdx.json

# `--target sbom-file --output FOLDER` puts it out alone.
FROM scratch AS sbom-file
COPY --from=sbom /sbom/sbom.cdx.json /

FROM runtime
COPY package.json LICENSE ./
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
# What is read and sent is garbage at once: a small young generation keeps memory small.
# The threads that read files and hash take their buffers from two arenas, as what each arena keeps of its most is never given back.
ENV NODE_ENV=production HOME=/tmp NODE_COMPILE_CACHE=/app/compiled NODE_OPTIONS=--max-semi-space-size=2 MALLOC_ARENA_MAX=2
RUN node dist/main.js --version
COPY --from=sbom /sbom/sbom.cdx.json ./
USER 65532:65532
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/tini", "--", "node", "/app/dist/main.js"]
# Version, revision, date and source come from `make image`, which knows them.
ARG DEBIAN_IMAGE
LABEL org.opencontainers.image.title="eggroll-upgrade" \
      org.opencontainers.image.description="Upgrades an EggRoll cluster, or puts it back: every node and the metadata database wholly new or wholly old." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="${DEBIAN_IMAGE}"
