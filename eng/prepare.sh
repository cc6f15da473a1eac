#!/usr/bin/env bash
# Prepares a machine to build and run MedAI.Streaming: checks the .NET SDK, installs ONNX Runtime's sources and library from npm, and
# builds librdkafka where NuGet does not have it.
#
#   eng/prepare.sh            does what is missing, says so in a line each, and does nothing the second time
#
# MEDAI_ORT=npm|nuget  where ONNX Runtime comes from. Default: npm where npm is there and this is Linux x64, else NuGet.
# OrtGpu=true          also installs the libraries that can use CUDA (see eng/ort/README.md).
# ./medai and ./test.sh call it; both hold artifacts/.lock meanwhile, so that two first starts do not collide.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
cd "$root"

say() { printf 'medai set-up: %s\n' "$*" >&2; }
fail() { printf 'medai set-up failed: %s\n' "$*" >&2; exit 1; }

# The stamp holds all that decides what has to be installed; any difference means that the work is done again.
ort_source() {
  if [ -n "${MEDAI_ORT:-}" ]; then echo "$MEDAI_ORT"
  elif [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ] || ! command -v npm >/dev/null; then echo nuget
  else echo npm
  fi
}
source=$(ort_source)
case $source in npm | nuget) ;; *) fail "MEDAI_ORT is '$source': it must be npm or nuget." ;; esac
stamp="$source gpu=${OrtGpu:-false} $(cat eng/ort/package-lock.json eng/ort/gpu/package-lock.json eng/prepare.sh eng/kafka-feed.sh global.json | cksum)"
if [ "$(cat eng/.prepared 2>/dev/null || true)" = "$stamp" ]; then exit 0; fi

SECONDS=0
command -v dotnet >/dev/null || fail "there is no 'dotnet' on PATH. Install the .NET 10 SDK (package dotnet-sdk-10.0, or Microsoft's
  dotnet-install script with --channel 10.0), put it on PATH, and start again."
sdk=$(dotnet --version 2>&1) || fail "the .NET SDK that global.json asks for (10.0.100 or a later 10.0) is not installed:
$sdk
  Install package dotnet-sdk-10.0 and start again. Installed now: $(dotnet --list-sdks | tr '\n' ' ')"

# Only what a Linux x64 build reads is kept: 29 MB instead of 385.
prune_runtime() {
  local package=$1/com.github.asus4.onnxruntime
  rm -rf "$package"/Editor "$package"/Plugins/{Android,Windows,macOS,iOS~} "$package"/Plugins/Linux/arm64
  find "$package" -name '*.meta' -delete
}
prune_gpu() {
  rm -rf "$1"/onnxruntime-node/bin/napi-v6/{darwin,win32,linux/arm64} "$1"/com.github.asus4.onnxruntime
}

install_from_npm() {
  local folder=$1 what=$2 log
  command -v npm >/dev/null || fail "MEDAI_ORT=npm, but there is no 'npm' on PATH. Install Node 20 with npm, or unset MEDAI_ORT."
  log=$(mktemp)
  say "installing $what from npm ..."
  # Scripts are off: packages of this kind download further binaries in theirs, and nothing here needs them.
  if ! (cd "$folder" && npm ci --ignore-scripts --no-fund --no-audit) >"$log" 2>&1; then
    cat "$log" >&2; rm -f "$log"
    fail "npm could not install the packages of $folder/package.json. Check that the npm registry can be
  reached ('npm ping') and that the disk has room ('df -h .'), then start again. Where NuGet has Microsoft.ML.OnnxRuntime 1.29.0,
  MEDAI_ORT=nuget does without npm."
  fi
  rm -f "$log"
}

if [ "$source" = npm ]; then
  install_from_npm eng/ort "ONNX Runtime 1.29.0 (com.github.asus4.onnxruntime 0.4.9, about 110 MB, 10 s to 2 min)"
  prune_runtime eng/ort/node_modules
  if [ "${OrtGpu:-}" = true ]; then
    install_from_npm eng/ort/gpu "ONNX Runtime's CUDA libraries (onnxruntime-node and linux-x64-gpu, about 500 MB, 20 s to 5 min)"
    prune_gpu eng/ort/gpu/node_modules
  fi
else
  # What an earlier npm set-up left would win over the package (see OrtSource in Directory.Build.props).
  rm -rf eng/ort/node_modules
  say "ONNX Runtime 1.29.0 is taken from NuGet (package Microsoft.ML.OnnxRuntime)."
fi
eng/kafka-feed.sh
printf '%s\n' "$stamp" >eng/.prepared
say "prepared in $SECONDS s with .NET SDK $sdk; the next start skips this."
