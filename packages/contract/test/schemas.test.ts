import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import * as contract from '../src/index.ts';

const schemas = Object.entries<unknown>(contract).filter(
  (entry): entry is [string, object] =>
    typeof entry[1] === 'object' && entry[1] !== null && '~kind' in entry[1],
);

// Only here: a process that starts believes its own schemas.
const ajv = new Ajv2020({ strict: false });

it.each(schemas)('%s is a JSON Schema', (_name, schema) => {
  void ajv.validateSchema(schema);
  expect(ajv.errors ?? []).toEqual([]);
});

it('looks at every schema of the contract', () => {
  expect(schemas.length).toBeGreaterThan(100);
});
