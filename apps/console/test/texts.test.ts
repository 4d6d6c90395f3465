import { OPERATION_TYPES, REASON_NAMES } from '@lastro/ledger';
import { describe, expect, it } from 'vitest';
import en from '../src/texts/en.ts';
import ptBr from '../src/texts/pt-br.ts';

describe.each([
  ['en', en],
  ['pt-BR', ptBr],
])('the texts in %s', (_language, texts) => {
  it('name every type of operation, and every reason', () => {
    expect(Object.keys(texts.types).sort()).toEqual([...OPERATION_TYPES].sort());
    expect(Object.keys(texts.reasons).sort()).toEqual([...REASON_NAMES].sort());
  });
});
