# Every task of the project. `make help` lists them. On Debian and Ubuntu the targets install what is
# missing beside Swift, git and make; an unchanged tree runs without calling the compiler at all.

BINARY := .build/release/fks-execution
TOOLS := .build/tools
CCXT_BRIDGE := config/bridges/ccxt
CCXT_PYTHON := .build/ccxt-bridge/bin/python
CCXT_READY := .build/ccxt-bridge/ready
SOURCES := Package.swift $(shell find Sources)
SWIFT_FILES := Sources Tests Package.swift
TEST_ARGS ?=
BENCH_ARGS ?=
SEEDS ?= 1000
SEED ?=
SIMULATE_ARGS ?=
SECONDS ?= 60
KILLS ?= 50
LEADER_KILLS ?= 10
BINANCE_KILLS ?= 10
ROWS ?= 1000000
STORE ?= postgresql
CHAOS_ARGS ?=
MINUTES ?= 1
ORDERS ?=
EXAMPLES ?= 10
PORT ?= 9880
URL ?= http://127.0.0.1:8004
BRIDGE ?= mt5
TOKEN ?=

export PATH := $(CURDIR)/$(TOOLS):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup test-setup build run test check image bench pages stand-in fake-terminal bridges simulate format clean fuzz sanitize schema chaos soak ccxt-bridge

help: ## lists the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) \
	  | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

setup: ## installs the libraries that the build needs, where they are missing
	@.ci/install libssl-dev libsqlite3-dev libpq-dev pkg-config

test-setup: setup $(CCXT_READY) ## installs what the tests call besides, where it is missing
	@.ci/install python3 curl openssl
	@.ci/install-postgresql
	@.ci/extract $(TOOLS) prometheus usr/bin/promtool

$(BINARY): $(SOURCES) | setup
	swift build -c release --static-swift-stdlib --product fks-execution
	@touch $@

# Anew whenever the list of packages changes.
$(CCXT_READY): $(CCXT_BRIDGE)/requirements-test.txt $(CCXT_BRIDGE)/requirements.txt
	@.ci/install python3 python3-venv
	@rm -rf .build/ccxt-bridge
	python3 -m venv .build/ccxt-bridge
	$(CCXT_PYTHON) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

build: $(BINARY) ## builds the service as .build/release/fks-execution

run: $(BINARY) ## builds the service and runs it
	@exec $(BINARY)

test: test-setup ## runs all tests; TEST_ARGS="--filter X" runs some
	swift build --build-tests
	$(CCXT_PYTHON) -m pytest --quiet $(CCXT_BRIDGE)
	@.ci/tests $(TEST_ARGS)

ccxt-bridge: $(CCXT_READY) ## runs the bridge to the exchanges of ccxt; its README says what to set
	@cd $(CCXT_BRIDGE) && exec $(CURDIR)/$(CCXT_PYTHON) bridge.py

check: setup ## holds the code to its style, its layers and its rules
	swift format lint --strict --configuration .swift-format --recursive $(SWIFT_FILES)
	swift build --scratch-path .build-check --explicit-target-dependency-import-check error
	swift test --disable-xctest --filter TidyTests

fuzz: setup ## feeds all parsers made-up input; SECONDS=n is how long, all parsers together
	@.ci/install python3
	Tests/fuzz/run --seconds $(SECONDS)

sanitize: test-setup ## runs all tests under ThreadSanitizer; TEST_ARGS="--filter X" runs some
	Tests/thread/run $(TEST_ARGS)

schema: $(BINARY) ## holds the running service to its own OpenAPI document; EXAMPLES=n a path
	@.ci/install python3 python3-venv
	Tests/schema/run $(TOOLS) $(EXAMPLES)

image: $(BINARY) ## carries out the image's last stage in a bare Debian root, as root, and runs it there
	@.ci/install python3 python3-venv debootstrap
	Tests/image/run $(BINARY) $(TOOLS)

bench: $(BINARY) ## measures the service beside nginx, pgbench and curl; BENCH_ARGS="--orders 1000000" measures at size
	@.ci/install python3 wrk curl openssl
	@.ci/install-postgresql
	@.ci/extract $(TOOLS) nginx usr/sbin/nginx
	swift build -c release --product engine-bench
	swift build -c release --product stand-in
	swift build -c release --product client-bench
	swift build -c release --product routing-bench
	Tests/bench/run $(BENCH_ARGS)

stand-in: setup ## runs a stand-in for Binance to try the service on; PORT=9880
	swift build -c release --product stand-in
	@exec .build/release/stand-in $(PORT)

fake-terminal: setup ## runs a terminal to try the bridge with; URL=http://127.0.0.1:8004 BRIDGE=mt5 TOKEN=…
	swift build -c release --product fake-terminal
	@exec .build/release/fake-terminal $(URL) $(BRIDGE) "$(TOKEN)"

bridges: setup ## holds the programs for terminals to the bridge protocol
	@.ci/install python3 g++ mono-mcs
	swift build --product fake-terminal
	Tests/bridges/run .build/debug/fake-terminal

pages: $(BINARY) ## times pages of a long past; ROWS=10000000 orders, STORE=sqlite or postgresql
	@.ci/install python3
	@.ci/install-postgresql
	Tests/pages/run --rows $(ROWS) --store $(STORE)

# With -enable-testing, because the simulated world also looks into the engine.
simulate: setup ## lives through seeded days of trading; SEEDS=10000, or SEED=7 to replay one
	swift build -c release -Xswiftc -enable-testing --scratch-path .build-simulate --product simulate
	.build-simulate/release/simulate $(if $(SEED),--seed $(SEED),--seeds $(SEEDS)) $(SIMULATE_ARGS)

chaos: $(BINARY) ## kills, cuts off and starves the service; KILLS=1000 LEADER_KILLS=200 BINANCE_KILLS=100 CHAOS_ARGS=--long
	@.ci/install python3 strace e2fsprogs faketime
	@.ci/install-postgresql
	swift build -c release --product stand-in
	Tests/chaos/run --kills $(KILLS) --leader-kills $(LEADER_KILLS) --binance-kills $(BINANCE_KILLS) $(CHAOS_ARGS)

soak: $(BINARY) ## watches memory, descriptors and speed; MINUTES=60 of mixed load, or up to ORDERS=1000000
	@.ci/install python3 wrk
	Tests/chaos/soak $(if $(ORDERS),--orders $(ORDERS),--minutes $(MINUTES))

format: ## formats all Swift files
	swift format --configuration .swift-format --in-place --recursive $(SWIFT_FILES)

clean: ## removes everything that was built
	rm -rf .build .build-check .build-simulate .build-fuzz .build-thread
