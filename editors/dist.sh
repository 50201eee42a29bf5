#!/usr/bin/env bash
# Makes what is given away: editors/dist.sh [--binary PROGRAM] [--target linux-x64] [--no-vsix] [--out FOLDER]
#
#   nixscope-VERSION-TARGET.tar.xz   the program, manual pages, completions of shells, licence
#   nixscope-neovim-VERSION.tar.xz   the plugin for Neovim
#   nixscope-TARGET.vsix             the extension for Visual Studio Code, with the program inside
#   SHA256SUMS                       checks the others: sha256sum -c SHA256SUMS
#
# Without --binary the program is built as it is released, for this machine. The extension wants Node and npm; what it is
# built of comes from npm's registry. The same commit and program give the same archives.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
binary='' target='' out=$root/target/dist wants_vsix=yes

usage() {
    sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
    exit 2
}
while [ $# -gt 0 ]; do
    case $1 in
    --binary) binary=$(realpath "$2") && shift 2 ;;
    --target) target=$2 && shift 2 ;;
    --out) out=$(realpath -m "$2") && shift 2 ;;
    --no-vsix) wants_vsix=no && shift ;;
    *) usage ;;
    esac
done

if [ -z "$target" ]; then
    case $(uname -sm) in
    "Linux x86_64") target=linux-x64 ;;
    "Linux aarch64") target=linux-arm64 ;;
    "Darwin x86_64") target=darwin-x64 ;;
    "Darwin arm64") target=darwin-arm64 ;;
    *) echo "which target is $(uname -sm)? say --target, as Visual Studio Code calls it" >&2 && exit 2 ;;
    esac
fi
if [ -z "$binary" ]; then
    (cd "$root" && cargo build --locked --release -p nixscope-cli)
    binary=${CARGO_TARGET_DIR:-$root/target}/release/nixscope
fi
version=$("$binary" --version)
version=${version#nixscope }
mkdir -p "$out"
rm -f "$out"/nixscope-*.tar.xz "$out"/nixscope-*.vsix "$out/SHA256SUMS"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
# The time of the commit, so that the hour of packing does not matter.
moment=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)

# archive NAME: packs the folder NAME of the stage.
archive() {
    tar --directory "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$moment" -c "$1" |
        xz -6 >"$out/$1.tar.xz"
}

name=nixscope-$version-$target
mkdir -p "$stage/$name"/{bin,share/man/man1,share/bash-completion/completions,share/fish/vendor_completions.d,share/zsh/site-functions}
install -m 755 "$binary" "$stage/$name/bin/nixscope"
# Lines of code and names of functions are most of the file; they are for those who build it themselves.
strip "$stage/$name/bin/nixscope" 2>/dev/null || true
cp "$root/LICENSE" "$root/README.md" "$stage/$name"
"$binary" man >"$stage/$name/share/man/man1/nixscope.1"
"$binary" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]\{1,\}\) .*/\1/p' | while read -r command; do
    [ "$command" = help ] || "$binary" man "$command" >"$stage/$name/share/man/man1/nixscope-$command.1"
done
"$binary" completions bash >"$stage/$name/share/bash-completion/completions/nixscope"
"$binary" completions fish >"$stage/$name/share/fish/vendor_completions.d/nixscope.fish"
"$binary" completions zsh >"$stage/$name/share/zsh/site-functions/_nixscope"
archive "$name"

plugin=nixscope-neovim-$version
(cd "$root" && git ls-files editors/neovim) | while read -r file; do
    mkdir -p "$stage/$plugin/$(dirname "${file#editors/neovim/}")"
    cp "$root/$file" "$stage/$plugin/${file#editors/neovim/}"
done
cp "$root/LICENSE" "$stage/$plugin"
archive "$plugin"

if [ "$wants_vsix" = yes ]; then
    command -v npm >/dev/null || { echo "the extension wants Node and npm; leave it out by --no-vsix" >&2 && exit 2; }
    [ -d "$here/vscode/node_modules" ] || (cd "$here/vscode" && npm ci --no-audit --no-fund)
    "$here/vscode/package.sh" --binary "$binary" --target "$target" --out "$out/nixscope-$target.vsix"
fi

(cd "$out" && sha256sum nixscope-* >SHA256SUMS)
ls -l "$out"
