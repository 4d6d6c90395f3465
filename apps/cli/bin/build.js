import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';

/** Built by Vite: see build-console.js. */
const OTHERWISE_BUILT = ['console'];

/**
 * Brings `dist/` of every workspace up to date with `src/`, file by file, in about a second: types are stripped and
 * not checked, which takes twenty and is the work of `npm run build`. In an installation without sources, or without
 * the compiler, what is built already is what runs.
 *
 * @param {string} root of the repository
 */
export async function buildWhatChanged(root) {
  const changed = ['packages', 'apps'].flatMap((kind) => findChanged(join(root, kind)));
  if (changed.length === 0) return;
  const compiler = await import('typescript').catch(() => undefined);
  if (compiler === undefined) return;
  process.stderr.write(`lastro: building ${changed.length} files that are new or changed...\n`);
  try {
    build(root, changed, compiler.default);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
    process.stderr.write(
      `lastro: ${error.path} cannot be written: run 'npm run build' as the owner of ${root}\n`,
    );
    process.exit(1);
  }
}

function build(root, changed, ts) {
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.base.json'), 'utf8'));
  const { options } = ts.convertCompilerOptionsFromJson({ ...compilerOptions, sourceMap: false }, root);
  // One file at a time has no package.json that says so: every package of ours is of ES modules.
  Object.assign(options, { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler });
  for (const { source, target } of changed) {
    const text = readFileSync(source, 'utf8');
    writeWhole(target, ts.transpileModule(text, { compilerOptions: options, fileName: source }).outputText);
  }
}

function findChanged(workspaces) {
  const names = listNames(workspaces).filter((workspace) => !OTHERWISE_BUILT.includes(workspace));
  return names.flatMap((workspace) => {
    const sources = join(workspaces, workspace, 'src');
    return listNames(sources, { recursive: true })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => ({
        source: join(sources, name),
        target: join(workspaces, workspace, 'dist', name.replace(/\.ts$/, '.js')),
      }))
      .filter(({ source, target }) => changedAt(source) > changedAt(target));
  });
}

function listNames(directory, options) {
  try {
    return readdirSync(directory, options);
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  }
}

function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Another `lastro` may start at the same time: it sees the old file or the new one, never half of one. */
function writeWhole(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}
