import type pg from 'pg';
import type { Child } from '../processes/child.ts';

/** Where contenders run: the same directory, the same PostgreSQL, the same accounts for all. */
export interface Ground {
  /** For queues; on the disk that PostgreSQL writes to. */
  readonly directory: string;
  /** Makes an empty database on the one PostgreSQL, and gives its URL. */
  createDatabase(name: string): Promise<string>;
  /** A connection for the bench's own look at a database; it is closed with the ground. */
  openDatabase(url: string): pg.Pool;
  /** Starts a service's process (processes/child.ts); it is stopped with the ground, the newest first. */
  startService(name: string, module: string, settings: object, niceness?: number): Promise<Child>;
  readonly accountCount: number;
  readonly businessServices: number;
  /** Connections of one-transaction-each to PostgreSQL. */
  readonly poolSize: number;
  /** Settings of Lastro's business services, by their names, where they are not the usual ones. */
  readonly businessSettings: Readonly<Record<string, string>>;
}

/** One way to move money, or one limit of the machine, started and ready for load. */
export interface RunningContender {
  /** Where the load goes. */
  readonly urls: readonly string[];
  readonly key?: string;
  /** The processes that work for it, beside PostgreSQL. */
  readonly services: readonly Child[];
  readonly usesPostgres: boolean;
  /** Operations that have taken effect since the start; absent where none do. */
  postedOperations?(): Promise<number>;
  /** @throws Error when money was made or lost: such speed is worth nothing. */
  checkMoney?(): Promise<void>;
}

export type StartContender = (ground: Ground) => Promise<RunningContender>;

/** How far every account may go below zero, in minor units: no transfer of the bench is refused. */
export const OVERDRAFT_LIMIT = 1_000_000_000_000;
