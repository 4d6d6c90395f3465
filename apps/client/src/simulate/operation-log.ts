import { REASON_NAMES, type Reason } from '@lastro/ledger';
import type { PlannedOperation } from './operation-plan.ts';
import { OPERATION_KINDS } from './settings.ts';

/** What the bank has told us about an operation while it was sent. */
export const SENDING = { unknown: 0, acknowledged: 1, refused: 2 } as const;
export type Sending = (typeof SENDING)[keyof typeof SENDING];

/** What the bank says came of it. */
export const RESULT = { none: 0, posted: 1, rejected: 2 } as const;
type Result = (typeof RESULT)[keyof typeof RESULT];

type Numbers = Uint8Array | Uint32Array | Float64Array;

const CHUNK_BITS = 16;
const CHUNK_SIZE = 2 ** CHUNK_BITS;

/** An array of numbers that grows without being copied. */
class Column {
  readonly #chunks: Numbers[] = [];
  readonly #create: (length: number) => Numbers;

  constructor(create: (length: number) => Numbers) {
    this.#create = create;
  }

  get(index: number): number {
    return this.#chunks[index >>> CHUNK_BITS]![index & (CHUNK_SIZE - 1)]!;
  }

  set(index: number, value: number): void {
    const chunk = index >>> CHUNK_BITS;
    while (this.#chunks.length <= chunk) this.#chunks.push(this.#create(CHUNK_SIZE));
    this.#chunks[chunk]![index & (CHUNK_SIZE - 1)] = value;
  }
}

const bytes = (): Column => new Column((length) => new Uint8Array(length));
const wholes = (): Column => new Column((length) => new Uint32Array(length));
const doubles = (): Column => new Column((length) => new Float64Array(length));

/** What the bank said about one operation, at the end. */
export interface FinalResult {
  readonly result: Result;
  readonly reason: Reason | undefined;
  /** Its place in the ledger. */
  readonly sequence: number;
}

/**
 * Every operation of a run, what was sent and what came of it, in about 50 bytes each: a minute at 20,000 a
 * second fits in 60 MB.
 */
export class OperationLog {
  readonly #kind = bytes();
  readonly #account = wholes();
  readonly #to = wholes();
  readonly #amount = doubles();
  readonly #sending = bytes();
  readonly #result = bytes();
  readonly #reason = bytes();
  readonly #sequence = doubles();
  readonly #balance = doubles();
  readonly #toBalance = doubles();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Notes an operation before it is sent; its number. */
  add({ kind, account, to, amountMinor }: PlannedOperation): number {
    const number = this.#length++;
    this.#kind.set(number, OPERATION_KINDS.indexOf(kind));
    this.#account.set(number, account);
    this.#to.set(number, to);
    this.#amount.set(number, amountMinor);
    for (const column of [this.#sending, this.#result, this.#reason, this.#sequence]) column.set(number, 0);
    this.#balance.set(number, Number.NaN);
    this.#toBalance.set(number, Number.NaN);
    return number;
  }

  planned(number: number): PlannedOperation {
    return {
      kind: OPERATION_KINDS[this.#kind.get(number)]!,
      account: this.#account.get(number),
      to: this.#to.get(number),
      amountMinor: this.#amount.get(number),
    };
  }

  sending(number: number): Sending {
    return this.#sending.get(number) as Sending;
  }

  setSending(number: number, sending: Sending): void {
    this.#sending.set(number, sending);
  }

  result(number: number): FinalResult {
    return {
      result: this.#result.get(number) as Result,
      reason: REASON_NAMES[this.#reason.get(number) - 1],
      sequence: this.#sequence.get(number),
    };
  }

  setResult(number: number, { result, reason, sequence }: FinalResult): void {
    this.#result.set(number, result);
    this.#reason.set(number, reason === undefined ? 0 : REASON_NAMES.indexOf(reason) + 1);
    this.#sequence.set(number, sequence);
  }

  /** The balance of `account` that the bank gave right after the operation; NaN while it has given none. */
  balance(number: number, account: number): number {
    return this.#balanceColumn(number, account).get(number);
  }

  setBalance(number: number, account: number, balance: number): void {
    this.#balanceColumn(number, account).set(number, balance);
  }

  #balanceColumn(number: number, account: number): Column {
    return this.#account.get(number) === account ? this.#balance : this.#toBalance;
  }
}
