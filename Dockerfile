# Two images: `larder`, the single binary for every component, and `nginx`, with its routes and the
# pages.

# The versions are those of deploy/versions.env, passed by the compose file.
ARG GO_IMAGE
ARG NODE_IMAGE
ARG NGINX_IMAGE

FROM ${NODE_IMAGE} AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci
COPY . /src
RUN npm run build && npm sbom --omit dev --sbom-format cyclonedx | node build/bill.js >/sbom.json

FROM ${GO_IMAGE} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY deploy/sbom deploy/sbom
RUN go build -modfile deploy/sbom/go.mod -o /bill github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
COPY . .
# The output of `larder version`, because the image has no repository; by default "dev".
ARG VERSION=
ARG REVISION=
RUN CGO_ENABLED=0 go build -tags nodynamic,nomsgpack -trimpath -o /larder \
      -ldflags="-s -w -X larder.dev/internal/buildinfo.version=$VERSION -X larder.dev/internal/buildinfo.revision=$REVISION" \
      ./cmd/larder && mkdir -m 1777 /scratch
RUN /bill bin -json -noserial -notimestamp -output /sbom.json /larder

# Only the binary, the CA certificates, and a place for temporary files.
FROM scratch AS larder
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /scratch /tmp
COPY --from=build --chown=65532:65532 /scratch /uploads
COPY --from=build /sbom.json /usr/share/doc/larder/sbom.json
COPY --from=build /larder /larder
USER 65532:65532
ENV LARDER_ADDR=0.0.0.0:8080 LARDER_DATA_DIR=/tmp/larder
EXPOSE 8080
ENTRYPOINT ["/larder"]

FROM ${NGINX_IMAGE} AS nginx
COPY deploy/nginx/web-headers.conf /etc/nginx/larder-web-headers.conf
COPY deploy/nginx/larder.conf.template /etc/nginx/templates/default.conf.template
COPY deploy/nginx/15-larder-resolver.envsh /docker-entrypoint.d/
COPY --from=web /sbom.json /usr/share/doc/larder/sbom.json
COPY --from=web /src/web/dist/app /usr/share/nginx/html
USER root
# The filled-in routes are written to memory, with this folder's mode: some versions of runc use no
# other.
RUN mkdir -p /var/cache/larder && chown 101:101 /var/cache/larder && chmod 1777 /etc/nginx/conf.d
USER 101
