import { BALANCES_PER_REQUEST_MAX, type BalancesAnswer, type AccountBalance } from '@lastro/contract';
import { ProblemError } from '@lastro/service';
import type { FastifyReply } from 'fastify';
import { endOfTurn } from '../end-of-turn.ts';
import type { LedgerReads } from './ledger-reads.ts';

/** Most requests that may wait for a balance at a time. */
const WAITING_READERS_MAX = 10_000;
/** Longest time from the end of one read until what has gathered is read, however little it is. */
const GATHER_MS_MAX = 1;
/** Part of the accounts of one read that must have gathered for the next to begin at once. */
const GATHERED_SHARE = 0.8;

/** Who waits for the balance of one account. */
interface Reader {
  readonly resolve: (balance: AccountBalance | null) => void;
  readonly reject: (error: unknown) => void;
}

type Readers = Map<string, Reader[]>;

/**
 * Reads balances for many requests at once: those that arrive while one read of the ledger is under way, or very soon
 * after it, share the next one, and those of one account share one place in it. A read costs much more than a place in
 * it, so clients that come again as soon as they are answered are waited for, for a moment; a lone client never waits.
 * A read never begins before the request that it answers has arrived, so whoever waited for an operation sees it in
 * the balance.
 */
export class BalanceReads {
  readonly #ledger: LedgerReads;
  #gathering: Readers = new Map();
  #waitingCount = 0;
  #running = false;
  /** So many accounts make the next read begin. */
  #wantedCount = 1;
  #hasGathered: () => void = () => undefined;

  constructor(ledger: LedgerReads) {
    this.#ledger = ledger;
  }

  /**
   * Answers with the balance of an account now.
   *
   * @throws ProblemError `account_unknown` or `ledger_unavailable`
   */
  async answer(reply: FastifyReply, account: string): Promise<FastifyReply> {
    const balance = await this.#read(account);
    if (balance === null) throw new ProblemError('account_unknown', `There is no account '${account}'.`);
    return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(balance));
  }

  #read(account: string): Promise<AccountBalance | null> {
    if (this.#waitingCount >= WAITING_READERS_MAX) throw new ProblemError('ledger_unavailable');
    this.#waitingCount += 1;
    return new Promise((resolve, reject) => {
      const readers = this.#gathering.get(account);
      if (readers === undefined) this.#gathering.set(account, [{ resolve, reject }]);
      else readers.push({ resolve, reject });
      if (!this.#running) void this.#run();
      else if (this.#gathering.size >= this.#wantedCount) this.#hasGathered();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    await endOfTurn();
    while (this.#gathering.size > 0) {
      const readers = this.#take();
      await this.#readTogether(readers);
      await this.#gather(readers.size * GATHERED_SHARE);
    }
    this.#running = false;
  }

  async #gather(wantedCount: number): Promise<void> {
    this.#wantedCount = wantedCount;
    if (this.#gathering.size < wantedCount) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, GATHER_MS_MAX);
        this.#hasGathered = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    await endOfTurn();
  }

  #take(): Readers {
    const taken = this.#gathering;
    this.#gathering = new Map([...taken].slice(BALANCES_PER_REQUEST_MAX));
    for (const account of this.#gathering.keys()) taken.delete(account);
    return taken;
  }

  async #readTogether(readers: Readers): Promise<void> {
    try {
      const body = Buffer.from(JSON.stringify({ accounts: [...readers.keys()] }));
      const answer = await this.#ledger.ask('/v1/balances', body);
      if (answer.status !== 200)
        throw new ProblemError('ledger_unavailable', `The ledger answered ${answer.status}.`);
      const { balances } = JSON.parse(answer.body) as BalancesAnswer;
      if (balances.length !== readers.size) throw new ProblemError('ledger_unavailable');
      for (const [index, waiting] of [...readers.values()].entries()) {
        for (const { resolve } of waiting) resolve(balances[index]!);
      }
    } catch (error) {
      for (const { reject } of [...readers.values()].flat()) reject(error);
    } finally {
      for (const waiting of readers.values()) this.#waitingCount -= waiting.length;
    }
  }
}
