#!/usr/bin/env bash
# Builds everything with warnings as errors, checks the format, and runs every test.
#
#   ./test.sh             all of it; the last line is 'N passed, N failed, N skipped'
#   ./test.sh Watermark   only the tests whose full name contains the text (the format check and the Python tests are left out)
#
# A step that fails (build, format, a test program that dies) counts as one failure, so the last line never looks green for it.
set -uo pipefail
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
cd "$root" || exit 1
filter=${1:-}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
passed=0 failed=0 skipped=0
results=artifacts/tests
skips=$results/skips.txt

finish() {
  if [ -s "$skips" ]; then
    echo "Skipped, with the reason:"
    sort -u "$skips"
  fi
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [ "$failed" -eq 0 ] && exit 0
  exit 1
}

step_failed() { echo "FAILED: $1"; failed=$((failed + 1)); }

# Two runs in one folder would write the same bin and obj folders, so the second waits for the first.
mkdir -p "$results" || { echo "FAILED: cannot write to $root/artifacts."; failed=1; finish; }
rm -f "$results"/*
exec 8>artifacts/.test.lock
flock -n 8 || { echo "waiting for another ./test.sh in this folder ..."; flock 8; }

prepare() (
  exec 9>artifacts/.lock
  flock 9
  eng/prepare.sh 9>&- 8>&-
)
if ! prepare; then step_failed "the set-up (see above); nothing was built and no test ran."; finish; fi
if [ "${MEDAI_ORT:-}" = nuget ]; then export OrtSource=nuget; fi
eng/test-tools.sh 8>&-
eng/deploy-tools.sh 8>&-

SECONDS=0
echo "building with warnings as errors (about 1 min the first time, 20 s later) ..."
if ! dotnet build MedAI.Streaming.sln -c Release -warnaserror -v quiet -nologo >"$results/build.log" 2>&1 8>&-; then
  grep -E '(error|warning) ' "$results/build.log" | sort -u | head -40
  step_failed "the build; no test ran. The whole log: $results/build.log"
  finish
fi
echo "built in $SECONDS s"

# Naming rules are left to the build: the formatter does not know their priorities and takes one rule for another.
if [ -z "$filter" ]; then
  SECONDS=0
  echo "checking the format (about 20 s) ..."
  if ! dotnet format MedAI.Streaming.sln --verify-no-changes --no-restore --exclude eng/ort --exclude-diagnostics IDE1006 \
    >"$results/format.log" 2>&1 8>&-; then
    head -40 "$results/format.log"
    step_failed "the format; 'dotnet format MedAI.Streaming.sln --exclude eng/ort' repairs it."
  else
    echo "format checked in $SECONDS s"
  fi
fi

# A figure of a result file's summary element: count FILE ELEMENT ATTRIBUTE.
count() { grep -o "<$2 [^>]*" "$1" | grep -o " $3=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ n += $1 } END { print n + 0 }'; }

list_skips() {
  awk -v RS='<test ' '/result="Skip"/ {
    match($0, / name="[^"]*"/); name = substr($0, RSTART + 7, RLENGTH - 8)
    reason = $0
    sub(/^.*<reason><!\[CDATA\[/, "", reason); sub(/\]\]>.*/, "", reason); gsub(/[\n\r]+/, " ", reason)
    print "  " name ": " reason }' "$1" | sed -e 's/&lt;/</g' -e 's/&gt;/>/g' -e 's/&quot;/"/g' -e 's/\\"/"/g' -e 's/&amp;/\&/g' >>"$skips"
}

add() {
  local name=$1 p=$2 f=$3 s=$4 seconds=$5
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  printf '%-24s %5d passed, %d failed, %d skipped  (%d s)\n' "$name" "$p" "$f" "$s" "$seconds"
}

run_dotnet_tests() {
  local name=$1 dll=$2 xml=$results/$1.xml log=$results/$1.log code=0 p=0 f=0 s=0
  local -a select=()
  [ -n "$filter" ] && select=(-method "*$filter*")
  SECONDS=0
  timeout 1800 dotnet exec "$dll" -noColor -noLogo -xml "$xml" "${select[@]}" >"$log" 2>&1 8>&- </dev/null || code=$?
  if [ -s "$xml" ]; then
    p=$(count "$xml" assembly passed) s=$(count "$xml" assembly skipped)
    f=$(($(count "$xml" assembly failed) + $(count "$xml" assembly errors)))
    list_skips "$xml"
  fi
  if [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; then
    f=1
    echo "FAILED: $name ended with code $code and without a failed test (124: it ran longer than 30 min). Its last lines:"
    tail -20 "$log"
  elif [ "$f" -gt 0 ]; then
    grep -v '\[SKIP\]' "$log" | head -200
  fi
  add "$name" "$p" "$f" "$s" "$SECONDS"
}

for project in tests/*.Tests/*.csproj; do
  name=$(basename "$project" .csproj)
  dll=tests/$name/bin/Release/net10.0/$name.dll
  if [ -f "$dll" ]; then run_dotnet_tests "$name" "$dll"; else step_failed "$name was not built ($dll is missing)."; fi
done

# The Python room is checked where Debian's packages are; nothing that ships needs them.
run_python_tests() {
  local log=$results/training.log code=0 all f s
  if ! /usr/bin/python3 -c 'import torch, onnx, sklearn, pandas, numba' 2>/dev/null; then
    echo "  training/tests: /usr/bin/python3 lacks torch, onnx, sklearn, pandas or numba (training/README.md says how to install them)" >>"$skips"
    add training 0 0 1 0
    return
  fi
  SECONDS=0
  timeout 1800 training/test.sh -v >"$log" 2>&1 8>&- </dev/null || code=$?
  all=$(sed -n 's/^Ran \([0-9]*\) tests\{0,1\} in .*/\1/p' "$log" | tail -1)
  f=$(($(unittest_figure failures) + $(unittest_figure errors) + $(unittest_figure 'unexpected successes')))
  s=$(unittest_figure skipped)
  sed -n "s/^\(.*\) \.\.\. skipped ['\"]\(.*\)['\"]$/  \1: \2/p" "$log" >>"$skips"
  if [ -z "$all" ] || { [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; }; then
    tail -20 "$log"
    step_failed "training/tests ended with code $code and without a failed test."
    return
  fi
  [ "$f" -gt 0 ] && tail -60 "$log"
  # An error in a fixture counts as an error and not as a test, hence no less than none.
  add training "$((all > f + s ? all - f - s : 0))" "$f" "$s" "$SECONDS"
}
# A figure of unittest's closing line, for example 'FAILED (failures=1, skipped=2)'.
unittest_figure() { tail -1 "$results/training.log" | grep -o "[(, ]$1=[0-9]*" | tr -dc '0-9' | awk '{ n = $1 } END { print n + 0 }'; }
if [ -z "$filter" ] && [ -x training/test.sh ]; then run_python_tests; fi

if [ $((passed + failed)) -eq 0 ] && [ -n "$filter" ]; then step_failed "no test has '$filter' in its name."; fi
finish
