#!/usr/bin/env bash
# Runs fuzz targets: fuzz.sh TARGET|all SECONDS. New inputs go to build/fuzz/corpus/TARGET; the seeds in testdata/ stay as they are.
set -euo pipefail
cd "$(dirname "$0")/.."
found=0
for binary in build/fuzz/bin/*_fuzz; do
  target=$(basename "$binary")
  [ "$1" = all ] || [ "$1" = "$target" ] || continue
  found=1
  seeds=$(find src -type d -path "*/testdata/$target")
  mkdir -p "build/fuzz/corpus/$target"
  echo "== $target for $2 s"
  log=build/fuzz/corpus/$target.log
  if ! "$binary" -max_total_time="$2" -timeout=30 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/" "build/fuzz/corpus/$target" $seeds >"$log" 2>&1; then
    cat "$log"
    echo "$target found something; its input is named above"
    exit 1
  fi
  grep number_of_executed_units "$log"
done
[ $found -eq 1 ] || { echo "there is no fuzz target '$1'"; exit 2; }
