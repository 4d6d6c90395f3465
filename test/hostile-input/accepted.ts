import type { Operation } from '@lastro/contract';
import type { RawAnswer, RawRequest } from './raw-http.ts';

/** The operation itself, several, or a problem with the operation that it is about. */
interface AnswerBody {
  readonly id: string;
  readonly dryRun?: boolean;
  readonly operations?: readonly Operation[];
  readonly operation?: Operation;
}

/** Paths whose POST makes something else than an operation. */
const NO_OPERATIONS = /\/v1\/(keys|monitors|schedules|verifications|webhooks)\b/;

/** What the answers of a bank said that it has taken, to be compared with what is in its ledger afterwards. */
export class Accepted {
  readonly ids = new Set<string>();
  /** Openings whose answer shows the account and not the operation, and whose id only the service knows. */
  openingsWithoutId = 0;
  /** Exchanges that were rejected: such an answer shows one of the two operations. */
  readonly rejectedExchanges = new Set<string>();

  /** Notes what an answer says was taken. */
  note(request: RawRequest, { status, body }: RawAnswer): void {
    const { method, target } = request;
    if (body === '' || (method !== 'POST' && method !== 'PATCH') || NO_OPERATIONS.test(target)) return;
    const answer = JSON.parse(body) as AnswerBody;
    if (status === 201) this.#noteOpening(request);
    else if (status < 300) for (const each of answer.operations ?? [answer]) this.#add(each);
    else if (status === 422) this.#addRejected(answer.operation!);
  }

  #addRejected(operation: Operation): void {
    this.#add(operation);
    const { group, dryRun } = operation;
    if (group !== undefined && dryRun !== true) this.rejectedExchanges.add(group);
  }

  #add({ id, dryRun }: { readonly id: string; readonly dryRun?: boolean }): void {
    if (dryRun !== true) this.ids.add(id);
  }

  get count(): number {
    return this.ids.size + this.openingsWithoutId;
  }

  #noteOpening({ headers }: RawRequest): void {
    const key = headers.findLast(([name]) => name === 'idempotency-key')?.[1];
    if (key === undefined) this.openingsWithoutId += 1;
    else this.ids.add(key.replaceAll('"', '').toLowerCase());
  }
}

/** Balances by account, as the posted ones among final operations make them. */
export function balancesOf(operations: Iterable<Operation>): Map<string, number> {
  const balances = new Map<string, number>();
  const add = (account: string, amount: number) =>
    balances.set(account, (balances.get(account) ?? 0) + amount);
  for (const { status, type, amount = 0, currency, account = '', from = '', to = '' } of operations) {
    const cash = `@cash.${currency}`;
    const legs: Partial<Record<Operation['type'], readonly [string, string]>> = {
      deposit: [cash, account],
      withdrawal: [account, cash],
      transfer: [from, to],
      capture: [from, to],
      reversal: [from, to],
    };
    const [debit, credit] = legs[type] ?? [];
    if (status !== 'posted' || debit === undefined || credit === undefined) continue;
    add(debit, -amount);
    add(credit, amount);
  }
  return balances;
}
