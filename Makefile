# The two commands of the README, and what developers run besides.

GO ?= go
FUZZTIME ?= 20s
STATICCHECK ?= staticcheck
VERSION ?= 0.1.0-dev

.PHONY: test build demo lint fuzz bench console vuln peers results clean

test:
	$(GO) test ./...

# One static file.
build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o houfeng ./cmd/houfeng

demo:
	$(GO) run ./cmd/houfeng demo

lint:
	@out=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$out" ]; then echo "gofmt would change:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...
	$(STATICCHECK) ./...

# Every fuzz target there is, FUZZTIME each.
fuzz:
	.ci/fuzz $(FUZZTIME)

bench:
	$(GO) test -run '^$$' -bench . -benchmem -count 6 ./...

# Builds the console's pages anew; the result is committed.
console:
	cd internal/console/web && npm ci && npm run build

vuln:
	$(GO) run golang.org/x/vuln/cmd/govulncheck@v1.8.0 ./...

# Peers of Houfeng that the tests can be compared with: what is on this machine.
peers:
	@for tool in python3 slinktool ringserver; do command -v $$tool >/dev/null && echo "$$tool: $$(command -v $$tool)" || echo "$$tool: not here"; done
	@echo "HOUFENG_OBSPY=$${HOUFENG_OBSPY:-not set}  HOUFENG_DATA=$${HOUFENG_DATA:-not set}"

clean:
	rm -f houfeng

# What docs/results.md reports, measured anew; HOUFENG_DATA names the folder of recordings.
results: build
	HOUFENG_DATA=$(HOUFENG_DATA) sh docs/results.sh
