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
}

interface Movement {
  readonly sequence: number;
  readonly from: string;
  readonly to: string;
  readonly amount: bigint;
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
  readonly #known = new Map<string, Known>();

  apply(batch: readonly OperationContent[]): Answer[] {
    return unitsOf(batch).flatMap((unit) => {
      const first = unit[0]!;
      return first.group === undefined ? [this.#one(first)] : this.#group(unit);
    });
  }

  balance(account: string): bigint {
    let sum = 0n;
    for (const { from, to, amount } of this.movements) {
      if (from === account) sum -= amount;
      if (to === account) sum += amount;
    }
    return sum;
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
    const before = { accounts: new Map(this.accounts), movements: [...this.movements] };
    const firstSequence = this.#nextSequence();
    const answers: Answer[] = [];
    for (const [index, content] of group.entries()) {
      const answer = this.#decide(content, firstSequence + index);
      answers.push(answer);
      if (answer.status === 'rejected') break;
    }
    const failure = answers.at(-1)!;
    if (failure.status !== 'rejected') {
      return group.map((content, index) => this.#remember(content, answers[index]!));
    }
    this.accounts = before.accounts;
    this.movements = before.movements;
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
    const reason = content.type === 'open' ? this.#open(content) : this.#move(content, sequence);
    if (reason !== undefined) return { status: 'rejected', sequence, reason };
    const touched = content.type === 'open' ? [] : Object.values(this.#legs(content));
    return {
      status: 'posted',
      sequence,
      balances: Object.fromEntries(touched.map((id) => [id, this.balance(id)])),
      entries: Object.fromEntries(touched.map((id) => [id, this.entries(id).length])),
    };
  }

  #open(content: Extract<OperationContent, { type: 'open' }>): string | undefined {
    if (this.accounts.has(content.account)) return 'account_exists';
    this.accounts.set(content.account, {
      number: this.accounts.size + 1,
      currency: content.currency,
      overdraftLimit: BigInt(content.overdraftLimit),
    });
    return undefined;
  }

  #legs(content: Exclude<OperationContent, { type: 'open' }>): { from: string; to: string } {
    if (content.type === 'transfer') return { from: content.from, to: content.to };
    const cash = `@cash.${this.accounts.get(content.account)?.currency}`;
    return content.type === 'deposit'
      ? { from: cash, to: content.account }
      : { from: content.account, to: cash };
  }

  #move(content: Exclude<OperationContent, { type: 'open' }>, sequence: number): string | undefined {
    const { from, to } = this.#legs(content);
    if (from === to) return 'same_account';
    const payer = this.accounts.get(from);
    const receiver = this.accounts.get(to);
    if (payer === undefined || receiver === undefined) return 'account_not_found';
    const currencies = new Set([payer.currency, receiver.currency]);
    if (content.currency !== undefined) currencies.add(content.currency);
    if (currencies.size > 1) return 'currency_mismatch';
    const amount = BigInt(content.amount);
    const payerAfter = this.balance(from) - amount;
    const receiverAfter = this.balance(to) + amount;
    if (!from.startsWith('@') && payerAfter < -payer.overdraftLimit) return 'insufficient_funds';
    if (payerAfter < -RANGE || receiverAfter > RANGE) return 'balance_overflow';
    this.movements.push({ sequence, from, to, amount });
    return undefined;
  }
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
