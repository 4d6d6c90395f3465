import type { Exchange } from './exchange.ts';
import type { IdentifiedRequest } from './operation-mix.ts';

/** What one request to the bank asks for. */
export interface Order {
  readonly requests: readonly IdentifiedRequest[];
  readonly atomic: boolean;
  /** Where it is an exchange: the body of its request, whose transfers are `requests`. */
  readonly exchange?: Exchange;
}

/** Something that a client wants done: noted down, with its ids, before it is first sent (I2). */
export interface Intent extends Order {
  /** Nobody asks for it again when it was not answered. */
  readonly abandoned: boolean;
  /** An answer has come: taken, or refused for good. */
  answered: boolean;
  /** Ids whose result is not known to be final. */
  readonly open: Set<string>;
}

export function newIntent(order: Order, abandoned = false): Intent {
  const open = new Set(order.requests.map(({ id }) => id));
  return { ...order, abandoned, answered: false, open };
}

export function isDone({ answered, abandoned, open }: Intent): boolean {
  return abandoned || (answered && open.size === 0);
}
