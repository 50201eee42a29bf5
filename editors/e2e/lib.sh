# Sourced by the `run` of the editors in a terminal, after `install.sh`, with the program as argument.
#
# Sets: e2e (this folder); NIXSCOPE (the program); place (a folder that is gone afterwards, with a copy of the project,
# a home without any configuration, and `nixscope` on the PATH); out (where pictures and logs of a failure go).

set -euo pipefail
e2e=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
NIXSCOPE=$(realpath "${1:?the program is to be named: run target/debug/nixscope}")
export NIXSCOPE
. "$e2e/install.sh"
out=${NIXSCOPE_EDITORS_OUT:-${TMPDIR:-/tmp}/nixscope-editors}/$(basename "$(dirname "$0")")
place=$(mktemp -d "${TMPDIR:-/tmp}/nixscope-e2e.XXXXXX")
at_end() { :; }
trap 'at_end; rm -rf "$place"' EXIT

# none_left NAME: fails if a nixscope that was started from here still runs a moment later.
none_left() {
    local deadline=$((SECONDS + 10)) file left
    while :; do
        left=
        for file in $(find /proc -maxdepth 2 -name exe -lname "*/${NIXSCOPE##*/}" 2>/dev/null); do
            grep -qazF "HOME=$place/home" "${file%/exe}/environ" 2>/dev/null && left=${file%/exe}
        done
        [ -n "$left" ] || return 0
        [ $SECONDS -lt $deadline ] || failed "$1" "all is over, and this still runs: $(tr '\0' ' ' <"$left/cmdline")"
    done
}

cp -r "$e2e/project" "$place/project"
mkdir -p "$place/bin" "$place/home"
ln -s "$NIXSCOPE" "$place/bin/nixscope"

# find_editor NAME PROGRAM: the words that run an editor, into the list `editor`: what the variable NAME says, or else
# one of the next Debian, unpacked aside. Afterwards nothing of the person who runs this is seen.
find_editor() {
    if [ -n "${!1:-}" ]; then
        read -ra editor <<<"${!1}"
        tree=
    else
        local packages=(neovim hx emacs-nox elpa-dape)
        installed debian-trixie "1 ${packages[*]}" "$e2e/debian-tree" trixie "${packages[@]}"
        tree=$INSTALLED
        editor=("$e2e/in-tree" "$tree" "$2")
    fi
    export PATH="$place/bin:$PATH" HOME="$place/home"
    export XDG_CONFIG_HOME="$HOME/config" XDG_DATA_HOME="$HOME/data" XDG_STATE_HOME="$HOME/state" XDG_CACHE_HOME="$HOME/cache"
}

# snippet HEADING KIND [N]: the first block of this kind below a heading of editors/README.md, or the Nth.
snippet() {
    awk -v heading="$1" -v fence="\`\`\`$2" -v wanted="${3:-1}" '
        /^#+ / { here = ($0 ~ "^#+ " heading "$") }
        inside && /^```/ { exit }
        inside { print }
        here && $0 == fence && ++n == wanted { inside = 1 }
    ' "$e2e/../README.md"
}

# failed NAME TEXT: tells what went wrong, with a log beside it, and ends.
failed() {
    mkdir -p "$out"
    printf '%s\n' "$2" >"$out/failure.txt"
    printf '%s: %s\n' "$1" "$2" >&2
    exit 1
}
