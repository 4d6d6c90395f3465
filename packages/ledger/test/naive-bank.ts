import type { OperationContent } from '../src/index.ts';

/** What the bank answers for one operation. Balances are what its accounts hold right after it. */
export type Answer =
  | { status: 'posted'; sequence: number; balances: Record<string, bigint>; entries: Record<string, number> }
  | { status: 'rejected'; sequence: number; reason: string }
  | { status: 'conflict'; owner: OperationContent | undefined };

interface NaiveAccount {
  readonly number: number;
  readonly currency: string;
  readonly overdraftLimit: bigint;
  readonly debitsStopped: boolean;
  readonly creditsStopped: boolean;
  readonly closed: boolean;
}

interface Movement {
  readonly sequence: number;
  readonly operation: string;
  readonly from: string;
  readonly to: string;
  readonly amount: bigint;
  /** The operation whose money it moves back. */
  readonly reverses?: string;
  readonly canBeReversed: boolean;
}

interface NaiveHold {
  readonly from: string;
  readonly to: string;
  readonly amount: bigint;
  readonly overAtMs: number;
  readonly end?: 'captured' | 'voided' | 'expired';
}

interface Known {
  readonly content: OperationContent;
  readonly answer: Answer;
}

const RANGE = 2n ** 53n - 1n;

/**
 * The rules of money once more, as plainly and slowly as can be: written from the design (sections 2, 5
 * and 6), sharing nothing with the ledger but the shape of an operation. It keeps no balance: it adds up
 * every movement each time it is asked, in integers without a limit. Where the ledger and this page
 * disagree, one of them is wrong.
 */
export class NaiveBank {
  accounts = new Map<string, NaiveAccount>();
  movements: Movement[] = [];
  holds = new Map<string, NaiveHold>();
  #nowMs = Date.parse('2026-11-22T12:00:00.000Z');
  readonly #known = new Map<string, Known>();
  /** Operations of the group that is being applied. */
  readonly #inGroup = new Set<string>();

  apply(batch: readonly OperationContent[]): Answer[] {
    return unitsOf(batch).flatMap((unit) => {
      const first = unit[0]!;
      return first.group === undefined ? [this.#one(first)] : this.#group(unit);
    });
  }

  /** What `apply` would answer. Nothing comes of it. */
  tryOut(batch: readonly OperationContent[]): Answer[] {
    const before = this.#state();
    const known = new Set(this.#known.keys());
    const answers = this.apply(batch);
    Object.assign(this, before);
    for (const id of this.#known.keys()) if (!known.has(id)) this.#known.delete(id);
    this.#inGroup.clear();
    return answers;
  }

  /** A copy of all that `apply` changes, but for what it knows by then. */
  #state() {
    return {
      accounts: new Map(this.accounts),
      movements: [...this.movements],
      holds: new Map(this.holds),
    };
  }

  balance(account: string): bigint {
    let sum = 0n;
    for (const { from, to, amount } of this.movements) {
      if (from === account) sum -= amount;
      if (to === account) sum += amount;
    }
    return sum;
  }

  /** What open holds reserve. */
  held(account: string): bigint {
    let sum = 0n;
    for (const { from, amount, end } of this.holds.values())
      if (from === account && end === undefined) sum += amount;
    return sum;
  }

  /** The time of the next batch is so much later. */
  pass(seconds: number): void {
    this.#nowMs += seconds * 1000;
  }

  /** The time of the next batch. */
  setTime(instant: string): void {
    this.#nowMs = Date.parse(instant);
  }

  /** The sequences of the operations that moved money in or out of `account`, in order. */
  entries(account: string): number[] {
    return this.movements.filter(({ from, to }) => from === account || to === account).map((m) => m.sequence);
  }

  #one(content: OperationContent): Answer {
    return this.#answerKnown(content) ?? this.#remember(content, this.#decide(content, this.#nextSequence()));
  }

  #group(group: readonly OperationContent[]): Answer[] {
    const known = group.map((content) => this.#answerKnown(content));
    const ids = group.map((content) => content.id);
    const repeatsItself = ids.some((id, index) => ids.indexOf(id) !== index);
    if (repeatsItself || known.some((answer) => answer !== undefined)) {
      return known.map((answer) => answer ?? { status: 'conflict', owner: undefined });
    }
    const before = this.#state();
    const firstSequence = this.#nextSequence();
    const answers: Answer[] = [];
    this.#inGroup.clear();
    for (const [index, content] of group.entries()) {
      const answer = this.#decide(content, firstSequence + index);
      this.#inGroup.add(content.id);
      answers.push(answer);
      if (answer.status === 'rejected') break;
    }
    const failure = answers.at(-1)!;
    if (failure.status !== 'rejected') {
      return group.map((content, index) => this.#remember(content, answers[index]!));
    }
    Object.assign(this, before);
    return group.map((content, index) => {
      const reason = index === answers.length - 1 ? failure.reason : 'group_rejected';
      return this.#remember(content, { status: 'rejected', sequence: firstSequence + index, reason });
    });
  }

  #answerKnown(content: OperationContent): Answer | undefined {
    const known = this.#known.get(content.id);
    if (known === undefined) return undefined;
    return plain(known.content) === plain(content)
      ? known.answer
      : { status: 'conflict', owner: known.content };
  }

  #remember(content: OperationContent, answer: Answer): Answer {
    this.#known.set(content.id, { content, answer });
    return answer;
  }

  #nextSequence(): number {
    return this.#known.size + 1;
  }

  #decide(content: OperationContent, sequence: number): Answer {
    const movementsBefore = this.movements.length;
    const reason = this.#reasonAgainst(content, sequence);
    if (reason !== undefined) return { status: 'rejected', sequence, reason };
    const touched = this.movements.slice(movementsBefore).flatMap(({ from, to }) => [from, to]);
    return {
      status: 'posted',
      sequence,
      balances: Object.fromEntries(touched.map((id) => [id, this.balance(id)])),
      entries: Object.fromEntries(touched.map((id) => [id, this.entries(id).length])),
    };
  }

  /** Does what is asked for; or says why not, and does nothing. */
  #reasonAgainst(content: OperationContent, sequence: number): string | undefined {
    switch (content.type) {
      case 'open':
        return this.#open(content);
      case 'deposit':
      case 'withdrawal':
      case 'transfer': {
        const reason = this.#reasonAgainstPaying(content, this.#legs(content));
        return reason ?? this.#move(content.id, sequence, this.#legs(content), BigInt(content.amount));
      }
      case 'hold':
        return this.#hold(content);
      case 'capture':
      case 'void':
      case 'expiry':
        return this.#endHold(content, sequence);
      case 'reversal':
        return this.#reverse(content, sequence);
      case 'freeze':
      case 'unfreeze':
      case 'close':
      case 'update':
        return this.#change(content);
    }
  }

  #open(content: Extract<OperationContent, { type: 'open' }>): string | undefined {
    if (this.accounts.has(content.account)) return 'account_exists';
    this.accounts.set(content.account, {
      number: this.accounts.size + 1,
      currency: content.currency,
      overdraftLimit: BigInt(content.overdraftLimit),
      debitsStopped: false,
      creditsStopped: false,
      closed: false,
    });
    return undefined;
  }

  #change(content: Change): string | undefined {
    const account = this.accounts.get(content.account);
    if (account === undefined) return 'account_not_found';
    if (account.closed) return 'account_closed';
    const reason = this.#reasonAgainstChange(content);
    if (reason !== undefined) return reason;
    const next = { ...account };
    if (content.type === 'close') next.closed = true;
    else if (content.type === 'update') {
      if (content.overdraftLimit !== undefined) next.overdraftLimit = BigInt(content.overdraftLimit);
    } else {
      if (content.side !== 'credits') next.debitsStopped = content.type === 'freeze';
      if (content.side !== 'debits') next.creditsStopped = content.type === 'freeze';
    }
    this.accounts.set(content.account, next);
    return undefined;
  }

  #reasonAgainstChange(content: Change): string | undefined {
    const [balance, held] = [this.balance(content.account), this.held(content.account)];
    if (content.type === 'close') {
      if (balance !== 0n) return 'account_not_empty';
      return held === 0n ? undefined : 'account_has_holds';
    }
    if (content.type !== 'update' || content.overdraftLimit === undefined) return undefined;
    const isBelow = balance - held + BigInt(content.overdraftLimit) < 0n;
    return isBelow && !content.account.startsWith('@') ? 'limit_in_use' : undefined;
  }

  #legs(content: Money): Legs {
    if (content.type === 'transfer' || content.type === 'hold') return { from: content.from, to: content.to };
    const cash = `@cash.${this.accounts.get(content.account)?.currency}`;
    return content.type === 'deposit'
      ? { from: cash, to: content.account }
      : { from: content.account, to: cash };
  }

  #reasonAgainstPaying(content: Money, { from, to }: Legs): string | undefined {
    if (from === to) return 'same_account';
    const payer = this.accounts.get(from);
    const receiver = this.accounts.get(to);
    if (payer === undefined || receiver === undefined) return 'account_not_found';
    const currencies = new Set([payer.currency, receiver.currency]);
    if (content.currency !== undefined) currencies.add(content.currency);
    if (currencies.size > 1) return 'currency_mismatch';
    return this.#reasonOfStatus({ from, to }) ?? this.#reasonOfFunds(from, BigInt(content.amount));
  }

  #reasonOfStatus({ from, to }: Legs): string | undefined {
    const [payer, receiver] = [this.accounts.get(from)!, this.accounts.get(to)!];
    if (payer.closed || receiver.closed) return 'account_closed';
    return payer.debitsStopped || receiver.creditsStopped ? 'account_frozen' : undefined;
  }

  #reasonOfFunds(from: string, amount: bigint): string | undefined {
    const free = this.balance(from) - this.held(from) + this.accounts.get(from)!.overdraftLimit;
    return !from.startsWith('@') && amount > free ? 'insufficient_funds' : undefined;
  }

  #hold(content: Extract<OperationContent, { type: 'hold' }>): string | undefined {
    const legs = this.#legs(content);
    const reason = this.#reasonAgainstPaying(content, legs);
    if (reason !== undefined) return reason;
    const amount = BigInt(content.amount);
    if (this.held(legs.from) + amount > RANGE) return 'balance_overflow';
    const overAtMs = content.expiresIn === undefined ? Infinity : this.#nowMs + content.expiresIn * 1000;
    this.holds.set(content.id, { ...legs, amount, overAtMs });
    return undefined;
  }

  #endHold(
    content: Extract<OperationContent, { type: 'capture' | 'void' | 'expiry' }>,
    sequence: number,
  ): string | undefined {
    const held = this.holds.get(content.hold);
    if (held === undefined) return 'hold_not_found';
    if (held.end !== undefined) return `hold_${held.end}`;
    if (content.type !== 'expiry' && held.overAtMs <= this.#nowMs) return 'hold_expired';
    if (content.type !== 'capture') {
      this.holds.set(content.hold, { ...held, end: content.type === 'void' ? 'voided' : 'expired' });
      return undefined;
    }
    const amount = content.amount === undefined ? held.amount : BigInt(content.amount);
    if (amount > held.amount) return 'capture_exceeds_hold';
    const reason = this.#reasonOfStatus(held) ?? this.#move(content.id, sequence, held, amount);
    if (reason === undefined) this.holds.set(content.hold, { ...held, end: 'captured' });
    return reason;
  }

  #reverse(content: Extract<OperationContent, { type: 'reversal' }>, sequence: number): string | undefined {
    const id = content.operation;
    const original = this.movements.find(({ operation }) => operation === id);
    if (original === undefined) return this.#isThere(id) ? 'not_reversible' : 'original_not_found';
    if (!original.canBeReversed) return 'not_reversible';
    let left = original.amount;
    for (const { reverses, amount } of this.movements) if (reverses === id) left -= amount;
    const amount = content.amount === undefined ? left : BigInt(content.amount);
    if (left === 0n || amount > left) return 'reversal_exceeds_rest';
    const legs = { from: original.to, to: original.from };
    const reason = this.#reasonOfStatus(legs) ?? this.#reasonOfFunds(legs.from, amount);
    return reason ?? this.#move(content.id, sequence, legs, amount, id);
  }

  #isThere(id: string): boolean {
    return this.#known.has(id) || this.#inGroup.has(id);
  }

  #move(
    operation: string,
    sequence: number,
    { from, to }: Legs,
    amount: bigint,
    reverses?: string,
  ): string | undefined {
    if (this.balance(from) - amount < -RANGE || this.balance(to) + amount > RANGE) return 'balance_overflow';
    const canBeReversed = reverses === undefined;
    this.movements.push({
      sequence,
      operation,
      from,
      to,
      amount,
      canBeReversed,
      ...(reverses === undefined ? {} : { reverses }),
    });
    return undefined;
  }
}

type Money = Extract<OperationContent, { type: 'deposit' | 'withdrawal' | 'transfer' | 'hold' }>;

type Change = Extract<OperationContent, { type: 'freeze' | 'unfreeze' | 'close' | 'update' }>;

interface Legs {
  readonly from: string;
  readonly to: string;
}

/** A batch in its smallest parts that post or fail by themselves: single operations, and atomic groups. */
export function unitsOf<Content extends OperationContent>(batch: readonly Content[]): Content[][] {
  const units: Content[][] = [];
  for (const content of batch) {
    const last = units.at(-1)?.[0];
    const joins =
      content.group !== undefined && content.group === last?.group && content.id !== content.group;
    if (joins) units.at(-1)!.push(content);
    else units.push([content]);
  }
  return units;
}

/** What an operation says, as text: the same for two that ask for the same thing. */
function plain(content: OperationContent): string {
  const metadata = Object.entries(content.metadata ?? {}).sort();
  const fields = Object.entries({ ...content, metadata }).filter(([, value]) => value !== undefined);
  return JSON.stringify(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}
