import { spawnSync } from 'node:child_process';
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';

/** What the console is made of. */
const SOURCES = [
  ...[
    'src',
    'public',
    'index.html',
    'package.json',
    'vite.config.ts',
    'compress-files.ts',
    'preload-font.ts',
  ].map((name) => `apps/console/${name}`),
  'packages/sdk/src',
];
/** What starts business services, which serve the console. */
const SERVING_COMMANDS = ['up', 'business'];
const BUILD_TIMEOUT_MS = 120_000;
const FAULT_LINES_MAX = 8;

/**
 * Builds the web console when something that it is made of is newer, in about two seconds: before a command that serves
 * it, where Vite is installed. Without a console the bank works all the same, so a build that fails is told and no more.
 *
 * @param {string} root of the repository
 * @param {readonly string[]} commandLine
 */
export function buildConsoleWhenServed(root, commandLine) {
  if (!commandLine.some((word) => SERVING_COMMANDS.includes(word))) return;
  const console = join(root, 'apps/console');
  const changedAt = Math.max(...SOURCES.map((source) => newestIn(join(root, source))));
  if (newestIn(join(console, 'src')) === 0 || changedAt <= newestIn(join(console, 'dist/index.html'))) return;
  const vite = findVite(console);
  if (vite === undefined) return;
  process.stderr.write('lastro: building the console...\n');
  const fault = build(console, vite);
  if (fault !== undefined) {
    process.stderr.write(`lastro: the console cannot be built, and is as it was: ${fault}\n`);
  }
}

function newestIn(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  // With the directory itself: what was removed has changed it.
  const inside = readdirSync(path).map((name) => newestIn(join(path, name)));
  return Math.max(found.mtimeMs, ...inside);
}

function findVite(console) {
  try {
    return join(
      dirname(createRequire(join(console, 'package.json')).resolve('vite/package.json')),
      'bin/vite.js',
    );
  } catch {
    return undefined;
  }
}

/** Why it failed, or undefined. Beside what is there, and put in its place when it is whole: somebody may be served it. */
function build(console, vite) {
  const fresh = join(console, `dist.${process.pid}`);
  const args = [vite, 'build', '--logLevel', 'error', '--outDir', fresh, '--emptyOutDir'];
  const { status, signal, stderr, error } = spawnSync(process.execPath, args, {
    cwd: console,
    env: { ...process.env, NO_COLOR: '1' },
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: BUILD_TIMEOUT_MS,
  });
  try {
    if (status !== 0) return error?.message ?? firstLines(stderr) ?? `Vite was ended by ${signal}`;
    replace(join(console, 'dist'), fresh);
    return undefined;
  } catch (fault) {
    return fault.message;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function firstLines(text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.length === 0 ? undefined : lines.slice(0, FAULT_LINES_MAX).join('\n');
}

function replace(dist, fresh) {
  const old = `${dist}.old.${process.pid}`;
  try {
    renameSync(dist, old);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
}
