#!/bin/sh
# Runs the tests of the promises of the module in the current folder, and lists them. It fails when one of them fails or
# is skipped, and when there are none: a run that showed nothing would say that every promise is kept.
set -u
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
if ! go test -count=1 -v -run '^TestPromise_' ./... >"$out" 2>&1; then
	cat "$out" >&2
	exit 1
fi
if grep '^--- SKIP: TestPromise_' "$out" >&2; then
	echo "make promises: these were skipped" >&2
	exit 1
fi
grep '^--- PASS: TestPromise_' "$out" || {
	echo "make promises: no promise has a test in $(go list -m)" >&2
	exit 1
}
