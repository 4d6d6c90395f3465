import type { Account } from '@lastro/ledger';
import {
  type BatchToWrite,
  type LedgerHead,
  StoreUnavailableError,
} from '../../../apps/data-service/src/storage/store.ts';
import { LedgerTables } from './ledger-tables.ts';

/** What the server does not decide by itself. */
export interface ServerEnvironment {
  /** Calls back after a time, unless `cancelled` is set before. */
  after(delayMs: number, what: string, run: () => void): { cancelled: boolean };
  /** Told when a session waits for the lock, when that takes too long, and when a stalled commit is ended. */
  happened(situation: 'lock_waited_for' | 'lock_wait_timed_out' | 'stalled_commit_ended'): void;
  readonly lockTimeoutMs: number;
  readonly stalledCommitTimeoutMs: number;
}

/** Faults of the engine itself, for mutations: each is a promise of the storage port that it breaks. */
export interface ServerMutation {
  /** Statements take effect at once, and not with the commit. */
  readonly writesAtOnce?: boolean;
  /** The head row is not locked. */
  readonly locksNothing?: boolean;
  /** A batch that was decided ahead is written wherever the ledger stands. */
  readonly appendsAnywhere?: boolean;
  /** Of the head that a batch was decided on, only the number is compared. */
  readonly fencesByNumber?: boolean;
  /** Ids may come twice. */
  readonly idsMayRepeat?: boolean;
  /** Of the balances that a commit changes, the last is not written. */
  readonly losesOneBalance?: boolean;
  /** The newest commit is lost when the server goes down. */
  readonly forgetsLastCommit?: boolean;
  /** The table of reversals is empty when the server was down. */
  readonly forgetsReversals?: boolean;
}

interface LockWait {
  readonly session: Session;
  readonly grant: () => void;
}

/** One connection, as the server sees it. */
export class Session {
  ended: StoreUnavailableError | undefined;
  inTransaction = false;
  readonly writes: ((tables: LedgerTables) => void)[] = [];
  idleTimer: { cancelled: boolean } | undefined;
  /** Told when the server ends the session. */
  onEnd: ((error: StoreUnavailableError) => void) | undefined;
}

/**
 * The database that all data services share, as far as the ledger uses it: transactions that write all or nothing,
 * the lock on the head row, and the time-outs that free it from a holder who has died or been stopped.
 */
export class LedgerServer {
  readonly tables = new LedgerTables();
  readonly #environment: ServerEnvironment;
  readonly #mutation: ServerMutation;
  readonly #sessions = new Set<Session>();
  #holder: Session | undefined;
  #waiting: LockWait[] = [];
  #up = true;
  #undoLastCommit: (() => void) | undefined;

  constructor(environment: ServerEnvironment, mutation: ServerMutation = {}) {
    this.#environment = environment;
    this.#mutation = mutation;
  }

  get up(): boolean {
    return this.#up;
  }

  /** Ends every session; what was not committed is gone. */
  goDown(): void {
    this.#up = false;
    for (const session of [...this.#sessions]) this.end(session, 'the server was shut down');
    this.#undoLastCommit?.();
    if (this.#mutation.forgetsReversals === true) this.tables.reversals.length = 0;
    this.#undoLastCommit = undefined;
  }

  comeUp(): void {
    this.#up = true;
  }

  /** @throws StoreUnavailableError */
  connect(): Session {
    if (!this.#up) throw new StoreUnavailableError('connection refused');
    const session = new Session();
    this.#sessions.add(session);
    return session;
  }

  /** Runs one statement of a session. @throws StoreUnavailableError when the session was ended. */
  async execute<Result>(session: Session, statement: () => Result | Promise<Result>): Promise<Result> {
    if (session.ended !== undefined) throw session.ended;
    if (session.idleTimer !== undefined) session.idleTimer.cancelled = true;
    const result = await statement();
    if (session.inTransaction && session.ended === undefined) {
      session.idleTimer = this.#environment.after(
        this.#environment.stalledCommitTimeoutMs,
        'a commit is stalled',
        () => {
          this.#environment.happened('stalled_commit_ended');
          this.end(session, '25P03 idle-in-transaction timeout');
        },
      );
    }
    return result;
  }

  /** BEGIN; SELECT ... FOR UPDATE */
  lockHead(session: Session): Promise<LedgerHead> {
    session.inTransaction = true;
    if (this.#holder === undefined || this.#mutation.locksNothing === true) {
      this.#holder = session;
      return Promise.resolve(this.tables.head);
    }
    this.#environment.happened('lock_waited_for');
    return new Promise((resolve, reject) => {
      const timer = this.#environment.after(this.#environment.lockTimeoutMs, 'a lock wait is over', () => {
        this.#environment.happened('lock_wait_timed_out');
        this.end(session, '55P03 lock timeout');
      });
      session.onEnd = (error) => {
        timer.cancelled = true;
        reject(error);
      };
      const grant = () => {
        timer.cancelled = true;
        session.onEnd = undefined;
        resolve(this.tables.head);
      };
      this.#waiting.push({ session, grant });
    });
  }

  /** BEGIN to COMMIT in one go. Whether the batch was written: only where it was decided, and with new ids alone. */
  async append(session: Session, onto: LedgerHead, batch: BatchToWrite): Promise<boolean> {
    const head = await this.lockHead(session);
    if (!this.#isAt(head, onto) || this.#knowsIds(batch.records)) {
      this.rollback(session);
      return false;
    }
    this.copyRecords(session, batch.records);
    this.updateBalances(session, batch.outcome.changed);
    this.writeRest(session, batch);
    this.moveHead(session, batch.head, batch);
    this.commit(session);
    return true;
  }

  #isAt(head: LedgerHead, expected: LedgerHead): boolean {
    if (this.#mutation.appendsAnywhere === true) return true;
    const sameHash = this.#mutation.fencesByNumber === true || head.hash.equals(expected.hash);
    return head.batch === expected.batch && sameHash;
  }

  #knowsIds(bytes: Buffer): boolean {
    return this.#mutation.idsMayRepeat !== true && this.tables.knowsAnId(bytes);
  }

  copyRecords(session: Session, bytes: Buffer): void {
    if (this.#knowsIds(bytes)) throw new Error('duplicate key value violates unique constraint');
    // The canonical bytes belong to the writer that made them.
    const copy = Buffer.from(bytes);
    this.#write(session, (tables) => tables.addRecords(copy));
  }

  insertAccounts(session: Session, opened: readonly Account[], batch: BatchToWrite): void {
    this.#write(session, (tables) => tables.addAccounts(opened, batch));
  }

  updateBalances(session: Session, changed: readonly Account[]): void {
    const written = this.#mutation.losesOneBalance === true ? changed.slice(0, -1) : changed;
    this.#write(session, (tables) => tables.updateBalances(written));
  }

  writeRest(session: Session, batch: BatchToWrite): void {
    this.#write(session, (tables) => tables.writeRest(batch));
  }

  moveHead(session: Session, head: LedgerHead, batch: BatchToWrite): void {
    this.#write(session, (tables) => tables.moveHead(head, batch));
  }

  commit(session: Session): void {
    if (this.#mutation.forgetsLastCommit === true) this.#undoLastCommit = this.tables.remember();
    for (const write of session.writes) write(this.tables);
    this.rollback(session);
  }

  rollback(session: Session): void {
    session.inTransaction = false;
    session.writes.length = 0;
    this.#release(session);
  }

  /** The connection is gone, from either side: what was under way is rolled back, and its lock is free. */
  end(session: Session, why: string): void {
    if (session.ended !== undefined) return;
    session.ended = new StoreUnavailableError(why);
    this.#sessions.delete(session);
    if (session.idleTimer !== undefined) session.idleTimer.cancelled = true;
    this.#waiting = this.#waiting.filter((wait) => wait.session !== session);
    session.onEnd?.(session.ended);
    this.rollback(session);
  }

  #write(session: Session, write: (tables: LedgerTables) => void): void {
    if (this.#mutation.writesAtOnce === true) write(this.tables);
    else session.writes.push(write);
  }

  #release(session: Session): void {
    if (this.#holder !== session) return;
    const next = this.#waiting.shift();
    this.#holder = next?.session;
    next?.grant();
  }
}
