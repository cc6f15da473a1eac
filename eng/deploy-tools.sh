#!/usr/bin/env bash
# Installs what tests hold docker-compose.yml and deploy/ against: schemas from npm (eng/deploy-tools) and Debian's promtool.
#
#   eng/deploy-tools.sh     does what is missing, once per version, and says what cannot be had; it never fails
#
# Only ./test.sh calls it. A test whose tool is missing is skipped and says so in the summary. What is installed lies in the user's
# cache ($XDG_CACHE_HOME/medai, else ~/.cache/medai; deleting it is harmless), and artifacts/deploy-tools leads there.
set -uo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
cd "$root" || exit 0
key=$(cat eng/deploy-tools.sh eng/deploy-tools/* | sha256sum | cut -c1-16)
kept=${XDG_CACHE_HOME:-$HOME/.cache}/medai/deploy-tools-$key

install_schemas() {
  local log=$1/npm.log
  command -v npm >/dev/null || { echo "not installed: schemas of Compose and Kubernetes (there is no npm). Tests that need them are skipped."; return; }
  echo "installing schemas of Compose and Kubernetes from npm (about 55 MB, 10 s) ..."
  cp eng/deploy-tools/* "$1"
  # Scripts are off, and the lock file holds the checksum of every package.
  if ! (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund) >"$log" 2>&1; then
    rm -rf "$1/node_modules"
    tail -3 "$log"
    echo "not installed: schemas of Compose and Kubernetes. Tests that need them are skipped."
  fi
}

# Only the one program is taken out of the package: the server itself, which would be started, is not wanted here.
install_promtool() {
  if command -v promtool >/dev/null; then return; fi
  if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then return; fi
  echo "fetching promtool (Debian's package prometheus, 19 MB) ..."
  if ! (cd "$1" && { apt-get download prometheus || { apt-get -o DPkg::Lock::Timeout=300 update -qq && apt-get download prometheus; }; } &&
    dpkg-deb --fsys-tarfile prometheus_*.deb | tar -xO ./usr/bin/promtool >promtool && chmod +x promtool) >"$1/apt.log" 2>&1; then
    rm -f "$1/promtool"
    echo "not installed: promtool. Tests that need it are skipped."
  fi
  rm -f "$1"/prometheus_*.deb
}

if [ ! -d "$kept" ]; then
  mkdir -p "$(dirname "$kept")" || exit 0
  part=$(mktemp -d "$kept.XXXXXX") || exit 0
  install_schemas "$part"
  install_promtool "$part"
  # What could not be had is tried again the next time.
  if [ -d "$part/node_modules" ] && { [ -x "$part/promtool" ] || command -v promtool >/dev/null; }; then
    mv -T "$part" "$kept" 2>/dev/null || rm -rf "$part"
  else
    rm -rf artifacts/deploy-tools
    mkdir -p artifacts && mv "$part" artifacts/deploy-tools
    exit 0
  fi
fi
mkdir -p artifacts && rm -rf artifacts/deploy-tools && ln -s "$kept" artifacts/deploy-tools
exit 0
