import { describe, expect, it } from 'vitest';
import { BearerKeys, ConfigError, includesScope } from '../src/index.ts';

const alice = { name: 'alice', scope: 'admin' } as const;
const bob = { name: 'bob', scope: 'read' } as const;
const keys = new BearerKeys().add('key-of-alice', alice).add('key-of-bob', bob);

describe('bearer keys', () => {
  it.each([
    ['Bearer key-of-alice', alice],
    ['bearer key-of-bob', bob],
  ])('know who sent %s', (header, principal) => {
    expect(keys.authenticate(header)).toBe(principal);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer key-of-eve',
    'Bearer key-of-alic',
    'Bearer key-of-alice ',
    'Bearer  key-of-alice',
    'Bearer key-of-alice, Bearer key-of-bob',
    'Basic key-of-alice',
    'key-of-alice',
    `Bearer ${'x'.repeat(100_000)}`,
  ])('know nobody who sends %o', (header) => {
    expect(keys.authenticate(header)).toBeUndefined();
  });

  it('refuse one key for two names: nobody could tell who sent a request', () => {
    const add = () => new BearerKeys().add('one key', alice).add('one key', bob);
    expect(add).toThrow(new ConfigError('alice and bob have the same key'));
  });

  it('do not keep the keys themselves', () => {
    expect(JSON.stringify(keys)).not.toContain('key-of-alice');
  });
});

describe('a scope', () => {
  it.each([
    ['read', 'read', true],
    ['read', 'operate', false],
    ['read', 'admin', false],
    ['operate', 'read', true],
    ['operate', 'operate', true],
    ['operate', 'admin', false],
    ['admin', 'read', true],
    ['admin', 'operate', true],
    ['admin', 'admin', true],
  ] as const)('%s, asked for %s: %s', (held, needed, allowed) => {
    expect(includesScope(held, needed)).toBe(allowed);
  });
});
