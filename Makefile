# The project's targets. They need only Go, Node and make: tools are built into .tools/ when first needed, in the versions
# named here.

GO                   ?= go
GOLANGCI_LINT_VERSION := 2.15.0
TOOLS                := $(CURDIR)/.tools
GOLANGCI_LINT        := $(TOOLS)/golangci-lint-$(GOLANGCI_LINT_VERSION)
NGINX                := $(TOOLS)/nginx
SAM_CLI_VERSION      := 1.170.0
KUBE_SCORE_VERSION   := 1.20.0
KUBE_SCORE           := $(TOOLS)/kube-score-$(KUBE_SCORE_VERSION)
LAMBDA_RIE           := $(TOOLS)/aws-lambda-rie-$(SAM_CLI_VERSION)
# The Python environment of cfn-lint and similar tools; the stamp file depends on its requirements.
DEPLOY_PYTHON        := $(TOOLS)/deploy-python
DEPLOY_PYTHON_MADE   := $(DEPLOY_PYTHON)/.made
# The same for the attack tests: Schemathesis.
ATTACK_PYTHON        := $(TOOLS)/attack-python
ATTACK_PYTHON_MADE   := $(ATTACK_PYTHON)/.made
# The same for the client generators, including a Java.
CLIENTS_PYTHON       := $(TOOLS)/clients-python
CLIENTS_PYTHON_MADE  := $(CLIENTS_PYTHON)/.made
# Prometheus, built once for all checkouts.
PROMETHEUS_VERSION   := 0.316.0
PROMETHEUS           := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/larder/prometheus-$(PROMETHEUS_VERSION)
# NATS' command line, the same way.
NATSCLI_VERSION      := 0.5.1
NATSCLI              := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/larder/nats-$(NATSCLI_VERSION)
# Kubernetes' own programs, built once for all checkouts, in about ten minutes.
KUBERNETES_VERSION   := 1.34.2
KWOK_VERSION         := 0.7.0
CONTROL_PLANE        := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/larder/control-plane-$(KUBERNETES_VERSION)-kwok-$(KWOK_VERSION)
CONTROL_PLANE_MADE   := $(CONTROL_PLANE)/.made

# nodynamic: decode pictures with the decoders in the binary, never a libwebp of the machine; the binary is static only with
# it. nomsgpack: saves 6 MB of memory for a format that nothing here uses.
TAGS := nodynamic,nomsgpack

# Packages tested from inside, and those that test the built binary from outside.
INSIDE   = $(shell $(GO) list ./... | grep -v '^larder.dev/test/')
# Tests of the built binary. The excluded ones need a container engine, Lambda's emulator or a stand-in for AWS (make
# test-deploy), a quiet machine because they measure (make test-attack), or Python programs (make test-clients).
OUTSIDE  = $(shell $(GO) list ./test/... | grep -v -e '/test/attack$$' -e '/test/clients$$' -e '/test/containers$$' -e '/test/functions$$' -e '/test/stack$$')
# Packages that have nothing to test without a real server.
REAL     = larder.dev/internal/searchindex/elastic larder.dev/internal/testkit/servers
EMBEDDED = $(filter-out $(REAL),$(INSIDE))
# What CI runs under the race detector: lanes, gates, leases, hubs, queues, and other shared state.
RACE     ?= ./command-api/... ./grocery-app/... ./internal/searchindex/bleveindex ./internal/readyourwrites ./internal/httpserver \
            ./internal/identity ./internal/jetstream ./embedded/redisserver ./internal/topology ./projectors/... ./query-api/...
RACED    = $(shell $(GO) list $(RACE))
# CI sets ONCE, so that no test runs twice. Tests on real servers don't also run on embedded ones, which their own packages
# and the tests of "larder up" cover. Tests under the race detector don't also run without it.
ONCE     ?=
FUZZTIME ?= 30s
FUZZ     ?=
# The app: its sources, and the file that marks it as built.
WEB_MODULES := web/node_modules/.package-lock.json
WEB_BUILT   := web/packed/app/index.html.gz
WEB_SOURCES  = $(shell find web/src web/public web/build web/docs web/index.html web/vite.config.ts -type f)
# Arguments of `larder up` in `make run`: make run ARGS="--addr 127.0.0.1:9000".
ARGS     ?=
# The tag of images.
VERSION  ?= local
# The output of `larder version`: the commit, and its tag if any; "dev" without git. Not -buildvcs, which fails the build if
# git refuses the folder.
COMMIT    = $(shell git rev-parse HEAD 2>/dev/null)
STAMP     = -X larder.dev/internal/buildinfo.version=$(shell git describe --tags --always --dirty 2>/dev/null) \
            -X larder.dev/internal/buildinfo.revision=$(COMMIT)

.DEFAULT_GOAL := help
# All word targets are phony; the others are files.
.PHONY: $(shell awk -F: '/^[a-z -]+:/ { print $$1 }' Makefile)

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build and start everything: larder up
	NPM_CONFIG_REGISTRY=$$(npm config get registry) bin/larder up $(ARGS)

build: web-build ## build bin/larder, with the app in it
	@mkdir -p bin
	$(GO) build -tags $(TAGS) -trimpath -ldflags "-s -w $(STAMP)" -o bin/larder ./cmd/larder

generate: $(WEB_MODULES) ## regenerate code (from openapi.yaml, and from the .sql files of internal/tables)
	$(GO) generate ./...

format: $(GOLANGCI_LINT) ## format the code
	$(GOLANGCI_LINT) fmt

verify: format-check lint generated-check tidy-check arch web-verify documents-check ## everything to check before a commit: format, lint, generated code, imports

format-check:
	@stale=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
	if [ -n "$$stale" ]; then echo "not gofmt'd (make format):"; echo "$$stale"; exit 1; fi

# Includes go vet: .golangci.yml enables all of its analyzers, and disables two that go vet doesn't have.
lint: $(GOLANGCI_LINT)
	$(GOLANGCI_LINT) run ./...
	cd deploy/check && $(GOLANGCI_LINT) run ./...
	cd deploy/controlplane && $(GOLANGCI_LINT) run ./...

generated-check: $(WEB_MODULES)
	@scripts/unchanged-by "make generate" $(GO) generate ./...

tidy-check:
	$(GO) mod tidy -diff
	cd deploy/check && $(GO) mod tidy -diff
	cd deploy/sbom && $(GO) mod tidy -diff

arch:
	$(GO) test -count=1 ./internal/arch

stats: ## write lines of Go per folder, packages, and modules of the binary into ARCHITECTURE.md; verify checks them
	$(GO) test -count=1 -v -run TestStats ./internal/arch -update

test: web-test $(if $(ONCE),,test-quick) ## run every test, on embedded and on real servers, which it provides; the short fault tests
	@mkdir -p bin
	$(GO) build -o bin/servers ./test/servers
	bin/servers run -- $(MAKE) test-real

test-quick: $(NGINX) ## run only the embedded half: the packages' tests without external servers
	$(GO) test -timeout 15m $(EMBEDDED)

# The half on the servers that LARDER_TEST_…_URL name, which "make test" starts.
test-real: $(NGINX)
	$(GO) test -timeout 15m $(if $(ONCE),$(filter-out $(RACED),$(INSIDE)),$(INSIDE))
	$(if $(ONCE),$(GO) test -race -timeout 20m $(RACED))
	$(GO) test -timeout 15m -p 1 $(OUTSIDE)

test-race: $(NGINX) ## run concurrent code under the race detector (needs a C compiler); for everything: make test-race RACE=./...
	$(GO) test -race -timeout 20m $(RACE)

test-faults: ## kill -9 at random points; full disks; servers lost, frozen, slow, cut off: the long form, 20 minutes
	@mkdir -p bin
	$(GO) build -o bin/servers ./test/servers
	LARDER_FAULTS=long bin/servers run -- $(GO) test -count=1 -v -timeout 90m ./test/faults/...

test-restarts: ## restart each of two instances ten times behind nginx, under load, without a failed request; a few minutes
	@mkdir -p bin
	$(GO) build -o bin/servers ./test/servers
	LARDER_FAULTS=long bin/servers run -- $(GO) test -count=1 -v -timeout 20m -run TestRollingRestart ./test/parts

test-attack: $(WEB_BUILT) $(ATTACK_PYTHON_MADE) ## one person attacks while another cooks: a table, in about 15 minutes; on a quiet machine
	@mkdir -p bin
	$(GO) build -o bin/servers ./test/servers
	bin/servers run -- $(GO) test -count=1 -v -timeout 60m ./test/attack

test-clients: $(WEB_BUILT) $(ATTACK_PYTHON_MADE) ## third-party clients: Schemathesis in its short form, tuspy and tus-js-client
	$(GO) test -count=1 -timeout 10m -skip TestGeneratedClients ./test/clients

test-generators: $(WEB_BUILT) $(CLIENTS_PYTHON_MADE) ## generate clients with four generators and do a cook's tasks with each; a minute, too long for CI
	$(GO) test -count=1 -v -timeout 10m -run TestGeneratedClients ./test/clients

test-nats-cli: $(WEB_BUILT) $(NATSCLI) ## what NATS' command line may do with a subscriber's credentials; a minute, longer at first to build it
	LARDER_TEST_NATSCLI=$(NATSCLI) $(GO) test -count=1 -v -timeout 10m -tags natscli -run TestNATSCommandLine ./test/clients

test-passwords: $(WEB_BUILT) $(NGINX) ## change the passwords of the database roles and of Redis under load, by the runbook; minutes
	@mkdir -p bin
	$(GO) build -o bin/servers ./test/servers
	bin/servers run -- $(GO) test -count=1 -v -timeout 10m -tags passwords -run Password ./test/parts

test-plans: ## how much Postgres reads of a ledger of 1,000,000 rows, by plan node; CI uses 40,000 rows
	$(GO) test -count=1 -v -timeout 20m -tags plans -run Plans ./command-api/internal/recipestore

test-files: ## file tests, long form: 20 uploads of 100 MB at once in 64 MB of memory, the worst pictures of each format
	LARDER_FILES=long $(GO) test -count=1 -v -run TestContainers ./file-service/internal/picture
	LARDER_FILES=long $(GO) test -count=1 -v -timeout 20m -run 'TestUploads|TestFiles' ./test/e2e

test-failover: ## twenty failovers and failbacks under load, as a table
	LARDER_FAULTS=long $(GO) test -count=1 -v -timeout 30m -run TestFailoverUnderLoad ./test/faults

test-retention: $(WEB_BUILT) ## erase deleted recipes: kill -9 midway, failover, failback, every rebuild; a minute
	$(GO) test -count=1 -v -timeout 20m -tags retention -run TestForgetting ./test/e2e

test-full-disk: $(WEB_BUILT) $(NGINX) ## fill the disk of a running larder, then of each server, and follow the runbook; minutes, on Linux
	$(GO) test -count=1 -v -timeout 10m -tags fulldisk -run TestRunbookFullDisk ./test/e2e
	@mkdir -p bin
	$(GO) build -o bin/servers ./test/servers
	bin/servers run -- $(GO) test -count=1 -v -timeout 15m -tags fulldisk -run TestRunbookFullDiskOfAServer ./test/faults

test-import: build ## an import of 200 recipes that is killed in the middle, and goes on
	LARDER_IMPORT=long $(GO) test -count=1 -v -run TestKilledImport ./test/e2e

test-import-kills: $(WEB_BUILT) $(NGINX) ## kill each component and each server during an import on real servers, as a table; minutes
	@mkdir -p bin
	$(GO) build -o bin/servers ./test/servers
	bin/servers run -- $(GO) test -count=1 -v -timeout 15m -tags importkills -run TestKillsDuringImport ./test/faults

test-day: $(PROMETHEUS) ## an operator's day: incidents under load on real servers, each with its alert and runbook, as a table
	@mkdir -p bin
	$(GO) build -o bin/servers ./test/servers
	LARDER_TEST_PROMETHEUS=$(PROMETHEUS) bin/servers run -- $(GO) test -count=1 -v -timeout 90m -tags day -run TestDay ./test/faults

test-outage-log: ## print the log of two minutes without each server; ten minutes
	@mkdir -p bin
	$(GO) build -o bin/servers ./test/servers
	bin/servers run -- $(GO) test -count=1 -v -timeout 30m -tags day -run TestOutageLog ./test/faults

image-push image-promote roll-out roll-back: ## a pipeline step; scripts/pipeline says what each needs
	@scripts/pipeline $@

smoke: ## test the Larder at LARDER_URL, as SMOKE_USER with SMOKE_PASSWORD
	@scripts/smoke

serverless-zip: web-build ## build bin/larder.zip for deploy/serverless: the arm64 binary and its bootstrap
	@rm -rf bin/lambda bin/larder.zip && mkdir -p bin/lambda && cp deploy/serverless/bootstrap bin/lambda/
	GOOS=linux GOARCH=arm64 CGO_ENABLED=0 $(GO) build -tags $(TAGS) -trimpath -ldflags '-s -w' -o bin/lambda/larder ./cmd/larder
	cd bin/lambda && python3 -c 'import shutil; shutil.make_archive("../larder", "zip", ".")'

test-deploy-quick: $(DEPLOY_PYTHON_MADE) ## render, decode and lint the files in deploy/ with their own tools
	cd deploy/check && $(GO) vet ./... && PATH="$(DEPLOY_PYTHON)/bin:$$PATH" $(GO) test -count=1 ./...

test-deploy: test-deploy-quick test-compose test-kubernetes $(LAMBDA_RIE) $(NGINX) ## the same, and containers, a control plane, both stacks on stand-ins for AWS, and the functions, on real servers
	@mkdir -p bin
	$(GO) build -o bin/servers ./test/servers
	$(DEPLOY_PYTHON)/bin/python -W ignore deploy/check/servers_stack.py
	cd deploy/check && npm ci --no-audit --no-fund --loglevel error && node netlify.mjs
	LARDER_TEST_LAMBDA_RIE=$(LAMBDA_RIE) bin/servers run -- $(GO) test -count=1 -v -timeout 10m ./test/functions
	bin/servers run -- $(DEPLOY_PYTHON)/bin/python -W ignore deploy/check/serverless_stack.py bin/larder \
		$(GO) test -count=1 -v -timeout 10m ./test/stack

test-compose: build ## test docker-compose.yml in containers: with Docker, else podman and stand-ins for the images
	scripts/containers run -- $(GO) test -count=1 -v -timeout 60m ./test/containers

test-kubernetes: build $(CONTROL_PLANE_MADE) $(KUBE_SCORE) ## test deploy/kubernetes with kube-score, and on a real control plane with kwok's simulated nodes and pods
	PATH="$(CONTROL_PLANE):$$PATH" KUBE_SCORE=$(KUBE_SCORE) scripts/kubernetes-score
	cd deploy/controlplane && $(GO) vet ./... && LARDER_CONTROL_PLANE=$(CONTROL_PLANE) $(GO) test -count=1 -v -timeout 20m ./...

bench: ## measure Larder against the bare limit, as tables: larder up, then the components on real servers
	$(GO) test -count=1 -timeout 30m -run '^$$' -bench . -skip 'Servers|Soak|Cost' -benchtime 1x ./test/bench
	@$(MAKE) --no-print-directory bench-servers

bench-cost: ## the processor time of a create and of an update, by who spends it; other load hardly changes it (Linux)
	$(GO) test -count=1 -timeout 30m -run '^$$' -bench Cost -benchtime 1x ./test/bench

bench-servers: ## only the figures on real servers
	@mkdir -p bin
	$(GO) build -o bin/servers ./test/servers
	LARDER_TEST_DURABLE=1 bin/servers run -- $(GO) test -count=1 -timeout 30m -run '^$$' -bench Servers -benchtime 1x ./test/bench

soak: ## ten minutes of 200 writes per second on real servers; draws a graph into docs/measurements
	@mkdir -p bin
	$(GO) build -o bin/servers ./test/servers
	LARDER_TEST_DURABLE=1 bin/servers run -- $(GO) test -count=1 -timeout 30m -run '^$$' -bench Soak -benchtime 1x ./test/bench

ingredients: ## how many labelled ingredient lines are parsed correctly, by field, and how fast
	$(GO) test -count=1 -v -run TestLabelledLines -bench Parse -benchtime 0.2s ./recipe/ingredient

fuzz: ## run every fuzz test for FUZZTIME each (30s), or those of FUZZ="./events ..."
	@scripts/fuzz $(FUZZTIME) $(FUZZ)

web-build: $(WEB_BUILT) ## build the app (web/dist/app, and web/packed for the binary)

web-verify: $(WEB_MODULES) ## check types, lint and format of the app
	cd web && npm run --silent lint

documents-check: $(WEB_MODULES) ## check the OpenAPI documents with redocly and spectral, the AsyncAPI document with its parser and modelina
	cd web && npm run --silent documents

web-test: build $(WEB_MODULES) ## test the app: its logic, its size, and user journeys in a real browser
	cd web && npm run --silent test && npm run --silent budget
	cd web && $(CURDIR)/scripts/with-chromium npm run --silent journeys

web-screens: build $(WEB_MODULES) ## take screenshots of every page for docs/screens; review them
	cd web && $(CURDIR)/scripts/with-chromium npm run --silent screens

web-lighthouse: build $(WEB_MODULES) ## measure the app's Lighthouse scores on a phone; on a quiet machine
	cd web && $(CURDIR)/scripts/with-chromium npm run --silent lighthouse

web-import: build $(WEB_MODULES) ## bring a collection in on the phone, close the app half-way, take it back; export it and import it again: equal
	cd web && $(CURDIR)/scripts/with-chromium npm run --silent collection

web-caught-up: build $(WEB_MODULES) ## measure how soon a new device has 5,000 recipes; on a quiet machine
	cd web && $(CURDIR)/scripts/with-chromium npm run --silent caught-up

web-typing: build $(WEB_MODULES) ## measure how soon typed text is found; on a quiet machine
	cd web && $(CURDIR)/scripts/with-chromium npm run --silent typing

compose-secrets: build ## create what docker-compose.yml needs: passwords in .env, credentials for NATS
	@scripts/compose-secrets

images: ## build the two images, larder and larder-nginx, with the versions of deploy/versions.env
	set -a; . deploy/versions.env; for image in larder larder-nginx; do \
		docker build --target $${image#larder-} --tag $$image:$(VERSION) \
			--build-arg GO_IMAGE --build-arg NODE_IMAGE --build-arg NGINX_IMAGE \
			--build-arg VERSION=$(VERSION) --build-arg REVISION=$(COMMIT) . || exit 1; done

# npm ci writes this file last, so it marks the whole folder as complete.
$(WEB_MODULES): web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel error
	@touch $@

$(WEB_BUILT): $(WEB_MODULES) $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@

clean: ## remove build outputs, not larder's data
	rm -rf bin .tools web/dist web/packed/app web/packed/docs web/node_modules
	$(GO) clean -testcache

# For the tests of files behind a CDN.
$(NGINX):
	@scripts/nginx $@

$(LAMBDA_RIE):
	@scripts/lambda-rie $@ $(SAM_CLI_VERSION)

$(DEPLOY_PYTHON_MADE): deploy/check/requirements.txt
	python3 -m venv $(DEPLOY_PYTHON)
	$(DEPLOY_PYTHON)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(ATTACK_PYTHON_MADE): test/attack/requirements.txt
	python3 -m venv $(ATTACK_PYTHON)
	$(ATTACK_PYTHON)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(CLIENTS_PYTHON_MADE): test/clients/requirements.txt
	python3 -m venv $(CLIENTS_PYTHON)
	$(CLIENTS_PYTHON)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# The pinned linter: the installed one if it has exactly that version, else built from source.
$(GOLANGCI_LINT):
	@scripts/golangci-lint $(GOLANGCI_LINT_VERSION) $@

$(KUBE_SCORE):
	GOBIN=$(TOOLS) $(GO) install -trimpath github.com/zegl/kube-score/cmd/kube-score@v$(KUBE_SCORE_VERSION)
	mv $(TOOLS)/kube-score $@

$(PROMETHEUS): # without cloud service discovery
	cd deploy/prometheus && $(GO) build -tags remove_all_sd,stringlabels -trimpath -ldflags '-s -w' -o $@ \
		github.com/prometheus/prometheus/cmd/prometheus

$(NATSCLI):
	GOBIN=$(@D) $(GO) install -trimpath -ldflags '-s -w' github.com/nats-io/natscli/nats@v$(NATSCLI_VERSION)
	mv $(@D)/nats $@

$(CONTROL_PLANE_MADE): deploy/controlplane/go.mod
	@mkdir -p $(CONTROL_PLANE)
	cd deploy/controlplane && $(GO) build -trimpath -ldflags '-s -w -X k8s.io/component-base/version.gitVersion=v$(KUBERNETES_VERSION)' \
		-o $(CONTROL_PLANE)/ k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager \
		k8s.io/kubernetes/cmd/kube-scheduler k8s.io/kubernetes/cmd/kubectl
	cd deploy/controlplane && $(GO) build -trimpath -ldflags '-s -w' -o $(CONTROL_PLANE)/etcd go.etcd.io/etcd/server/v3
	GOBIN=$(CONTROL_PLANE) $(GO) install -trimpath -ldflags '-s -w' sigs.k8s.io/kwok/cmd/kwok@v$(KWOK_VERSION) # needs another Kubernetes' libraries
	@touch $@
