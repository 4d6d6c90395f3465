import { StoreUnavailableError } from '../../../apps/data-service/src/storage/store.ts';
import type { Network } from '../network/network.ts';
import type { ChanceFault } from '../world/faults.ts';
import type { SimulatedProcess } from '../world/simulated-process.ts';
import type { World } from '../world/world.ts';
import type { LedgerServer, Session } from './ledger-server.ts';
import type { Connection, DatabaseLink } from './simulated-store.ts';

/** The database's name, for partitions. */
export const DATABASE = 'database';
const CONNECT_TIMEOUT_MS = 1_000;

/** The two ends of a link, and what is between them. */
export interface LinkEnds {
  readonly world: World;
  readonly network: Network;
  /** The data service. */
  readonly process: SimulatedProcess;
  readonly server: LedgerServer;
  /** After this long without an answer the data service gives up. */
  readonly statementTimeoutMs: number;
  /** How long every statement may take, for now; 0 where none takes long. */
  readonly statementMaxMs: () => number;
}

/** The way from one data service to the database, with everything that can go wrong on it. */
export class SimulatedLink implements DatabaseLink {
  readonly server: LedgerServer;
  readonly #ends: LinkEnds;

  constructor(ends: LinkEnds) {
    this.#ends = ends;
    this.server = ends.server;
  }

  connect(): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const { world, network, process } = this.#ends;
      if (!process.step('connects to the database')) return;
      const cut = network.isCut(process.name, DATABASE);
      const refused = world.faults.strikes('database_refuses_connection');
      const delayMs = cut ? CONNECT_TIMEOUT_MS : network.latencyMs();
      world.scheduler.after(delayMs, process, 'has a connection, or none', () => {
        if (cut || refused || !this.server.up) reject(new StoreUnavailableError('connect timeout'));
        else resolve(new SimulatedConnection(this.#ends, this.server.connect()));
      });
    });
  }
}

class SimulatedConnection implements Connection {
  readonly #world: World;
  readonly #network: Network;
  readonly #process: SimulatedProcess;
  readonly #server: LedgerServer;
  readonly #session: Session;
  readonly #statementTimeoutMs: number;
  readonly #statementMaxMs: () => number;
  readonly #forgetDeath: () => void;
  #statementsUnderWay = 0;
  #closing = false;

  constructor(ends: LinkEnds, session: Session) {
    const { world, network, process, server, statementTimeoutMs, statementMaxMs } = ends;
    this.#statementMaxMs = statementMaxMs;
    this.#world = world;
    this.#network = network;
    this.#process = process;
    this.#server = server;
    this.#session = session;
    this.#statementTimeoutMs = statementTimeoutMs;
    // The server hears of a killed process; of a machine without power it hears nothing, until its own time-out.
    this.#forgetDeath = process.onDeath((death) => {
      if (death !== 'power_cut') this.#closeLater();
    });
  }

  run<Result>(what: string, statement: (session: Session) => Result | Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const { faults, scheduler, random } = this.#world;
      if (!this.#process.step(`asks the database: ${what}`)) return;
      const timer = scheduler.after(this.#statementTimeoutMs, this.#process, 'gives up a statement', () =>
        reject(new StoreUnavailableError('query timeout')),
      );
      const settle = (delayMs: number, outcome: () => void) =>
        scheduler.after(delayMs, this.#process, 'hears from the database', () => {
          timer.cancelled = true;
          outcome();
        });
      const lose = () => {
        // Either the connection breaks, or it is silent from now on.
        if (random.chance(0.5)) return;
        this.#closeLater();
        settle(this.#network.latencyMs(), () => reject(new StoreUnavailableError('connection terminated')));
      };
      if (this.#strikes(what, 'commit_lost', 'statement_lost')) return lose();
      const slowMaxMs = this.#statementMaxMs() || (faults.strikes('statement_slow') ? 2000 : 0);
      const slowMs = slowMaxMs === 0 ? 0 : random.between(20, slowMaxMs);
      this.#statementsUnderWay += 1;
      scheduler.after(this.#network.latencyMs() + slowMs, undefined, `database: ${what}`, () => {
        if (this.#network.isCut(this.#process.name, DATABASE)) return this.#statementEnds();
        void this.#execute(what, statement).then(
          (result) => {
            this.#statementEnds();
            if (this.#strikes(what, 'commit_answer_lost', 'statement_answer_lost')) return lose();
            if (this.#network.isCut(DATABASE, this.#process.name)) return;
            settle(this.#network.latencyMs(), () => resolve(result));
          },
          (error: Error) => {
            this.#statementEnds();
            settle(this.#network.latencyMs(), () => reject(error));
          },
        );
      });
    });
  }

  release(failed: boolean): void {
    if (failed) this.#closeLater();
    // A connection that is given back would serve the next commit; here each one opens its own.
    else this.#server.end(this.#session, 'closed');
    this.#forgetDeath();
  }

  #strikes(what: string, ofCommit: ChanceFault, ofOthers: ChanceFault): boolean {
    return this.#world.faults.strikes(what.endsWith('commits') ? ofCommit : ofOthers);
  }

  async #execute<Result>(
    what: string,
    statement: (session: Session) => Result | Promise<Result>,
  ): Promise<Result> {
    const { faults } = this.#world;
    if (what.startsWith('writes') && faults.strikes('database_disk_full')) {
      throw new StoreUnavailableError('53100 could not extend file: No space left on device');
    }
    if (/^writes (records|a batch)/.test(what) && faults.strikes('commit_fault_of_ours')) {
      throw new Error('a statement that PostgreSQL does not like');
    }
    return this.#server.execute(this.#session, () => statement(this.#session));
  }

  #statementEnds(): void {
    this.#statementsUnderWay -= 1;
    if (this.#closing && this.#statementsUnderWay === 0) this.#server.end(this.#session, 'connection closed');
  }

  /** The server looks at its connection again when it has done what it was asked for before. */
  #closeLater(): void {
    this.#closing = true;
    this.#world.scheduler.after(this.#network.latencyMs(), undefined, 'database: connection closed', () => {
      const unheard = this.#network.isCut(this.#process.name, DATABASE);
      if (this.#statementsUnderWay === 0 && !unheard) this.#server.end(this.#session, 'connection closed');
    });
  }
}
