#!/usr/bin/env bash
# Packs the extension with a program inside: editors/vscode/package.sh --binary PROGRAM [--target linux-x64] [--out FILE]
#
# Without --binary the extension takes `nixscope` from PATH or from its setting. Needs node_modules (npm ci) and Node 22.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
binary='' target='' out=''
while [ $# -gt 0 ]; do
    case $1 in
    --binary) binary=$(realpath "$2") && shift 2 ;;
    --target) target=$2 && shift 2 ;;
    --out) out=$(realpath -m "$2") && shift 2 ;;
    *) sed -n '2,4s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
    esac
done
cd "$here"
home=https://github.com/nixscope/nixscope
rm -rf server
if [ -n "$binary" ]; then
    suffix=$(case $target in win32-*) echo .exe ;; esac)
    mkdir server
    cp "$binary" "server/nixscope$suffix"
    # Names of functions serve nobody here, and are most of the file.
    strip "server/nixscope$suffix" 2>/dev/null || true
    chmod 755 "server/nixscope$suffix"
fi
# The walkthrough shows the pictures of the documentation.
cp "$here"/../../docs/images/vscode-*.png walkthrough/
node build.mjs
out=${out:-$here/nixscope${target:+-$target}.vsix}
node node_modules/@vscode/vsce/vsce package --no-dependencies --baseImagesUrl "$home/raw/main/editors/vscode" --baseContentUrl "$home/blob/main/editors/vscode" ${target:+--target "$target"} --out "$out"
