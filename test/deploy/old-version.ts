import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './manifests.ts';

/** Whether this clone has that commit: a shallow one may not. */
export function hasCommit(commit: string): boolean {
  try {
    execFileSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: REPOSITORY, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Lays out Lastro as it was at `commit` in `directory`, beside this one; where its `lastro.js` is, which builds it at its first
 * start. What comes from npm is what is installed here, by links.
 */
export function layOut(commit: string, directory: string): string {
  mkdirSync(directory, { recursive: true });
  const archive = execFileSync(
    'git',
    ['archive', commit, 'package.json', 'tsconfig.base.json', 'apps', 'packages'],
    {
      cwd: REPOSITORY,
      maxBuffer: 256 * 1024 * 1024,
    },
  );
  execFileSync('tar', ['-x', '-C', directory], { input: archive });
  link(join(REPOSITORY, 'node_modules'), join(directory, 'node_modules'), ['@lastro', 'lastro']);
  mkdirSync(join(directory, 'node_modules/@lastro'));
  for (const kind of ['packages', 'apps']) {
    for (const name of readdirSync(join(directory, kind))) {
      symlinkSync(join(directory, kind, name), join(directory, 'node_modules/@lastro', name));
      const own = join(REPOSITORY, kind, name, 'node_modules');
      if (existsSync(own)) link(own, join(directory, kind, name, 'node_modules'), []);
    }
  }
  return join(directory, 'apps/cli/bin/lastro.js');
}

function link(from: string, to: string, except: readonly string[]): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (!except.includes(name)) symlinkSync(join(from, name), join(to, name));
  }
}
