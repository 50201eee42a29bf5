// Bundles the extension into dist/extension.js; with --tests also its own tests, with --watch again at each change.
import { readdirSync, rmSync } from 'node:fs';
import { build, context } from 'esbuild';

const options = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  logLevel: 'warning',
};
const extension = { ...options, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.js', minify: true };

if (process.argv.includes('--watch')) {
  await (await context({ ...extension, minify: false, sourcemap: 'inline' })).watch();
} else {
  await build(extension);
  if (process.argv.includes('--tests')) {
    rmSync('dist/test', { recursive: true, force: true });
    const tests = readdirSync('test').filter((it) => it.endsWith('.test.ts'));
    await build({
      ...options,
      external: ['vscode', 'vscode-oniguruma'],
      entryPoints: tests.map((it) => `test/${it}`),
      outdir: 'dist/test',
    });
  }
}
