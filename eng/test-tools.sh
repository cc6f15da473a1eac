#!/usr/bin/env bash
# Installs the tools of other makers that tests hold the service against: kcat, curl, protoc and Python's protobuf (Debian packages).
#
#   eng/test-tools.sh     does what is missing where it may (root, apt-get), and says what is still missing; it never fails
#
# Only ./test.sh calls it. A test whose tool is missing is skipped and says so in the summary.
set -uo pipefail
packages=(curl kcat protobuf-compiler python3-protobuf)
missing() {
  local found=()
  for package in "${packages[@]}"; do
    dpkg -s "$package" >/dev/null 2>&1 || found+=("$package")
  done
  echo "${found[@]-}"
}

command -v dpkg >/dev/null || exit 0
need=$(missing)
[ -n "$need" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing tools that tests are held against: $need ..."
  log=$(mktemp)
  # shellcheck disable=SC2086 # a list of packages
  { apt-get -o DPkg::Lock::Timeout=300 update -qq && DEBIAN_FRONTEND=noninteractive \
      apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends $need; } >"$log" 2>&1 || tail -3 "$log"
  rm -f "$log"
fi
need=$(missing)
[ -z "$need" ] || echo "not installed: $need (as root: apt-get install $need). Tests that need them are skipped."
exit 0
