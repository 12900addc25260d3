# The commands of this project. `make` alone lists them.
#
#   make serve PORT=9000     another port
#   make bench ROUNDS=3      see Benchmarks/README.md for all settings

HOST ?= 127.0.0.1
PORT ?= 8080

release := .build/release/headgate
each_swift_file := git ls-files -z '*.swift' | xargs -0

.DEFAULT_GOAL := help
FUZZ_SECONDS ?= 60
FUZZ_SEED ?= 1
.PHONY: help setup build serve serve-aws test e2e soak bench fuzz format lint docs clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing on this machine (Lua 5.4's headers, pkg-config, Python 3)
	@scripts/setup

build: setup ## build the release binary
	@scripts/build

serve: build ## build, then serve pipelines/ on http://127.0.0.1:8080 beside a demo backend
	@exec $(release) serve pipelines --host $(HOST) --port $(PORT) --demo-backend

serve-aws: build ## as serve, with the AWS that the samples call: moto, in a virtual environment
	@exec scripts/serve-aws $(release) --host $(HOST) --port $(PORT) --demo-backend

test: setup ## run every test: unit, samples, end to end, examples
	@scripts/check

e2e: build ## run only the end-to-end tests, against the release binary
	@HEADGATE_BIN=$(release) python3 Tests/EndToEnd/run.py

soak: build ## ten minutes of good, hostile and slow traffic under reloads, and the long hostile cases (SOAK_SECONDS=600)
	@HEADGATE_BIN=$(release) python3 Tests/Hostile/run.py --long
	@HEADGATE_BIN=$(release) python3 Tests/Soak/run.py --seconds $(or $(SOAK_SECONDS),600)

bench: build ## measure CPU time a request beside nginx, on this machine
	@scripts/setup bench
	@python3 Benchmarks/bench.py --headgate $(release)

fuzz: ## damage the inputs of Tests/Fuzz under the address sanitizer
	@swift build -c release --sanitize=address --product headgate-fuzz --scratch-path .build/fuzz
	@cd .build/fuzz && for kind in json jsonpath templates requests files openapi; do \
		release/headgate-fuzz $$kind ../../Tests/Fuzz/$$kind $(FUZZ_SECONDS) $(FUZZ_SEED) || exit 1; done

format: ## rewrite the Swift sources in the project's style
	@$(each_swift_file) swift format --in-place --parallel

lint: ## say where the Swift sources leave the project's style
	@$(each_swift_file) swift format lint --strict --parallel

docs: build ## regenerate docs/reference from the stages' declarations
	@scripts/docs $(release)

clean: ## remove what was built
	@rm -rf .build Examples/*/.build
