#!/usr/bin/env bash
# Installs the tools of other makers that tests hold the service against: kcat, curl, protoc, Python's protobuf, influxd and
# victoria-metrics (Debian packages). Of the servers only the programs are wanted: tests start them, the machine does not.
#
#   eng/test-tools.sh     does what is missing where it may (root, apt-get), and says what is still missing; it never fails
#
# Only ./test.sh calls it. A test whose tool is missing is skipped and says so in the summary.
set -uo pipefail
packages=(curl kcat protobuf-compiler python3-protobuf influxdb victoria-metrics)
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

  # Debian starts the servers of packages that it installs, and at every boot, unless it is told not to.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && trap 'rm -f "$policy"' EXIT
  fi
  # shellcheck disable=SC2086 # a list of packages
  { apt-get -o DPkg::Lock::Timeout=300 update -qq && DEBIAN_FRONTEND=noninteractive \
      apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends $need; } >"$log" 2>&1 || tail -3 "$log"
  rm -f "$log"
  for service in influxdb victoria-metrics; do
    case " $need " in
      *" $service "*) ! command -v systemctl >/dev/null || systemctl disable "$service" >/dev/null 2>&1 || true ;;
    esac
  done
fi
need=$(missing)
[ -z "$need" ] || echo "not installed: $need (as root: apt-get install $need). Tests that need them are skipped."
exit 0
