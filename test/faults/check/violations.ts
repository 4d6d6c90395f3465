/** What a violation is about. `lost` and `doubled` are what a bank must never do. */
export type ViolationKind =
  | 'lost'
  | 'doubled'
  | 'invented'
  | 'posted though refused'
  | 'changed'
  | 'against the rules'
  | 'torn group'
  | 'balance'
  | 'chain'
  | 'read'
  | 'impossible answer'
  | 'dead letter'
  | 'stuck'
  | 'ended by itself';

export interface Violation {
  readonly kind: ViolationKind;
  readonly what: string;
}

/** Of each kind. */
const KEPT_MAX = 50;

/** Violations as they are found: all are counted, the first ones are kept in words. */
export class Violations {
  readonly list: Violation[] = [];
  readonly #counts = new Map<ViolationKind, number>();

  add(kind: ViolationKind, what: string): void {
    this.#counts.set(kind, this.count(kind) + 1);
    if (this.count(kind) <= KEPT_MAX) this.list.push({ kind, what });
  }

  count(kind: ViolationKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }
}
