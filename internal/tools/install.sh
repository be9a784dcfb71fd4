#!/bin/sh
# Installs what the tests need beside Go: a PostgreSQL server, and the C compiler that Go's race detector links with.
# On Debian and Ubuntu by apt-get; elsewhere it says what is missing. The argument is the folder that pgrun is in.
set -eu

packages=
hints=
if ! "$1/pgrun" -find >/dev/null 2>&1; then
	packages="postgresql"
	hints="a PostgreSQL server, 13 or newer (macOS: brew install postgresql; Fedora: dnf install postgresql-server)"
fi
if ! command -v "$(go env CC)" >/dev/null 2>&1; then
	packages="$packages gcc libc6-dev"
	hints="${hints:+$hints, and }a C compiler (macOS: xcode-select --install; Fedora: dnf install gcc)"
fi
[ -n "$packages" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	echo "make test: please install $hints" >&2
	exit 1
fi
as_root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null 2>&1 || { echo "make test: please install as root: apt-get install $packages" >&2; exit 1; }
	as_root=sudo
fi
echo "make test: installing $packages"
$as_root apt-get update -qq
# shellcheck disable=SC2086 # the list is meant to be split
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages </dev/null
