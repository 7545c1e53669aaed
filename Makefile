# make check is what CI runs. Nothing here installs anything but `make deps`.

GO ?= go
TOOL = $(GO) tool -modfile=tools/go.mod
PACKAGES ?= ./...
SIM ?= -seeds 300 -twice 10 -chats 10 -bad 4h -day 1h
FUZZTIME ?= 20s

.PHONY: help run demo sandbox test test-race test-sight test-e2e test-sim check fmt fmt-check vet lint deadcode bench race soak soak-sim soak-store soak-http soak-kill soak-redis fuzz cover deps need

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

run: ## run the bot; it reads .env
	$(GO) run .

demo: ## play one whole sale in the sandbox and print it
	$(GO) run . sandbox -demo

sandbox: ## try the bot in the browser, without any account
	$(GO) run . sandbox

test: need ## all tests: the packages with the race detector and a real redis-server; then without it the built program, which is held to times, what people see in a real browser, and 300 simulated lives
	$(MAKE) -j 2 -O test-race test-sight
	$(MAKE) -j 2 -O test-e2e test-sim

test-race: need
	$(GO) test -race -short -timeout 9m $(filter-out payferbot/e2e payferbot/sim,$(shell $(GO) list $(PACKAGES)))

# What people look at, page by page and pixel by pixel.
test-sight: need
	$(GO) test -timeout 9m ./web ./qr

test-e2e: need
	$(GO) test -timeout 9m ./e2e

# The simulator has a clock of its own: it takes what time the end-to-end tests leave.
test-sim:
	nice -n 19 $(GO) test -timeout 9m ./sim $(SIM)

race: need ## the built program, the pages and the pictures with the race detector
	$(GO) test -race -timeout 20m ./e2e ./web ./qr

check: fmt-check vet lint deadcode test ## what CI runs: format, vet, lint, dead code, tests

fmt: ## format the code
	$(TOOL) gofumpt -w .

fmt-check:
	@unformatted=$$($(TOOL) gofumpt -l .) || exit 1; \
	[ -z "$$unformatted" ] || { echo "not formatted, make fmt does it:"; echo "$$unformatted"; exit 1; }

vet:
	$(GO) vet ./...
	$(GO) vet -tags faults ./fault

lint: ## golangci-lint; its first build takes minutes
	$(TOOL) golangci-lint run ./...

deadcode:
	@dead=$$($(TOOL) deadcode -test ./...) || exit 1; \
	[ -z "$$dead" ] || { echo "nothing reaches this:"; echo "$$dead"; exit 1; }

bench: ## the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem $(PACKAGES)

SOAK = $(GO) test -count 1 -timeout 4h -v

soak: need ## everything in its long form; takes a night: race soak-sim soak-store soak-http soak-kill soak-redis, then the fuzzers
	$(MAKE) race soak-sim soak-store soak-http soak-kill soak-redis
	$(MAKE) fuzz FUZZTIME=10m

soak-sim: ## ten thousand simulated lives, an hour without Telegram, days without Payfer, a day of trade
	$(SOAK) ./sim -seeds 10000 -twice 100 -chats 500 -bad 24h -day 24h
	$(SOAK) ./kassa -run TestWhateverHappensThePromiseHolds -rapid.checks=1000

soak-store: need ## a thousand power cuts, two hundred full disks, a hundred torn transactions
	$(SOAK) ./store -run 'PowerCuts|FullDisk|TornFile' -cuts 1000 -floods 200 -tears 100

soak-http: need ## ten thousand slow connections, a million forged webhooks
	$(SOAK) ./e2e -run 'SlowConnections|ForgedAndReplayed' -connections 10000 -forged 1000000

soak-kill: need ## kill -9 at random instants under load, ROUNDS times on each store, then ten minutes of quiet
	$(SOAK) ./e2e -run Soak -rounds $(ROUNDS) -load 50 -quiet 10m

soak-redis: need ## a hundred failovers under Sentinel
	$(SOAK) ./e2e -run TestFailoversOfRedis -failovers 100

fuzz: ## every fuzz test for FUZZTIME
	@grep -l '^func Fuzz' *_test.go */*_test.go | xargs -n 1 dirname | sort -u | while read -r dir; do \
		for name in $$(sed -nE 's/^func (Fuzz[A-Za-z]+).*/\1/p' $$dir/*_test.go); do \
			$(GO) test ./$$dir -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) || exit 1; \
		done; \
	done

cover: need ## how much of the code the tests run
	$(GO) test -coverprofile cover.out -coverpkg ./... $(PACKAGES)
	$(GO) tool cover -func cover.out | tail -n 1

# The browser that the tests of the customer's page drive: any of these will do.
BROWSER = $(notdir $(firstword $(foreach b,chromium google-chrome chromium-browser,$(shell command -v $(b))) chromium))

# What the tests need beside Go: command, Debian's package.
NEEDS = redis-server:redis-server zbarimg:zbar-tools strace:strace $(BROWSER):chromium $(firstword $(shell $(GO) env CC)):gcc,libc6-dev

# missing sets $$packages to those of NEEDS whose command is not there.
missing = packages=; for need in $(NEEDS); do \
	command -v "$${need%%:*}" >/dev/null || packages="$$packages $$(echo "$${need\#*:}" | tr , ' ')"; done

need:
	@$(missing); [ -z "$$packages" ] || { \
		echo "The tests need more than there is here. Install it with"; \
		echo; echo "  sudo apt-get install -y$$packages"; \
		echo; echo "or let \`make deps\` do so."; exit 1; } >&2

deps: ## install what the tests need, where it is missing (apt, as root or by sudo)
	@$(missing); [ -z "$$packages" ] && exit 0; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	$$sudo apt-get update -q && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qy $$packages
