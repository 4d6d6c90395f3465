import { AUTHOR_HEADER, type BatchAnswer, type Operation } from '@lastro/contract';
import type { RunningService } from '@lastro/service';
import { startDataService } from '../src/index.ts';
import { newId } from './commit-batches.ts';

export const KEY = 'business-1-key-0123456789';
const acceptedAt = '2026-11-22T12:00:00.000Z';

export interface Answer<Body> {
  readonly status: number;
  readonly text: string;
  readonly body: Body;
}

/** A data service of its own on a database that may have others. */
export async function startOn(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningService> {
  return startDataService({
    DATABASE_URL: databaseUrl,
    LASTRO_PORT: '0',
    LASTRO_BUSINESS_KEYS: `business-1:${KEY}`,
    LASTRO_LOG_LEVEL: 'silent',
    ...settings,
  });
}

/** Asks a data service as a business service would. */
export async function ask<Body>(
  service: RunningService,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<Body>> {
  const response = await fetch(service.url + path, {
    method,
    headers: {
      authorization: `Bearer ${KEY}`,
      [AUTHOR_HEADER]: 'admin',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, body: (text === '' ? undefined : JSON.parse(text)) as Body };
}

/** Posts operations as one batch; what became of each. */
export async function post(service: RunningService, ...operations: object[]): Promise<Operation[]> {
  const submitted = operations.map((operation) => ({ id: newId(), acceptedAt, ...operation }));
  const { body } = await ask<BatchAnswer>(service, 'POST', '/v1/batches', { operations: submitted });
  return body.results.map((result) => {
    if (!('operation' in result)) throw new Error(JSON.stringify(result));
    return result.operation;
  });
}

export const opening = (account: string) => ({ type: 'open', account, currency: 'BRL', overdraftLimit: 0 });
export const deposit = (account: string, amount: number) => ({ type: 'deposit', account, amount });
export const withdrawal = (account: string, amount: number) => ({ type: 'withdrawal', account, amount });
