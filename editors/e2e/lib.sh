# What the tests of the terminal editors share. Read by their `run`, which is given the program.
#
# Sets: e2e (this folder), NIXSCOPE (the program), place (a folder that is gone afterwards, with a copy of the project
# in it), and NVIM, HX or EMACS as lists of words by `find_editor`.

set -euo pipefail
e2e=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
NIXSCOPE=$(realpath "${1:?the program is to be named: run target/debug/nixscope}")
export NIXSCOPE
place=$(mktemp -d "${TMPDIR:-/tmp}/nixscope-e2e.XXXXXX")
on_exit=(:)
finish() {
    local code=$?
    for command in "${on_exit[@]}"; do eval "$command"; done
    rm -rf "$place"
    exit "$code"
}
trap finish EXIT
cp -r "$e2e/project" "$place/project"
mkdir -p "$place/home"
export NIXSCOPE_EDITORS_CACHE=${NIXSCOPE_EDITORS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nixscope-editors}
# Nothing of the person who runs this: no configuration, no history.
export HOME="$place/home" XDG_CONFIG_HOME="$place/home/config" XDG_DATA_HOME="$place/home/data"
export XDG_STATE_HOME="$place/home/state" XDG_CACHE_HOME="$place/home/cache"

# find_editor NAME PROGRAM: the words that run an editor, into the list `editor`: what the variable NAME says, or else
# that of an unpacked Debian.
find_editor() {
    if [ -n "${!1:-}" ]; then
        read -ra editor <<<"${!1}"
    else
        local tree
        tree=$("$e2e/debian-editors")
        editor=("$e2e/in-tree" "$tree" "$2")
    fi
}
