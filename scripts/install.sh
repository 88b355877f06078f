#!/bin/sh
# Installs the packages when they are missing or not those of package-lock.json. Quiet unless it fails: npm warns about
# packages that want a newer Node, and that newer Node is one of the packages.
set -eu
cd "$(dirname "$0")/.."

installed=node_modules/.package-lock.json
kept=node_modules/.plinth-package-lock.json

up_to_date() {
  [ -f "$installed" ] || return 1
  # By content where this script installed; by age where npm was used by hand.
  cmp -s package-lock.json "$kept" || { [ ! -f "$kept" ] && [ ! package-lock.json -nt "$installed" ]; }
}

fail() {
  printf '\n%s\n' "$1" >&2
  exit 1
}

install() {
  npm ci --ignore-scripts=false --no-audit --no-fund --no-progress --loglevel=warn
}

up_to_date && exit 0

command -v node >/dev/null 2>&1 || fail 'Plinth needs Node.js 20 or newer: https://nodejs.org'
command -v npm >/dev/null 2>&1 || fail 'Plinth needs npm, which comes with Node.js: https://nodejs.org'
version=$(node --version)
major=${version#v}
major=${major%%.*}
[ "$major" -ge 20 ] || fail "Plinth needs Node.js 20 or newer; this is $version: https://nodejs.org"

started=$(date +%s)
printf 'Installing packages (once, and when they change) ... '
output=$(mktemp)
trap 'rm -f "$output"' EXIT
# Install scripts that report home or ask for donations keep silent.
export SCARF_ANALYTICS=false ADBLOCK=1
if ! install >"$output" 2>&1; then
  echo failed
  grep -v '^npm warn' "$output" | head -n 60 >&2
  fail 'npm could not install the packages of package-lock.json; its words are above.'
fi
if ! node_modules/.bin/node --version 2>/dev/null | grep -q '^v24\.'; then
  # Where npm does not run install scripts of packages.
  (cd node_modules/node && node installArchSpecificPackage.js) >>"$output" 2>&1 || true
  node_modules/.bin/node --version 2>/dev/null | grep -q '^v24\.' || {
    echo failed
    cat "$output" >&2
    fail 'The package "node" did not bring Node.js 24; try: npm rebuild node'
  }
fi
cp package-lock.json "$kept"
echo "$(($(date +%s) - started)) s"
