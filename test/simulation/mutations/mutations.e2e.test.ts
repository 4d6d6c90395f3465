import { describe, expect, it } from 'vitest';
import { MUTATIONS } from './mutations.ts';
import { catchMutation } from './run-mutations.ts';

const TIMEOUT_MS = 240_000;

describe('the simulator finds it when', () => {
  for (const mutation of MUTATIONS) {
    it(`${mutation.bug} [${mutation.name}]`, { timeout: TIMEOUT_MS }, async () => {
      expect(await catchMutation(mutation)).toBeDefined();
    });
  }
});
