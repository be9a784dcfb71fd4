# make test       checks and tests every module; on a machine that has only Go it installs what is missing
# make promises   runs the tests of the promises alone, and lists them: the compliance run
# make bench      runs every benchmark once, so that none of them rots
# make chaos      sends 20,000 texts by three workers that are killed every second while Postgres is restarted and the carrier
#                 misbehaves, and plays the long courses of a STOP: ENAMEL_SEED=7 for a run that can be repeated
# make pairs      measures Enamel beside others and prints a table: ROUNDS=41 for steadier numbers,
#                 ENAMEL_GROWTH=1000000 for a log of a million entries
# make fips       runs every test under FIPS 140-3, crypto where nothing else is admitted, and with the validated module too
# make fmt        formats the code

MODULES := . examples internal/tools internal/oracle crypto/awskms sms/phonenumbers
BIN     := $(CURDIR)/.bin

# Every module is built by itself, as its users build it, but without what debuggers read, which takes a seventh of the time.
export GOWORK := off
export GOFLAGS := $(shell go env GOFLAGS) -gcflags=all=-dwarf=false

# each runs a command in every module. It goes on after a failure, so that one run shows all of them.
each = status=0; for module in $(1); do (cd $$module && $(2)) || status=1; done; exit $$status

# The linters need a newer Go than the library does; the go command fetches one unless it was told not to.
.PHONY: tools
tools:
	@go -C internal/tools list -m >/dev/null || { echo "make: the linters need a newer Go than yours" >&2; exit 1; }
	@mkdir -p $(BIN)
	@CGO_ENABLED=0 go -C internal/tools build -buildvcs=false -o $(BIN)/ tool ./pgrun
	@internal/tools/install.sh $(BIN)

# Vet and staticcheck read what the tests are built of, with the race detector, so that nothing is compiled twice. They have
# the memory to tidy up seldom.
.PHONY: lint
lint: tools
	@echo "== go.mod, gofumpt, vet, staticcheck"
	@grep -qx 'go 1.25.0' go.mod || { echo "go.mod: the library's go line moved from 1.25.0" >&2; exit 1; }
	@$(call each,$(MODULES),go mod tidy -diff)
	@unformatted=$$($(BIN)/gofumpt -l .) && test -z "$$unformatted" || { echo "make fmt: $$unformatted" >&2; exit 1; }
	@$(call each,$(MODULES),CGO_ENABLED=1 GOGC=400 go vet -race ./...)
	@$(call each,$(MODULES),CGO_ENABLED=1 GOGC=400 GOFLAGS="$$GOFLAGS -race" $(BIN)/staticcheck ./...)

CORES := $(shell getconf _NPROCESSORS_ONLN)

# What lint has vetted is not vetted again. Tests wait for Postgres much of their time, so twice as many run as there are cores,
# and one package more than cores. A process under the race detector lingers when it ends: a tenth of a second here, not a whole
# one.
TEST := go test -race -vet=off -parallel $(shell echo $$((2 * $(CORES))))

# Packages that take longest begin first, so that none of them is waited for alone in the end.
SLOW := ./sms ./crypto ./audit/notary ./sms/smspg ./consent

# The other modules share the cores: the tests of one would leave some idle.
HALF := $(shell echo $$((($(CORES) + 1) / 2)))

.PHONY: test
test: lint
	@echo "== go test -race"
	@CGO_ENABLED=1 REQUIRE_POSTGRES=1 GORACE=atexit_sleep_ms=100 $(BIN)/pgrun sh -c '\
		$(TEST) -p $$(($(CORES) + 1)) $(SLOW) ./...; root=$$?; \
		($(call each,examples internal/tools,$(TEST) -p $(CORES) ./...)) & \
		($(call each,internal/oracle crypto/awskms sms/phonenumbers,$(TEST) -p $(HALF) ./...)); oracle=$$?; \
		wait $$! && exit $$((root | oracle))'

.PHONY: promises
promises: tools
	@REQUIRE_POSTGRES=1 $(BIN)/pgrun sh -c '$(call each,. crypto/awskms examples,$(CURDIR)/internal/tools/promises.sh)'

.PHONY: bench
bench: tools
	@REQUIRE_POSTGRES=1 $(BIN)/pgrun sh -c '$(call each,. examples internal/oracle,go test -run xxx -bench . -benchtime 1x ./...)'

# Each starts a Postgres of its own. ENAMEL_CHAOS_TEXTS, ENAMEL_CHAOS_WORKERS and ENAMEL_CHAOS_SECONDS make the storm another one.
CHAOS := ENAMEL_CHAOS=1 REQUIRE_POSTGRES=1 go
.PHONY: chaos
chaos:
	@$(CHAOS) -C examples test -count 1 -timeout 30m -v -run '^TestChaos$$' ./worker
	@$(CHAOS) test -count 1 -timeout 60m -v -run '^(TestEveryCourseOfAStop|TestNothingLeavesAfterTheStopWasAnswered)$$' ./sms

# One package after another, so that no two of them are measured at a time.
ROUNDS := 21
.PHONY: pairs
pairs:
	@REQUIRE_POSTGRES=1; export REQUIRE_POSTGRES; \
	for dir in $$(grep -rl --include='*_test.go' 'enamel/internal/pairs"' . | xargs -n 1 dirname | sort -u); do \
		go -C $$dir test -run '^$$' -bench '^BenchmarkPair' -benchtime $(ROUNDS)x . ; \
	done 2>&1 | awk -f internal/pairs/table.awk
	@echo "A whole log, beside a scan of its rows and a notary that claims them; keys wrapped anew, beside fields sealed anew:"
	@REQUIRE_POSTGRES=1 go test -run '^$$' -bench '^Benchmark(Verify|Step|Rewrap)$$' -benchtime $(ROUNDS)x ./audit/notary ./crypto/cryptopg

# The tests of crypto run themselves again in both modes; this does it for everything, and with the validated module.
.PHONY: fips
fips: tools
	@GODEBUG=fips140=on REQUIRE_POSTGRES=1 $(BIN)/pgrun go test ./...
	@GODEBUG=fips140=only REQUIRE_POSTGRES=1 $(BIN)/pgrun go test ./crypto/...
	@GOFIPS140=v1.0.0 GODEBUG=fips140=on REQUIRE_POSTGRES=1 $(BIN)/pgrun go test ./crypto/...

.PHONY: fmt
fmt: tools
	@$(BIN)/gofumpt -w .
