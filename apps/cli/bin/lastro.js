#!/usr/bin/env node
// Runs the built command; in a fresh clone it builds first.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

const cli = fileURLToPath(new URL('..', import.meta.url));
const main = new URL('../dist/main.js', import.meta.url);

// tsc writes its build information last, so a build that was interrupted is not taken for a whole one.
if (!existsSync(main) || !existsSync(new URL('../dist/.tsbuildinfo', import.meta.url))) build();
await import(main.href);

function build() {
  process.stderr.write('lastro: first run, building (a few seconds)...\n');
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-b', '--noCheck', cli], { encoding: 'utf8' });
  if (status === 0) return;
  process.stderr.write(`${stdout}lastro: the build failed; run 'npm install' and then 'npm run build'\n`);
  process.exit(1);
}
