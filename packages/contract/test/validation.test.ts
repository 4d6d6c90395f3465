import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AccountListQuery,
  AccountParams,
  BalanceQuery,
  compileSchema,
  describeFault,
  OpenAccountRequest,
  OperationsRequest,
  TransferRequest,
  validateOperationRequest,
  validateSubmittedOperation,
} from '../src/index.ts';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const deposit = { type: 'deposit', account: 'alice', amount: 100 };
const opening = { type: 'open', account: 'alice' };
const submitted = { ...deposit, id: ID, acceptedAt: '2026-11-22T12:00:00.000Z' };

/** What is wrong with `candidate`, without its place; `undefined` when nothing is. */
function fault(candidate: unknown): string | undefined {
  const result = validateOperationRequest(candidate, 'operations/0');
  return 'error' in result ? result.error.replace('operations/0', '') : undefined;
}

describe('an operation that is right', () => {
  it.each([
    ['the least that a deposit needs', deposit],
    ['one minor unit', { ...deposit, amount: 1 }],
    ['the largest amount', { ...deposit, amount: 2 ** 53 - 1 }],
    ['a whole number written as a float', { ...deposit, amount: JSON.parse('1.00e2') as number }],
    ['an id of version 7', { ...deposit, id: ID }],
    ['an id in capitals', { ...deposit, id: ID.toUpperCase() }],
    ['a currency', { ...deposit, currency: 'JPY' }],
    ['words of any script', { ...deposit, description: 'Almoço 昼食 غداء 🍲' }],
    ['500 characters, each of two code units', { ...deposit, description: '🍲'.repeat(500) }],
    ['50 entries of metadata', { ...deposit, metadata: metadata(50) }],
    ['an account id of 64 characters', { ...deposit, account: 'a'.repeat(64) }],
    ['an account id with all it may have', { ...deposit, account: '9a.b_c:d-e' }],
    ["an account of the bank's", { ...opening, account: '@fees.BRL' }],
    ['a deposit to the cash account, which the rules of money reject', { ...deposit, account: '@cash.BRL' }],
    [
      'an opening with everything',
      { ...opening, currency: 'USD', overdraftLimit: 0, name: 'Alice', metadata: {} },
    ],
    ['a transfer', { type: 'transfer', from: 'alice', to: 'bob', amount: 1 }],
    ['a withdrawal', { ...deposit, type: 'withdrawal' }],
  ])('is taken: %s', (_case, candidate) => {
    expect(validateOperationRequest(candidate, 'x')).toEqual({ value: candidate });
  });

  it('is handed on as it came: nothing is added, changed or dropped', () => {
    const candidate = Object.freeze({ ...opening });
    const result = validateOperationRequest(candidate, 'x');
    expect('value' in result && result.value).toBe(candidate);
  });
});

const AMOUNT = '/amount must be a whole number, without quotes or a fraction';
const ACCOUNT =
  '/account must be 1 to 64 letters, digits or . _ : - that begin with a letter or digit (after @ for an account of the bank)';
const UUID = '/id must be a UUID of version 1 to 7, such as 01890a5d-ac96-774b-bcce-b302099a8057';
const LINE = 'must be one line of text, without control characters';
const TYPES =
  '/type must be one of open, deposit, withdrawal, transfer, hold, capture, void, reversal, freeze, unfreeze, close, update';

describe('an operation that is wrong', () => {
  it.each([
    ['a fraction', { amount: 1.5 }, AMOUNT],
    ['text', { amount: '100' }, AMOUNT],
    ['NaN', { amount: NaN }, AMOUNT],
    ['null', { amount: null }, AMOUNT],
    ['true', { amount: true }, AMOUNT],
    ['a list', { amount: [100] }, AMOUNT],
    ['a BigInt', { amount: 100n }, AMOUNT],
    [
      'infinity',
      { amount: Infinity },
      AMOUNT.replace('a whole number, without quotes or a fraction', '9007199254740991 or less'),
    ],
    ['2^53', { amount: 2 ** 53 }, '/amount must be 9007199254740991 or less'],
    ['zero', { amount: 0 }, '/amount must be 1 or more'],
    ['minus zero', { amount: -0 }, '/amount must be 1 or more'],
    ['a negative number', { amount: -100 }, '/amount must be 1 or more'],
    ['nothing', { amount: undefined }, ' lacks the field "amount"'],
  ])('is refused, its amount being %s', (_case, fields, sentence) => {
    expect(fault({ ...deposit, ...fields })).toBe(sentence);
  });

  it.each([
    ['empty', ''],
    ['a path', '../etc/passwd'],
    ['with a space', 'a b'],
    ['with a letter that is not ASCII', 'joão'],
    ['of 65 characters', 'a'.repeat(65)],
    ['with a NUL', 'a\0'],
    ['with a line break at its end', 'alice\n'],
    ['with two @', '@@fees'],
    ['@ alone', '@'],
    ['that starts with a dot', '.alice'],
  ])('is refused, its account id being %s', (_case, account) => {
    expect(fault({ ...deposit, account })).toBe(ACCOUNT);
  });

  it('is refused when it opens a cash account: those open by themselves', () => {
    expect(fault({ ...opening, account: '@cash.BRL' })).toBe(
      `${ACCOUNT}; accounts in @cash and @fx open by themselves`,
    );
    expect(fault({ ...opening, account: '@cash.' })).toBeDefined();
    expect(fault({ ...opening, account: '@cashier' })).toBeUndefined();
  });

  it.each([
    ['a name unknown', { ...deposit, amuont: 5 }, ' has an unknown field "amuont"'],
    ['a field of another type', { ...deposit, to: 'bob' }, ' has an unknown field "to"'],
    ['what only the bank may say', { ...deposit, group: ID }, ' has an unknown field "group"'],
    [
      'a very long name',
      { ...deposit, ['x'.repeat(1e6)]: 1 },
      ` has an unknown field "${'x'.repeat(60)}..."`,
    ],
    ['a name with a line break', { ...deposit, 'a\nb': 1 }, ' has an unknown field "a\\nb"'],
    ['an id that is no UUID', { ...deposit, id: 'order-1' }, UUID],
    ['an id of zeros', { ...deposit, id: '00000000-0000-0000-0000-000000000000' }, UUID],
    ['an id in braces', { ...deposit, id: `{${ID}}` }, UUID],
    [
      'a currency in small letters',
      { ...deposit, currency: 'brl' },
      '/currency must be an ISO 4217 currency code, such as BRL',
    ],
    [
      'a currency that is no money',
      { ...deposit, currency: 'XXX' },
      '/currency must be an ISO 4217 currency code, such as BRL',
    ],
    ['a line break in a description', { ...deposit, description: 'a\nb' }, `/description ${LINE}`],
    ['a NUL in a description', { ...deposit, description: '\0' }, `/description ${LINE}`],
    ['half a surrogate pair', { ...deposit, description: 'x\ud800' }, `/description ${LINE}`],
    [
      'a description too long',
      { ...deposit, description: 'x'.repeat(501) },
      '/description must have at most 500 characters',
    ],
    ['an empty name', { ...opening, name: '' }, '/name must not be empty'],
    ['a negative overdraft limit', { ...opening, overdraftLimit: -1 }, '/overdraftLimit must be 0 or more'],
    ['a number in metadata', { ...deposit, metadata: { order: 7 } }, '/metadata/order must be text'],
    [
      'a bad key in metadata',
      { ...deposit, metadata: { 'a b': '' } },
      '/metadata has the key "a b"; a key is 1 to 64 letters, digits or _ . : -',
    ],
    ['half a surrogate pair in metadata', { ...deposit, metadata: { a: '\udfff' } }, `/metadata/a ${LINE}`],
    [
      '51 entries of metadata',
      { ...deposit, metadata: metadata(51) },
      '/metadata must have at most 50 entries',
    ],
    ['metadata in a list', { ...deposit, metadata: [] }, '/metadata must be an object'],
    ['no type', { account: 'alice', amount: 1 }, TYPES],
    ['an unknown type', { ...deposit, type: 'loan' }, TYPES],
    ['a type of every object', { ...deposit, type: '__proto__' }, TYPES],
    ['null', null, ' must be an object'],
    ['text', 'deposit', ' must be an object'],
    ['a list', [deposit], ' must be an object'],
  ])('is refused with a sentence that says why: %s', (_case, candidate, sentence) => {
    expect(fault(candidate)).toBe(sentence);
  });

  it('is refused or taken, whatever it is, and never throws', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true }), (garbage) => {
        const whole = validateOperationRequest(garbage, 'x');
        const inside = validateOperationRequest({ ...deposit, amount: garbage }, 'x');
        expect('error' in whole).toBe(true);
        expect('error' in inside).toBe(!(Number.isSafeInteger(garbage) && (garbage as number) > 0));
      }),
    );
  });
});

describe('an operation between a business service and the data service', () => {
  const result = (fields: object) => validateSubmittedOperation({ ...submitted, ...fields }, 'operation');

  it('has its ids in the one spelling that the ledger knows', () => {
    const error = 'operation/id must be a UUID of version 1 to 7 in lower case';
    expect(result({ id: ID.toUpperCase() })).toEqual({ error });
    expect(result({ group: ID.toUpperCase() })).toEqual({ error: error.replace('id', 'group') });
  });

  it('has everything said: nothing is left to a default', () => {
    expect(result({})).toEqual({ value: submitted });
    expect(result({ id: undefined })).toEqual({ error: 'operation lacks the field "id"' });
    expect(result({ acceptedAt: undefined })).toEqual({ error: 'operation lacks the field "acceptedAt"' });
    const open = { ...opening, id: ID, acceptedAt: submitted.acceptedAt };
    expect(validateSubmittedOperation(open, 'operation')).toHaveProperty('error');
    expect(validateSubmittedOperation({ ...open, currency: 'BRL', overdraftLimit: 0 }, 'x')).toHaveProperty(
      'value',
    );
  });

  it.each([
    ['no date', 'yesterday'],
    ['a date without a time', '2026-11-22'],
    ['a day that is not in the calendar', '2026-02-30T00:00:00Z'],
    ['no time zone', '2026-11-22T12:00:00'],
    ['a leap second, which no clock here can hold', '2016-12-31T23:59:60Z'],
    ['a number', 1_795_000_000_000],
  ])('is malformed when its instant is %s', (_case, acceptedAt) => {
    expect(result({ acceptedAt })).toHaveProperty('error');
  });
});

describe('a body', () => {
  const bodyFault = (schema: Parameters<typeof compileSchema>[0], body: unknown) => {
    const validate = compileSchema(schema, 'body');
    return validate(body) ? undefined : describeFault(validate.errors?.[0], 'body');
  };

  it('is not changed on the way in: no number from text, no default, nothing dropped', () => {
    const body = { id: 'alice' };
    expect(bodyFault(OpenAccountRequest, body)).toBeUndefined();
    expect(body).toEqual({ id: 'alice' });
    expect(bodyFault(TransferRequest, { from: 'alice', to: 'bob', amount: '1' })).toBe(`body${AMOUNT}`);
    expect(bodyFault(OpenAccountRequest, { ...body, typo: 1 })).toBe('body has an unknown field "typo"');
  });

  it('of many operations has at least one and at most 10,000', () => {
    expect(bodyFault(OperationsRequest, { operations: [] })).toBe('body/operations must not be empty');
    const tooMany = { operations: Array.from({ length: 10_001 }, () => deposit) };
    expect(bodyFault(OperationsRequest, tooMany)).toBe('body/operations must have at most 10000 items');
  });

  it.each([
    ['a list', [], 'body must be an object'],
    ['null', null, 'body must be an object'],
    ['nothing', undefined, 'body must be an object'],
    ['empty', {}, 'body lacks the field "id"'],
  ])('is refused when it is %s', (_case, body, sentence) => {
    expect(bodyFault(OpenAccountRequest, body)).toBe(sentence);
  });
});

describe('a path or query, where everything is text', () => {
  const check = (schema: Parameters<typeof compileSchema>[0], fields: object) => {
    const validate = compileSchema(schema, 'querystring');
    return validate(fields) ? fields : describeFault(validate.errors?.[0], 'querystring');
  };

  it('gives numbers for text, and the default for what is absent', () => {
    expect(check(AccountListQuery, { limit: '10' })).toEqual({ limit: 10 });
    expect(check(AccountListQuery, {})).toEqual({ limit: 50 });
  });

  it.each([
    [{ limit: '0' }, 'querystring/limit must be 1 or more'],
    [{ limit: '1001' }, 'querystring/limit must be 1000 or less'],
    [{ limit: '10abc' }, 'querystring/limit must be a whole number, without quotes or a fraction'],
    [{ limit: '' }, 'querystring/limit must be a whole number, without quotes or a fraction'],
    [{ limit: ['1', '2'] }, 'querystring/limit must be a whole number, without quotes or a fraction'],
    [{ prefix: 'a\0' }, 'querystring/prefix has characters or a form that are not allowed here'],
    [{ prefix: '%' }, 'querystring/prefix has characters or a form that are not allowed here'],
    [{ cursor: "' or 1=1" }, 'querystring/cursor has characters or a form that are not allowed here'],
    [{ page: '2' }, 'querystring has an unknown field "page"'],
  ])('is refused: %o', (fields, sentence) => {
    expect(check(AccountListQuery, fields)).toBe(sentence);
  });

  it('takes an instant with a zone, and refuses what is none', () => {
    expect(check(BalanceQuery, { at: '2026-11-22T12:00:00-03:00' })).toBeTypeOf('object');
    const sentence = 'querystring/at must be an instant of RFC 3339, such as 2026-11-22T12:00:00Z';
    for (const at of ['', 'now', '2026-11-22', '2026-11-22T12:00:00 03:00', '2016-12-31T23:59:60Z']) {
      expect(check(BalanceQuery, { at })).toBe(sentence);
    }
  });

  it('refuses an account id that is a way out of the path', () => {
    expect(check(AccountParams, { id: '../admin' })).toBeTypeOf('string');
  });
});

function metadata(entries: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: entries }, (_, index) => [`key${index}`, '']));
}
