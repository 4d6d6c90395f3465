import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { expect, it } from 'vitest';

const CONFIG = join(import.meta.dirname, '../vite.config.ts');

// As `lastro up` builds it on a fresh clone: beside what is there, and put in its place when it is whole.
it('is built into any directory, compressed', { timeout: 60_000 }, async () => {
  const outDir = await mkdtemp(join(tmpdir(), 'lastro-console-'));
  try {
    await build({ configFile: CONFIG, logLevel: 'silent', build: { outDir, emptyOutDir: true } });
    expect(await readdir(outDir)).toEqual(
      expect.arrayContaining(['assets', 'index.html', 'index.html.br', 'index.html.gz']),
    );
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
});
