import type { Operation } from '@lastro/contract';
import { canonical, type Content } from '../clients/wire-content.ts';

/** What an answer may say of an operation that its client has not said: the ledger found it out. */
const FOUND_OUT: Readonly<Record<string, readonly string[]>> = {
  capture: ['from', 'to', 'amount', 'currency'],
  reversal: ['from', 'to', 'amount', 'currency'],
  void: ['from', 'to', 'amount', 'currency'],
};

/** Whether an answer shows the operation as it was sent (I7). */
export function showsContent(operation: Operation, content: Content): boolean {
  const said: Record<string, unknown> = { ...operation };
  for (const field of FOUND_OUT[operation.type] ?? ['currency'])
    if (content[field] === undefined) said[field] = undefined;
  return canonical(said) === canonical(content);
}
