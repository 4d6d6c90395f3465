import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEM_CODES } from '@lastro/contract';
import { OPERATION_TYPES, REASON_NAMES } from '@lastro/ledger';
import { describe, expect, it } from 'vitest';
import en from '../src/texts/en.ts';
import ptBr from '../src/texts/pt-br.ts';

const SOURCE = join(import.meta.dirname, '../src');

describe.each([
  ['en', en],
  ['pt-BR', ptBr],
])('the texts in %s', (_language, texts) => {
  it('name every type of operation, and every reason', () => {
    expect(Object.keys(texts.types).sort()).toEqual([...OPERATION_TYPES].sort());
    expect(Object.keys(texts.reasons).sort()).toEqual([...REASON_NAMES].sort());
  });

  it('say what every problem of the bank means', () => {
    const codes = [...Object.keys(texts.problems), ...Object.keys(texts.reasons)];
    expect(codes.sort()).toEqual([...PROBLEM_CODES].sort());
  });
});

interface TextTree {
  readonly [key: string]: string | TextTree;
}

/** `states.loading`; the two forms of a plural are one. */
function keysOf(texts: TextTree, before = ''): readonly string[] {
  return Object.entries(texts).flatMap(([key, text]) =>
    typeof text === 'string'
      ? [`${before}${key.replace(/_(one|other)$/, '')}`]
      : keysOf(text, `${before}${key}.`),
  );
}

/** Whether a key stands in the source: whole, or made there from its beginning or its end, as `types.${type}` is. */
function isUsed(source: string, key: string): boolean {
  const parts = key.split('.');
  const beginnings = parts.map((_, index) => `${parts.slice(0, index + 1).join('.')}.$\{`);
  const ends = parts.slice(1).map((_, index) => `}.${parts.slice(index + 1).join('.')}\``);
  const made = beginnings.flatMap((beginning) => [`\`${beginning}`, `:${beginning}`]);
  return [`'${key}'`, `:${key}'`, ...made, ...ends].some((use) => source.includes(use));
}

it('are all used', async () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.tsx?$/.test(file),
  );
  const source = files
    .filter((file) => !/(^|\/)texts\//.test(file))
    .map((file) => readFileSync(join(SOURCE, file), 'utf8'))
    .join('\n');
  const unused = await Promise.all(
    files
      .filter((file) => file.endsWith('texts/en.ts'))
      .map(async (file) => {
        const { default: texts } = (await import(join(SOURCE, file))) as { default: TextTree };
        return keysOf(texts)
          .filter((key) => !isUsed(source, key))
          .map((key) => `${file}: ${key}`);
      }),
  );
  expect(unused.flat()).toEqual([]);
});
