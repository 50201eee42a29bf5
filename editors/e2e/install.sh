# Sourced by the `run` of each editor: how things are installed, once, into $NIXSCOPE_EDITORS_CACHE.
#
#   installed NAME VERSION COMMAND…   runs COMMAND with an empty folder as its last argument, unless VERSION of NAME is
#                                     there already, and tells the folder in $INSTALLED
#   debian PACKAGE…                   installs packages of this machine's own Debian, as root or by sudo
#
# A folder is called NAME and has its version in the file `.version`, written last: what was interrupted is done again.
# Two runs at once wait for each other.

: "${NIXSCOPE_EDITORS_CACHE:=${XDG_CACHE_HOME:-$HOME/.cache}/nixscope-editors}"
export NIXSCOPE_EDITORS_CACHE
mkdir -p "$NIXSCOPE_EDITORS_CACHE"

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

installed() {
    local name=$1 version=$2
    shift 2
    INSTALLED=$NIXSCOPE_EDITORS_CACHE/$name
    [ "$(cat "$INSTALLED/.version" 2>/dev/null)" = "$version" ] && return
    (
        flock 9
        [ "$(cat "$INSTALLED/.version" 2>/dev/null)" = "$version" ] && exit
        echo "installing $name $version" >&2
        rm -rf "$INSTALLED" && mkdir -p "$INSTALLED"
        "$@" "$INSTALLED" >"$INSTALLED.log" 2>&1 || { tail -30 "$INSTALLED.log" >&2; exit 1; }
        echo "$version" >"$INSTALLED/.version"
    ) 9>"$NIXSCOPE_EDITORS_CACHE/$name.lock"
}

debian() {
    local missing=() it
    for it in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$it" 2>/dev/null | grep -qx installed || missing+=("$it")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    (
        flock 9
        echo "installing ${missing[*]}" >&2
        export DEBIAN_FRONTEND=noninteractive
        [ "$(apt-get indextargets 2>/dev/null)" ] || as_root apt-get -qq update
        as_root apt-get -qq install -y --no-install-recommends "${missing[@]}" >"$NIXSCOPE_EDITORS_CACHE/debian.log" 2>&1 ||
            { as_root apt-get -qq update && as_root apt-get -qq install -y --no-install-recommends "${missing[@]}" >"$NIXSCOPE_EDITORS_CACHE/debian.log" 2>&1; } ||
            { tail -30 "$NIXSCOPE_EDITORS_CACHE/debian.log" >&2; exit 1; }
    ) 9>"$NIXSCOPE_EDITORS_CACHE/debian.lock"
}
