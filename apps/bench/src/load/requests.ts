import { accountId, AccountPicker } from './accounts.ts';
import type { LoadJob, ReadWork, TransferWork } from './job.ts';
import { OperationIds } from './operation-ids.ts';

/** Longer than any answer takes; `Prefer: wait` in seconds. */
const WAIT_SECONDS = 30;
const AMOUNT_MAX = 1000;

/** Makes the text of one HTTP request after the other, all of it ASCII, ready for the socket. */
export function requestsOf(job: Pick<LoadJob, 'work' | 'key' | 'seed'>): () => string {
  const authorization = job.key === undefined ? '' : `authorization: Bearer ${job.key}\r\n`;
  const { work } = job;
  return work.kind === 'transfers'
    ? transferRequests(work, authorization, job.seed)
    : readRequests(work, authorization, job.seed);
}

function transferRequests(work: TransferWork, authorization: string, seed: number): () => string {
  const picker = new AccountPicker(work.accounts, seed);
  const ids = new OperationIds();
  const path = work.operationsPerRequest === 1 ? '/v1/transfers' : '/v1/operations';
  const prefer = work.waitForFinal ? `prefer: wait=${WAIT_SECONDS}\r\n` : '';
  const head = `POST ${path} HTTP/1.1\r\nhost: bench\r\n${authorization}${prefer}content-type: application/json\r\ncontent-length: `;
  let amount = 0;
  const fields = (): string => {
    const [from, to] = picker.two();
    amount = (amount % AMOUNT_MAX) + 1;
    return `"id":"${ids.next()}","from":"${accountId(from)}","to":"${accountId(to)}","amount":${amount}`;
  };
  const body = work.operationsPerRequest === 1 ? () => `{${fields()}}` : () => bulkBody(work, fields);
  return () => {
    const text = body();
    return `${head}${text.length}\r\n\r\n${text}`;
  };
}

function bulkBody(work: TransferWork, fields: () => string): string {
  let text = '{"operations":[';
  for (let index = 0; index < work.operationsPerRequest; index += 1)
    text += `${index === 0 ? '' : ','}{"type":"transfer",${fields()}}`;
  return `${text}]}`;
}

function readRequests(work: ReadWork, authorization: string, seed: number): () => string {
  const picker = new AccountPicker(work.accounts, seed);
  const resource = work.kind === 'balances' ? 'balance' : 'statement';
  return () =>
    `GET /v1/accounts/${accountId(picker.one())}/${resource} HTTP/1.1\r\nhost: bench\r\n${authorization}\r\n`;
}
