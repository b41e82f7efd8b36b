# The ways to use this repository. `make demo` and `make test` need nothing prepared.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup bases image node-image test-databases demo demo-down test test-all test-kubernetes faults clean

IMAGE ?= eggroll-upgrade:local
NODE_TEST_IMAGE ?= eggroll-upgrade-node:local
help: ## Show what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '  make %-15s %s\n' "$$name" "$$text"; done

setup: ## Install what is missing on this machine: Docker engine, compose, npm packages, what the tests call
	@bash scripts/setup.sh tests

bases: ## Provide the base images: pulled, or made from Debian packages
	@bash images/bases/bases.sh

PLATFORMS ?=
image: ## Build the job's image; PLATFORMS=… makes a file with several
	@bash scripts/job-image.sh $(IMAGE) $(PLATFORMS)

node-image: ## Build the image of a simulated EggRoll node
	@bash scripts/build-image.sh $(NODE_TEST_IMAGE) images/node

test-databases: bases ## Build the database servers of the tests, which start in a second
	@bash scripts/test-databases.sh

demo: ## Upgrade a simulated cluster and put it back, before your eyes
	@bash scripts/demo.sh

demo-down: ## Remove what the demo left running
	@bash scripts/demo-down.sh

test: ## What must pass before a change lands: lint, types and the tests, within a quarter of an hour
	@bash scripts/test.sh short

SHARD ?= 1/1
test-all: ## Every test there is, and the mutations; SHARD=1/4 is the first of four parts
	@SHARD=$(SHARD) bash scripts/test.sh all

test-kubernetes: setup bases image node-image test-databases ## The chart in a real Kubernetes cluster: that of KUBECONFIG, or one made by kind or k3d
	@bash scripts/test-kubernetes.sh

SEED ?= 1
KILLS ?= all
COUNT ?= 300
faults: setup bases image node-image test-databases ## Hours of faults: kill -9 at every point, pairs of kills, random faults, the long fuzz
	@npm run --silent faults -- --kills $(KILLS) --pairs 100 --outside all --count $(COUNT) --seed $(SEED) --shard $(SHARD) --fuzz 10000

clean: ## Remove build output, caches and the images made here
	@rm -rf dist coverage .cache
	@docker image ls --format '{{.Repository}}:{{.Tag}}' --filter 'reference=eggroll-upgrade*:*' --filter 'reference=eggroll-upgrade-base/*:*' | xargs -r docker image rm --force >/dev/null
