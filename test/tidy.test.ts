import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { PROBLEM_CODES } from '@lastro/contract';
import { describe, expect, it } from 'vitest';

/** What keeps the project pleasant to read, where no other tool looks. */
const ROOT = join(import.meta.dirname, '..');
const IGNORED = new Set(['node_modules', 'dist', '.git', 'coverage', '.lastro']);

const files = filesIn(ROOT);
const sources = files.filter((file) => /\.(ts|tsx|css|js|cjs|sql)$/.test(file));
const pages = files.filter((file) => file.endsWith('.md'));

describe('the source', () => {
  it('has no unfinished work', () => {
    const unfinished = sources.filter(
      (file) => file !== 'test/tidy.test.ts' && /\b(TODO|FIXME)\b/.test(read(file)),
    );
    expect(unfinished).toEqual([]);
  });

  it('has no file or directory whose name says nothing', () => {
    const nameless = /(^|\/)(utils?|helpers?|common|misc|stuff|shared|lib)(\/|\.|$)/;
    expect(files.filter((file) => nameless.test(file))).toEqual([]);
  });

  it('is in files of kebab-case names', () => {
    const names = sources.filter((file) => /\.tsx?$/.test(file)).map((file) => file.split('/').at(-1)!);
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*\.tsx?$/.test(name))).toEqual([]);
  });

  it.each(Array.from({ length: 10 }, (_, index) => `I${index + 1}`))(
    'cites the promise %s where it is kept and where it is tested',
    (promise) => {
      const citing = sources.filter((file) => new RegExp(`\\b${promise}\\b`).test(read(file)));
      expect(citing.some((file) => file.includes('/src/'))).toBe(true);
      expect(citing.some((file) => file.includes('test/'))).toBe(true);
    },
  );
});

describe('every workspace', () => {
  const root = readJson('package.json');
  const manifests = files.filter((file) => /^(apps|packages)\/[^/]+\/package\.json$/.test(file));

  it.each(manifests)('%s says what it is, under the licence and version of the whole', (file) => {
    const manifest = readJson(file);
    expect(manifest['description']).toMatch(/\w.*\.$/);
    expect([manifest['license'], manifest['version'], manifest['private']]).toEqual([
      root['license'],
      root['version'],
      true,
    ]);
  });

  it.each(manifests)('%s pins its dependencies exactly', (file) => {
    const { dependencies, devDependencies } = readJson(file) as Record<
      string,
      Record<string, string> | undefined
    >;
    const ranges = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d/.test(version),
    );
    expect(ranges).toEqual([]);
  });

  // The console is built by Vite, not by the compiler: `npm run build` names it.
  it.each(manifests.filter((file) => file !== 'apps/console/package.json'))(
    '%s is built with the rest',
    (file) => {
      const { references } = readJson('tsconfig.json') as { references: { path: string }[] };
      expect(references.map(({ path }) => path)).toContain(dirname(file));
    },
  );
});

describe('the lock file', () => {
  interface Locked {
    readonly version?: string;
    readonly optionalDependencies?: Readonly<Record<string, string>>;
  }
  const packages = readJson('package-lock.json')['packages'] as Record<string, Locked>;

  /** npm leaves out what it did not install here, now and then; `npm ci` then fails on other machines. */
  it('has the packages of every platform', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !isLocked(name, path)),
    );
    expect(missing).toEqual([]);
  });

  function isLocked(name: string, dependent: string): boolean {
    const places = dependent
      .split(/(?=\/node_modules\/)/)
      .map((_, index, parts) => parts.slice(0, index + 1).join(''));
    return ['', ...places].some(
      (place) => `${place === '' ? '' : `${place}/`}node_modules/${name}` in packages,
    );
  }
});

describe('every problem code', () => {
  it.each([
    ['openapi.json', '"'],
    ['docs/REFERENCE.md', '`'],
  ])('is in %s', (file, quote) => {
    const text = read(file);
    expect(PROBLEM_CODES.filter((code) => !text.includes(`${quote}${code}${quote}`))).toEqual([]);
  });
});

describe('the pages', () => {
  it('are in step in both languages: the same sections, and the same commands', () => {
    const outline = (page: string) => headingsOf(page).map(({ level }) => level);
    const commands = (page: string) =>
      [...read(page).matchAll(/^```(sh|json)\n.*?^```/gms)].map(([block]) => block);
    expect(outline('README.pt-BR.md')).toEqual(outline('README.md'));
    expect(commands('README.pt-BR.md')).toEqual(commands('README.md'));
  });

  it.each(pages)('%s links only to what is there', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map((match) => match[1]!);
    const broken = links.filter((link) => {
      const [path = '', heading] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!files.includes(target) && !files.some((file) => file.startsWith(`${target.replace(/\/$/, '')}/`)))
        return true;
      return heading !== undefined && !anchorsOf(target).includes(heading);
    });
    expect(broken).toEqual([]);
  });
});

function filesIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (IGNORED.has(entry.name)) return [];
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesIn(path) : [relative(ROOT, path)];
  });
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function readJson(file: string): Record<string, unknown> {
  return JSON.parse(read(file)) as Record<string, unknown>;
}

/** The anchors of a page's headings, as the usual viewers make them. */
function anchorsOf(page: string): string[] {
  return headingsOf(page).map(({ text }) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function headingsOf(page: string): { level: number; text: string }[] {
  const prose = read(page).replaceAll(/^```.*?^```/gms, '');
  return [...prose.matchAll(/^(#{1,6}) (.+)$/gm)].map(([, marks, text]) => ({
    level: marks!.length,
    text: text!,
  }));
}
