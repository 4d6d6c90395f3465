import { REASON_NAMES, REASONS } from '@lastro/ledger';
import { describe, expect, it } from 'vitest';
import {
  compileSchema,
  CURRENCY_CODES,
  currencyDigits,
  Problem,
  PROBLEM_CODES,
  problemBody,
  PROBLEMS,
} from '../src/index.ts';

describe('the catalogue of problems', () => {
  it.each(PROBLEM_CODES)('%s has a stable form, a client or server status, and a sentence', (code) => {
    const { status, title } = PROBLEMS[code];
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title).toMatch(/^[A-Z].*[.]$/);
  });

  it('has every reason of the ledger, as an answer that sending again cannot change (I6)', () => {
    for (const reason of REASON_NAMES) {
      expect(PROBLEMS[reason]).toEqual({ status: 422, title: REASONS[reason].sentence, retryable: false });
    }
  });

  it('says one thing once: no two problems have the same sentence', () => {
    const titles = PROBLEM_CODES.map((code) => PROBLEMS[code].title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('calls retryable exactly what is not the fault of the request', () => {
    for (const code of PROBLEM_CODES) {
      const { status, retryable } = PROBLEMS[code];
      expect(retryable, code).toBe(status >= 500 || status === 408 || status === 429);
    }
  });

  it.each(PROBLEM_CODES)('%s gives a body of RFC 9457 that fits the schema', (code) => {
    const body = problemBody(code, 'what is wrong', { id: 'x' });
    expect(compileSchema(Problem, 'body')(body)).toBe(true);
    expect(body).toMatchObject({ type: `urn:lastro:problem:${code}`, code, detail: 'what is wrong' });
    expect(Object.keys(problemBody(code))).toEqual(['type', 'title', 'status', 'code']);
  });
});

describe('a currency', () => {
  it.each([
    ['BRL', 2],
    ['CZK', 2],
    ['JPY', 0],
    ['BHD', 3],
    ['XOF', 0],
  ])('%s counts its minor units in %i digits', (currency, digits) => {
    expect(currencyDigits(currency)).toBe(digits);
  });

  it('is money: metals, baskets and test codes have no minor unit to count', () => {
    for (const code of ['XAU', 'XDR', 'XTS', 'XXX']) {
      expect(CURRENCY_CODES).not.toContain(code);
      expect(() => currencyDigits(code)).toThrow(RangeError);
    }
    expect(CURRENCY_CODES.length).toBeGreaterThan(150);
  });
});
