import type { Content } from '../../simulation/clients/wire-content.ts';

interface Account {
  readonly currency: string;
  overdraftLimit: bigint;
  balance: bigint;
  held: bigint;
  debitsFrozen: boolean;
  creditsFrozen: boolean;
  closed: boolean;
}

interface Hold {
  readonly from: string;
  readonly to: string;
  readonly amount: bigint;
  readonly expiresAtMs: number;
  status: 'open' | 'captured' | 'voided' | 'expired';
}

/** What an operation has moved, and how much of it was moved back. */
interface Movement {
  readonly from: string;
  readonly to: string;
  readonly amount: bigint;
  readonly reversible: boolean;
  reversed: bigint;
}

export interface Decision {
  /** Undefined: posted. */
  readonly reason: string | undefined;
  /** Balances right after it, of whoever paid and whoever received. */
  readonly after: readonly { readonly account: string; readonly balance: bigint }[];
}

const RANGE = 2n ** 53n - 1n;
const ENDS = { capture: 'captured', void: 'voided', expiry: 'expired' } as const;
const POSTED: Decision = { reason: undefined, after: [] };

/**
 * The rules of money once more, written from the design (section 6) and sharing nothing with the ledger: what a bank
 * that is given the operations one after the other would decide. It keeps one balance for each account, so that it can
 * follow any number of operations; `packages/ledger/test/naive-bank.ts`, which keeps none, is the slower sister.
 */
export class PlainBank {
  readonly #accounts = new Map<string, Account>();
  readonly #holds = new Map<string, Hold>();
  /** Of every operation that there is; undefined: it has moved nothing. */
  readonly #movements = new Map<string, Movement | undefined>();
  #undo: (() => void)[] = [];
  #nowMs = 0;

  get balances(): ReadonlyMap<string, { readonly balance: bigint; readonly held: bigint }> {
    return this.#accounts;
  }

  /** One operation, or all of an atomic group (I3), in a batch that is posted at `postedAt`. One decision for each. */
  decide(unit: readonly Content[], postedAt: string): Decision[] {
    this.#undo = [];
    this.#nowMs = Date.parse(postedAt);
    const decisions: Decision[] = [];
    for (const content of unit) {
      const decision = this.#decideOne(content);
      decisions.push(decision);
      if (decision.reason !== undefined) break;
      const id = content['id'] as string;
      if (!this.#movements.has(id)) this.#movements.set(id, undefined);
    }
    const failure = decisions.at(-1)!;
    if (failure.reason === undefined) return decisions;
    for (const step of this.#undo.toReversed()) step();
    for (const { id } of unit) this.#movements.set(id as string, undefined);
    const culprit = decisions.length - 1;
    return unit.map((_, index) => rejected(index === culprit ? failure.reason! : 'group_rejected'));
  }

  #decideOne(content: Content): Decision {
    switch (content['type']) {
      case 'open':
        return this.#open(content);
      case 'deposit':
      case 'withdrawal':
      case 'transfer':
      case 'hold':
        return this.#moveOrHold(content);
      case 'capture':
      case 'void':
      case 'expiry':
        return this.#endHold(content);
      case 'reversal':
        return this.#reverse(content);
      case 'freeze':
      case 'unfreeze':
      case 'close':
      case 'update':
        return this.#changeAccount(content);
      default:
        return rejected(`no rule for ${String(content['type'])}`);
    }
  }

  #open(content: Content): Decision {
    const id = content['account'] as string;
    if (this.#accounts.has(id)) return rejected('account_exists');
    this.#accounts.set(id, {
      currency: content['currency'] as string,
      overdraftLimit: BigInt(content['overdraftLimit'] as number),
      balance: 0n,
      held: 0n,
      debitsFrozen: false,
      creditsFrozen: false,
      closed: false,
    });
    this.#undo.push(() => this.#accounts.delete(id));
    return POSTED;
  }

  #moveOrHold(content: Content): Decision {
    const [from, to] = this.#legs(content);
    if (from === to) return rejected('same_account');
    const [payer, receiver] = [this.#accounts.get(from), this.#accounts.get(to)];
    if (payer === undefined || receiver === undefined) return rejected('account_not_found');
    const named = content['currency'] ?? payer.currency;
    if (payer.currency !== receiver.currency || payer.currency !== named)
      return rejected('currency_mismatch');
    const amount = BigInt(content['amount'] as number);
    const refusal = this.#refusal(from, to) ?? this.#lack(from, amount);
    if (refusal !== undefined) return rejected(refusal);
    const id = content['id'] as string;
    if (content['type'] !== 'hold') return this.#post(id, { from, to, amount, reversible: true });
    if (payer.held + amount > RANGE) return rejected('balance_overflow');
    this.#change(payer, { held: payer.held + amount });
    const seconds = content['expiresIn'] as number | undefined;
    const expiresAtMs = seconds === undefined ? Infinity : this.#nowMs + seconds * 1_000;
    this.#holds.set(id, { from, to, amount, expiresAtMs, status: 'open' });
    this.#undo.push(() => this.#holds.delete(id));
    return POSTED;
  }

  #endHold(content: Content): Decision {
    const hold = this.#holds.get(content['hold'] as string);
    if (hold === undefined) return rejected('hold_not_found');
    if (hold.status !== 'open') return rejected(`hold_${hold.status}`);
    const isOver = hold.expiresAtMs <= this.#nowMs;
    const isExpiry = content['type'] === 'expiry';
    if (isExpiry !== isOver) return rejected(isOver ? 'hold_expired' : 'too early');
    const payer = this.#accounts.get(hold.from)!;
    const decision = content['type'] === 'capture' ? this.#payOut(content, hold) : POSTED;
    if (decision.reason !== undefined) return decision;
    this.#change(payer, { held: payer.held - hold.amount });
    this.#change(hold, { status: ENDS[content['type'] as keyof typeof ENDS] });
    return decision;
  }

  #payOut(content: Content, hold: Hold): Decision {
    const { from, to } = hold;
    const amount = BigInt((content['amount'] as number | undefined) ?? hold.amount);
    const refusal = amount > hold.amount ? 'capture_exceeds_hold' : this.#refusal(from, to);
    if (refusal !== undefined) return rejected(refusal);
    return this.#post(content['id'] as string, { from, to, amount, reversible: true });
  }

  #reverse(content: Content): Decision {
    const original = content['operation'] as string;
    if (!this.#movements.has(original)) return rejected('original_not_found');
    const moved = this.#movements.get(original);
    if (moved?.reversible !== true) return rejected('not_reversible');
    const left = moved.amount - moved.reversed;
    const amount = BigInt((content['amount'] as number | undefined) ?? left);
    if (left === 0n || amount > left) return rejected('reversal_exceeds_rest');
    const { from: to, to: from } = moved;
    const refusal = this.#refusal(from, to) ?? this.#lack(from, amount);
    if (refusal !== undefined) return rejected(refusal);
    const decision = this.#post(content['id'] as string, { from, to, amount, reversible: false });
    if (decision.reason === undefined) this.#change(moved, { reversed: moved.reversed + amount });
    return decision;
  }

  #changeAccount(content: Content): Decision {
    const account = this.#accounts.get(content['account'] as string);
    if (account === undefined) return rejected('account_not_found');
    if (account.closed) return rejected('account_closed');
    const { type, side } = content;
    if (type === 'close') return this.#close(account);
    if (type === 'update') return this.#update(account, content);
    const frozen = type === 'freeze';
    if (side !== 'credits') this.#change(account, { debitsFrozen: frozen });
    if (side !== 'debits') this.#change(account, { creditsFrozen: frozen });
    return POSTED;
  }

  #close(account: Account): Decision {
    if (account.balance !== 0n) return rejected('account_not_empty');
    if (account.held !== 0n) return rejected('account_has_holds');
    this.#change(account, { closed: true });
    return POSTED;
  }

  #update(account: Account, { account: id, overdraftLimit }: Content): Decision {
    if (overdraftLimit === undefined) return POSTED;
    const limit = BigInt(overdraftLimit as number);
    const isBank = (id as string).startsWith('@');
    if (!isBank && account.balance - account.held < -limit) return rejected('limit_in_use');
    this.#change(account, { overdraftLimit: limit });
    return POSTED;
  }

  /** Why money may not move between these, if so. */
  #refusal(from: string, to: string): string | undefined {
    const [payer, receiver] = [this.#accounts.get(from)!, this.#accounts.get(to)!];
    if (payer.closed || receiver.closed) return 'account_closed';
    return payer.debitsFrozen || receiver.creditsFrozen ? 'account_frozen' : undefined;
  }

  #lack(from: string, amount: bigint): string | undefined {
    const { balance, held, overdraftLimit } = this.#accounts.get(from)!;
    const isLacking = !from.startsWith('@') && balance - held - amount < -overdraftLimit;
    return isLacking ? 'insufficient_funds' : undefined;
  }

  #post(id: string, movement: Omit<Movement, 'reversed'>): Decision {
    const { from, to, amount } = movement;
    const [payer, receiver] = [this.#accounts.get(from)!, this.#accounts.get(to)!];
    if (payer.balance - amount < -RANGE || receiver.balance + amount > RANGE)
      return rejected('balance_overflow');
    this.#change(payer, { balance: payer.balance - amount });
    this.#change(receiver, { balance: receiver.balance + amount });
    this.#movements.set(id, { ...movement, reversed: 0n });
    return {
      reason: undefined,
      after: [
        { account: from, balance: payer.balance },
        { account: to, balance: receiver.balance },
      ],
    };
  }

  /** Changes fields, until the group that this belongs to fails. */
  #change<Of extends object>(target: Of, fields: Partial<Of>): void {
    const before = { ...target };
    this.#undo.push(() => Object.assign(target, before));
    Object.assign(target, fields);
  }

  /** Who pays, who receives: cash is on the other side of deposits and withdrawals. */
  #legs(content: Content): [string, string] {
    if (content['type'] === 'transfer' || content['type'] === 'hold')
      return [content['from'] as string, content['to'] as string];
    const account = content['account'] as string;
    const cash = `@cash.${this.#accounts.get(account)?.currency ?? ''}`;
    return content['type'] === 'deposit' ? [cash, account] : [account, cash];
  }
}

function rejected(reason: string): Decision {
  return { reason, after: [] };
}
