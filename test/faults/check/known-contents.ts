import type { Operation } from '@lastro/contract';
import { canonical, type Content } from '../../simulation/clients/wire-content.ts';
import { ANY_HOST } from '../clients/journal-entry.ts';

/** Dead letters of the whole bank: what their hosts took, and the ledger did not. */
export class DeadLetters {
  readonly all: readonly { readonly host: string; readonly code: string; readonly operation: Operation }[];
  readonly #byId = new Map<string, { host: string; operation: Operation }[]>();

  constructor(all: DeadLetters['all']) {
    this.all = all;
    for (const letter of all)
      this.#byId.set(letter.operation.id, [...(this.#byId.get(letter.operation.id) ?? []), letter]);
  }

  holds(host: string, content: Content): boolean {
    const letters = this.#byId.get(content['id'] as string) ?? [];
    return letters.some(
      (letter) => (host === ANY_HOST || letter.host === host) && showsContent(letter.operation, content),
    );
  }
}

/** Of these types an answer names accounts, which the client did not. */
const SHOWN_ACCOUNTS: readonly unknown[] = ['capture', 'void', 'reversal'];

/** Whether the operation is about `content`. An answer may say more: currency, amount and accounts where the client named none. */
export function showsContent(operation: Operation, content: Content): boolean {
  const shown: Record<string, unknown> = { ...operation };
  for (const field of ['currency', 'amount']) if (content[field] === undefined) delete shown[field];
  if (SHOWN_ACCOUNTS.includes(content['type'])) {
    delete shown['from'];
    delete shown['to'];
  }
  return canonical(shown) === canonical(content);
}
