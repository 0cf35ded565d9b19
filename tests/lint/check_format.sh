#!/usr/bin/env bash
# check_format.sh [--fix]: holds all C and C++ to .clang-format. Takes what git knows, and without git everything outside build and node_modules.
set -euo pipefail
cd "$(dirname "$0")/../.."
mode=(--dry-run --Werror)
[ "${1:-}" != --fix ] || mode=(-i)
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  git ls-files -z '*.cpp' '*.hpp' '*.c'
else
  find src tests bench -name node_modules -prune -o \( -name '*.cpp' -o -name '*.hpp' -o -name '*.c' \) -print0
fi | xargs -0 -P "$(nproc)" -n 50 clang-format-19 "${mode[@]}"
