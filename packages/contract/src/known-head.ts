/**
 * A batch that was committed, and with it all before: every later state of the ledger has this hash at this number (I8).
 */
export interface KnownHead {
  readonly batch: number;
  /** The hash chain up to this batch: 64 hexadecimal digits. */
  readonly hash: string;
}

/**
 * Header of POST /v1/batches. In an answer: the newest head that the data service has committed. In a request: the newest
 * that the business service was told; on a ledger without it nothing is posted (I1, I6).
 */
export const KNOWN_HEAD_HEADER = 'lastro-known-head';

const FORM = /^([1-9][0-9]{0,15}):([0-9a-f]{64})$/;

export function knownHeadText({ batch, hash }: KnownHead): string {
  return `${batch}:${hash}`;
}

/**
 * What a header says; `undefined` where it says nothing that can be read. That is no reason to refuse a batch: a refused one
 * is halved until its operations are dead letters.
 */
export function readKnownHead(text: unknown): KnownHead | undefined {
  const [, batch, hash] = (typeof text === 'string' && FORM.exec(text)) || [];
  if (hash === undefined || !Number.isSafeInteger(Number(batch))) return undefined;
  return { batch: Number(batch), hash };
}
