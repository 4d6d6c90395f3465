/** A posted movement of money, as far as a reversal has to know it. */
export interface Reversible {
  /** Of the operation that moved the money. */
  readonly sequence: number;
  /** Whether its type is one that can be reversed: a reversal itself cannot. */
  readonly isReversible: boolean;
  /** Ids of the accounts. Absent where no money was moved. */
  readonly debit?: string | undefined;
  readonly credit?: string | undefined;
  /** Minor units that it moved. */
  readonly amount: number;
  /** Minor units of it that were moved back already. */
  readonly reversed: number;
}

/** One reversal as it is kept beside the operation that it reverses: what links the two. */
export interface Reversal {
  /** Sequence of the operation that is reversed. */
  readonly original: number;
  /** Sequence of the reversal. */
  readonly sequence: number;
  /** Minor units of the original that are reversed after this one. */
  readonly reversed: number;
}
