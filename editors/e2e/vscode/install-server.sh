#!/usr/bin/env bash
# install-server.sh CODE_SERVER_VERSION NODE_VERSION FOLDER: VS Code's server, which is its workbench for browsers and its
# extension host, out of npm packages alone. Nothing is compiled.
set -euo pipefail
version=$1 node=$2 folder=$3
cd "$folder"
npm install --no-audit --no-fund --loglevel=error --ignore-scripts --prefix node "node-linux-$(uname -m | sed 's/x86_64/x64/;s/aarch64/arm64/')@$node"
ln -s node/node_modules/node-linux-*/bin/node bin-node
npm pack --silent "code-server@$version"
mkdir package
tar xzf "code-server-$version.tgz" -C package --strip-components=1
rm "code-server-$version.tgz"
cd package/lib/vscode
# What is large and serves what nobody tests here.
node -e '
    const fs = require("fs"), it = JSON.parse(fs.readFileSync("package.json", "utf8"));
    const unneeded = ["@github/copilot-sdk", "@microsoft/mxc-sdk", "@vscode/copilot-api", "@vscode/sandbox-runtime",
        "@devcontainers/cli", "@vscode/sqlite3", "kerberos", "ssh2"];
    for (const name of unneeded) delete it.dependencies[name];
    fs.writeFileSync("package.json", JSON.stringify(it));'
npm install --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error
# Two native helpers stay unbuilt. These stand in for them, so that log files appear and nothing complains.
cat >node_modules/@vscode/spdlog/index.js <<'JS'
const fs = require('fs'), path = require('path');
class Logger {
  constructor(file) { this.file = file; this.isRaw = false; fs.mkdirSync(path.dirname(file), { recursive: true }); }
  write(level, text) {
    try { fs.appendFileSync(this.file, this.isRaw ? text : `${new Date().toISOString()} [${level}] ${text}\n`); } catch {}
  }
  clearFormatters() { this.isRaw = true; }
  getLevel() { return 2; }
  trace() {} debug() {} setLevel() {} setPattern() {} flush() {} drop() {}
}
for (const level of ['info', 'warn', 'error', 'critical']) {
  Logger.prototype[level] = function (text) { this.write(level, text); };
}
exports.version = 0;
exports.Logger = Logger;
exports.createRotatingLogger = exports.createAsyncRotatingLogger = async (_name, file) => new Logger(file);
exports.setLevel = exports.setFlushOn = exports.shutdown = () => {};
JS
if [ -d node_modules/@vscode/native-watchdog ]; then
    echo 'exports.start = () => {};' >node_modules/@vscode/native-watchdog/index.js
fi
