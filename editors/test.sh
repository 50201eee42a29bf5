#!/usr/bin/env bash
# Drives a built nixscope with real editors: editors/test.sh [-b BINARY] [-r TIMES] [vscode|neovim|helix|emacs …]
#
# Each editor is a folder below editors/e2e with an executable `run`, which takes the program as its argument, installs
# what it needs into $NIXSCOPE_EDITORS_CACHE (from npm, Debian and PyPI, alone), and ends with 0 if everything held.
# Without names all of them run, one after the other; all are run even if one fails. With -r, one that fails is run again
# so many times: editors are large, and machines busy.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
binary=${CARGO_TARGET_DIR:-$here/../target}/debug/nixscope
names=() again=0
while [ $# -gt 0 ]; do
    case $1 in
    -b | --binary) binary=$2 && shift 2 ;;
    -r | --retries) again=$2 && shift 2 ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0" && exit ;;
    *) names+=("$1") && shift ;;
    esac
done
[ ${#names[@]} -gt 0 ] || for it in "$here"/e2e/*/run; do names+=("$(basename "$(dirname "$it")")"); done
[ -x "$binary" ] || { echo "there is no program $binary: cargo build -p nixscope-cli, or -b BINARY" >&2; exit 2; }
binary=$(realpath "$binary")

# What is installed lies outside the clone, where the next clone finds it, too.
export NIXSCOPE_EDITORS_CACHE=${NIXSCOPE_EDITORS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nixscope-editors}
# Pictures and logs of what went wrong lie here.
export NIXSCOPE_EDITORS_OUT=${NIXSCOPE_EDITORS_OUT:-${CARGO_TARGET_DIR:-$here/../target}/editors}
mkdir -p "$NIXSCOPE_EDITORS_CACHE" "$NIXSCOPE_EDITORS_OUT"
NIXSCOPE_EDITORS_CACHE=$(realpath "$NIXSCOPE_EDITORS_CACHE")
NIXSCOPE_EDITORS_OUT=$(realpath "$NIXSCOPE_EDITORS_OUT")

failed=()
for name in "${names[@]}"; do
    [ -x "$here/e2e/$name/run" ] || { echo "there is no editor $name: no e2e/$name/run" >&2; exit 2; }
    began=$(date +%s)
    for ((left = again; ; left--)); do
        "$here/e2e/$name/run" "$binary" </dev/null && verdict=ok && break
        [ "$left" -gt 0 ] || { verdict=FAILED && failed+=("$name") && break; }
        echo "$name failed, and is run again"
    done
    printf '%-6s %s (%s s)\n' "$verdict" "$name" $(($(date +%s) - began))
done
[ ${#failed[@]} -eq 0 ] || { echo "failed: ${failed[*]}; see $NIXSCOPE_EDITORS_OUT" >&2; exit 1; }
