# Every target sets up what it needs; nothing has to be installed by hand but git, make, Node (20 or newer, with npm)
# and Python 3 with pip. The packages bring Node 24, hence their folder comes first on the PATH.
SHELL := /bin/sh
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run test e2e conformance bench lint format typecheck generate goldens setup

help: ## Show these targets.
	@echo 'Usage: make TARGET'
	@echo
	@sed -n 's/^\([a-z0-9]*\):.*## /  \1\t/p' Makefile | expand -t 14

run: setup ## Start the gateway on http://localhost:10080 with examples/quickstart.
	@exec bin/sluice run --policy examples/quickstart

test: setup ## Check types, lint and run all tests, the ones against a real Envoy included.
	@exec node tools/report/main.ts

e2e: setup ## Run the tests on Kubernetes, in kind or a cluster of its own; the first time takes a quarter of an hour.
	@exec node e2e/kube/main.ts

conformance: setup ## Run Gateway API's own conformance suite, in a cluster of its own; not a part of e2e.
	@exec node e2e/kube/conformance/main.ts

bench: setup ## Print the figures of docs/performance.md; takes minutes.
	@exec node bench/main.ts

lint: setup ## Check formatting and lint rules.
	@exec biome check --diagnostic-level=warn .

format: setup ## Format, and apply the safe fixes of the linter.
	@exec biome check --write --diagnostic-level=warn .

typecheck: setup ## Check types.
	@exec tsc --noEmit

generate: setup ## Write src/gen from Envoy's own API and proto/ (part of setup).

goldens: setup ## Rewrite the golden files from what the code does now; read the difference before you commit it.
	@UPDATE_GOLDENS=1 exec vitest run --project unit --reporter=./tools/report/progress-reporter.ts

setup: ## Install packages, fetch Envoy and generate code, where that is not done yet.
	@sh tools/setup/setup.sh
