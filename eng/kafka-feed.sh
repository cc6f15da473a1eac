#!/usr/bin/env bash
# Makes librdkafka, Kafka's C client, available to NuGet where the public package librdkafka.redist cannot be restored.
#
#   eng/kafka-feed.sh     does nothing where the public package can be had, or where the built one lies in eng/feed already
#
# The built package has the version 2.15.1.2, so that it is never taken for the public 2.15.1 (see Directory.Packages.props). It is made
# of the sources that npm's @confluentinc/kafka-javascript carries, with one fault mended (see mend_sources), for this machine only, and kept in the user's cache so that the next
# clone need not build again. It has TLS, SASL PLAIN, SCRAM and OAUTHBEARER, and zstd; GSSAPI where libsasl2's headers are there, and
# OIDC where libcurl's are.
#
# XDG_CACHE_HOME  the cache is in $XDG_CACHE_HOME/medai, else in ~/.cache/medai. Deleting it is harmless.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
version=2.15.1
built=$version.2
name=librdkafka.redist.$built.nupkg
package=$root/eng/feed/$name
npm_package=@confluentinc/kafka-javascript@1.10.1
npm_sha256=ada7d703bb1d3237e2292bfabf438d663b6160c9f1ac2a2406b5dc4257c81b66

say() { printf 'medai set-up: %s\n' "$*" >&2; }
fail() { printf 'medai set-up failed: %s\n' "$*" >&2; exit 1; }

if [ -s "$package" ]; then exit 0; fi
SECONDS=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

public_can_be_had() {
  cat >"$tmp/probe.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageDownload Include="librdkafka.redist" Version="[$version]" /></ItemGroup>
</Project>
PROJECT
  dotnet restore "$tmp/probe.csproj" -v quiet -nologo >"$tmp/restore.log" 2>&1
}

has_header() { printf '#include <%s>\n' "$1" | gcc -E - >/dev/null 2>&1; }

# By what is missing and not by what dpkg lists, so that it holds on other distributions, too.
missing_packages() {
  command -v gcc >/dev/null && [ -e /usr/include/stdio.h ] || printf 'gcc libc6-dev '
  command -v make >/dev/null || printf 'make '
  has_header openssl/ssl.h || printf 'libssl-dev '
  has_header zlib.h || printf 'zlib1g-dev '
  has_header zstd.h || printf 'libzstd-dev '
}

install_what_is_missing() {
  local missing
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  local ask="NuGet here has no librdkafka.redist $version, so it is built, and that needs: $missing
  Install them (Debian and Ubuntu: 'apt-get install $missing') and start again."
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then fail "$ask"; fi
  say "installing $missing(needed to build librdkafka) ..."
  local apt=(apt-get -qq -o DPkg::Lock::Timeout=300)
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # several package names
  if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends $missing; } >"$tmp/apt.log" 2>&1; then
    tail -20 "$tmp/apt.log" >&2
    fail "$ask"
  fi
  missing=$(missing_packages)
  [ -z "$missing" ] || fail "apt-get installed what it was asked for, and still this is missing: $missing"
}

# What decides whether a library that was built before can be used here: its recipe, the machine, and the libraries it is linked with.
cache_key() {
  {
    cat "$root/eng/kafka-feed.sh"
    uname -sm
    getconf GNU_LIBC_VERSION 2>/dev/null || true
    for header in openssl/opensslv.h zlib.h zstd.h sasl/sasl.h curl/curlver.h; do
      if has_header "$header"; then printf '#include <%s>\n' "$header" | gcc -E -dM - | grep -E 'VERSION' | LC_ALL=C sort; fi
    done
  } | sha256sum | cut -c1-16
}

fetch_sources() {
  command -v npm >/dev/null || fail "NuGet here has no librdkafka.redist $version, and there is no 'npm' on PATH to get its sources with.
  Install Node 20 with npm, or use a NuGet source that has librdkafka.redist $version ('dotnet nuget list source')."
  if ! (cd "$tmp" && npm pack --silent "$npm_package") >"$tmp/npm.log" 2>&1; then
    cat "$tmp/npm.log" >&2
    fail "npm could not fetch $npm_package, which carries librdkafka's sources. Check that the npm registry can be
  reached ('npm ping') and that the disk has room ('df -h .'), then start again."
  fi
  local archive=$tmp/confluentinc-kafka-javascript-1.10.1.tgz
  echo "$npm_sha256  $archive" | sha256sum -c --quiet >&2 ||
    fail "$npm_package is not the file that was reviewed (its sha256 differs). Do not use it; check the npm registry."
  tar xzf "$archive" -C "$tmp" package/deps/librdkafka
}

# A fetch response may name the current leader of a partition as -1, nobody, which a broker does just after it has come up. librdkafka
# counts such partitions among those with a new leader, and then leaves their places in a list unset and uses them: with what lies there by
# chance it may write outside of its memory, and the process ends. Counted are those whose leader is somebody.
mend_sources() {
  local file=$tmp/package/deps/librdkafka/src/rdkafka_fetcher.c
  local line='TopicTags->partitions_with_leader_change_cnt++;'
  [ "$(grep -cF "$line" "$file")" = 1 ] || fail "librdkafka's sources are not those that mend_sources in eng/kafka-feed.sh knows."
  sed -i "s/$line/if (PartitionTags->CurrentLeader.LeaderId >= 0) $line/" "$file"
}

build_library() {
  local log=$tmp/build.log options=(--disable-lz4-ext --disable-debug-symbols)
  has_header sasl/sasl.h || options+=(--disable-gssapi)
  has_header curl/curl.h || options+=(--disable-curl)
  # A compiler may find headers of libraries that cannot be linked; mklove then leaves the feature out, which the check below sees.
  if ! (cd "$tmp/package/deps/librdkafka" && ./configure "${options[@]}" && make -C src -j"$(nproc)" librdkafka.so.1) >"$log" 2>&1; then
    grep -E 'error|Error|fatal' "$log" | tail -20 >&2 || true
    cp "$log" "$root/eng/feed/librdkafka-build.log"
    fail "librdkafka $version could not be built. The whole log: eng/feed/librdkafka-build.log"
  fi
  local feature features
  features=$(sed -n 's/.*BUILT_WITH *//p' "$log" | head -1)
  for feature in SSL ZLIB ZSTD SNAPPY SASL_SCRAM SASL_OAUTHBEARER; do
    case " $features " in *" $feature "*) ;; *) fail "librdkafka was built without $feature (it has: $features)." ;; esac
  done
  strip --strip-unneeded -o "$tmp/librdkafka.so" "$tmp/package/deps/librdkafka/src/librdkafka.so.1"
}

pack() {
  local architecture=x64
  if [ "$(uname -m)" = aarch64 ]; then architecture=arm64; fi
  cat >"$tmp/librdkafka.redist.nuspec" <<NUSPEC
<?xml version="1.0"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>librdkafka.redist</id>
    <version>$built</version>
    <authors>built on this machine</authors>
    <description>librdkafka $version for linux-$architecture, built on this machine for this machine. Not to be shipped.</description>
  </metadata>
  <files>
    <file src="librdkafka.so" target="runtimes/linux-$architecture/native/librdkafka.so" />
    <file src="package/deps/librdkafka/LICENSES.txt" target="LICENSES.txt" />
  </files>
</package>
NUSPEC
  dotnet pack "$tmp/librdkafka.redist.nuspec" -o "$tmp/out" -v quiet -nologo >"$tmp/pack.log" 2>&1 || {
    cat "$tmp/pack.log" >&2
    fail "the package of librdkafka could not be made."
  }
}

# Both places get the file whole or not at all: another clone may read the cache at this moment.
put() { mkdir -p "$(dirname "$2")" && cp "$1" "$2.part.$$" && mv -f "$2.part.$$" "$2"; }

say "looking for the NuGet package librdkafka.redist $version ..."
if public_can_be_had; then exit 0; fi
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64 | Linux-aarch64) ;;
  *) fail "NuGet here has no librdkafka.redist $version, and it is built from sources on Linux x64 and arm64 only:
$(grep -m 3 -E 'error' "$tmp/restore.log")
  Use a NuGet source that has it ('dotnet nuget list source')." ;;
esac
install_what_is_missing
cached=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/medai/$(cache_key)-$name
if [ -s "$cached" ] && [ "$(sha256sum <"$cached")" = "$(cat "$cached.sha256" 2>/dev/null)" ]; then
  put "$cached" "$package"
  say "librdkafka $version is taken from $cached."
  exit 0
fi
say "NuGet here does not have it: building librdkafka $version from npm's sources (about 35 s on 2 cores, once) ..."
fetch_sources
mend_sources
build_library
pack
put "$tmp/out/$name" "$package"
if put "$package" "$cached" 2>/dev/null && sha256sum <"$package" >"$tmp/sum" && put "$tmp/sum" "$cached.sha256"; then
  say "built librdkafka $version in $SECONDS s, and kept it in $cached."
else
  say "built librdkafka $version in $SECONDS s. It could not be kept in $(dirname "$cached"), so the next clone builds it again."
fi
