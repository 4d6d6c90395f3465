import assert from 'node:assert/strict';
import pg from 'pg';
import { StoreUnavailableError } from '../store.ts';
import { readDatabaseUrl, type ServerRole } from './database-url.ts';
import { classifyError } from './postgres-errors.ts';
import { ServerChoice } from './server-choice.ts';

export interface PostgresSettings {
  /** One server, or several with commas: then the one that `role` asks for is found among them. */
  readonly databaseUrl: string;
  /** Which of several servers, where the URL does not say it; without it, the primary. */
  readonly role?: ServerRole | undefined;
  readonly readConnectionsMax: number;
  readonly connectTimeoutMs: number;
  /** Longest wait for one statement, and for the head row while another data service commits. */
  readonly statementTimeoutMs: number;
  /** Longest time that one commit or one read may hold its connection; then the line is cut, whatever it waits for. */
  readonly exchangeTimeoutMs: number;
  /** After this long without a word from us inside a commit, the server ends the session and frees the head row. */
  readonly stalledCommitTimeoutMs: number;
}

/** What a pool needs to know whatever it is for. */
type PoolSettings = Pick<
  PostgresSettings,
  'databaseUrl' | 'role' | 'connectTimeoutMs' | 'statementTimeoutMs'
>;

const INT8_OID = 20;
const TIMESTAMPTZ_OID = 1184;

/** Whole numbers arrive as exact numbers or not at all (I10); instants as RFC 3339 text in UTC. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8_OID) return safeInteger;
    if (oid === TIMESTAMPTZ_OID) return instant;
    return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
  },
};

function safeInteger(text: string): number {
  const value = Number(text);
  assert(
    Number.isSafeInteger(value),
    `${text} in the database is outside the range of whole numbers that the ledger keeps`,
  );
  return value;
}

const parseDate = pg.types.getTypeParser(TIMESTAMPTZ_OID) as (text: string) => Date;

function instant(text: string): string {
  return parseDate(text).toISOString();
}

/** Connections for reads: many, and never inside the ledger's lock. */
export function readPool(settings: PostgresSettings): pg.Pool {
  return createPool(settings, settings.readConnectionsMax, [
    '-c default_transaction_read_only=on',
    '-c jit=off',
  ]);
}

/**
 * The one connection that commits. A commit looks up thousands of keys, each by its index; the planner is
 * kept from ever choosing to read a whole table instead, whatever its statistics say that day.
 */
export function commitPool(settings: PostgresSettings): pg.Pool {
  return createPool(settings, 1, [
    '-c jit=off',
    '-c enable_seqscan=off',
    '-c enable_hashjoin=off',
    '-c enable_mergejoin=off',
    '-c plan_cache_mode=force_generic_plan',
    '-c synchronous_commit=on',
    // That a commit was not waited for comes as a warning (standby-wait.ts), which a role or database may have silenced.
    '-c client_min_messages=warning',
    `-c lock_timeout=${settings.statementTimeoutMs}`,
    `-c idle_in_transaction_session_timeout=${settings.stalledCommitTimeoutMs}`,
  ]);
}

/** Connections for what stands beside the ledger and is written apart from it: never inside the ledger's lock. */
export function sidePool(
  settings: PostgresSettings,
  connectionsMax: number,
  durability: 'durable' | 'lazy',
): pg.Pool {
  return createPool(settings, connectionsMax, [
    '-c jit=off',
    // What may be lost in a crash is not worth a sync of the disk that commits wait for.
    `-c synchronous_commit=${durability === 'durable' ? 'on' : 'off'}`,
    `-c lock_timeout=${settings.statementTimeoutMs}`,
    `-c idle_in_transaction_session_timeout=${settings.stalledCommitTimeoutMs}`,
  ]);
}

/** Longer than a feed pauses between two statements. */
const FEED_IDLE_TIMEOUT_MS = 60_000;

/**
 * The one connection that feeds the projection. What it writes can be fed again, so no commit of it waits for the disk.
 * Like the commits it looks everything up by an index, whatever the statistics say.
 */
export function projectionPool(settings: PoolSettings): pg.Pool {
  return createPool(settings, 1, [
    '-c jit=off',
    '-c enable_seqscan=off',
    '-c enable_hashjoin=off',
    '-c enable_mergejoin=off',
    '-c plan_cache_mode=force_generic_plan',
    '-c synchronous_commit=off',
    `-c lock_timeout=${settings.statementTimeoutMs}`,
    // What a feed has locked is not to stay so when its process stands still, or its line is dead.
    `-c idle_in_transaction_session_timeout=${settings.statementTimeoutMs}`,
    `-c idle_session_timeout=${FEED_IDLE_TIMEOUT_MS}`,
  ]);
}

/** Connections for searches: few, apart from those for reads, so that balances never wait behind a search. */
export function searchPool(settings: PoolSettings & { readonly connectionsMax: number }): pg.Pool {
  return createPool(settings, settings.connectionsMax, [
    '-c default_transaction_read_only=on',
    '-c jit=off',
    // A whole table is never read for one page, whatever the statistics say that day.
    '-c enable_seqscan=off',
  ]);
}

function createPool(settings: PoolSettings, max: number, options: readonly string[]): pg.Pool {
  const choice = choiceFor(settings);
  // The pool waits for what this returns, and drops a connection that it rejects; the types of the driver do not say so.
  const asking = { onConnect: (client: pg.ClientBase) => choice.require(client) };
  const pool = new pg.Pool({
    Client: clientOf(choice),
    max,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    statement_timeout: settings.statementTimeoutMs,
    keepAlive: true,
    application_name: 'lastro',
    options: ['-c timezone=UTC', ...options].join(' '),
    types,
    ...asking,
  });
  // A connection that breaks while idle is dropped by the pool; whoever needs one gets a new one.
  pool.on('error', () => choice.doubt());
  choices.set(pool, choice);
  return pool;
}

/** What each pool connects to. */
const choices = new WeakMap<pg.Pool, ServerChoice>();
/** All pools of a process that name the same servers: what one of them finds out, the others need not. */
const choicesByServers = new Map<string, ServerChoice>();

function choiceFor({ databaseUrl, role, connectTimeoutMs }: PoolSettings): ServerChoice {
  const servers = readDatabaseUrl(databaseUrl);
  const wanted = servers.role ?? role ?? 'primary';
  const key = JSON.stringify([servers.urls, wanted, connectTimeoutMs]);
  let choice = choicesByServers.get(key);
  if (choice === undefined) {
    choice = new ServerChoice(servers.urls, wanted, connectTimeoutMs);
    // One server needs no memory of where it is.
    if (choice.hasSeveral) choicesByServers.set(key, choice);
  }
  return choice;
}

/** Clients of the server that is chosen when they are made; each remembers which that was. */
function clientOf(choice: ServerChoice): new () => pg.Client {
  return class extends pg.Client {
    readonly server: string;

    constructor(config?: pg.ClientConfig) {
      const server = choice.current;
      super({ ...config, connectionString: server });
      this.server = server;
    }
  };
}

/**
 * A connection to the server that is to be used now. One to another server, from before a failover, is closed.
 *
 * @throws StoreUnavailableError, or what the server says to who may not connect.
 */
async function checkOut(pool: pg.Pool): Promise<pg.PoolClient> {
  const choice = choices.get(pool)!;
  let mayTryAgain = choice.hasSeveral;
  // Each turn but the two tries closes a connection of before, of which a pool has only so many.
  for (let turn = 0; turn <= (pool.options.max ?? 0) + 1; turn += 1) {
    try {
      await choice.settle();
      const client = await pool.connect();
      if ((client as unknown as { server: string }).server === choice.current) return client;
      client.release(true);
    } catch (error) {
      const fault = classifyError(error);
      choice.doubt();
      if (!(fault instanceof StoreUnavailableError) || !mayTryAgain) throw fault;
      mayTryAgain = false;
    }
  }
  throw new StoreUnavailableError('the server of the database changes again and again');
}

/**
 * Runs `work` on a connection of `pool`. After any error the connection is closed rather than given
 * back: what it was in the middle of ends with it, and the server frees its locks.
 *
 * @throws StoreUnavailableError when the server cannot be reached, asks for another try, or has not
 * answered within `timeoutMs`, as when the line is dead and nobody has said so.
 */
export async function withConnection<Result>(
  pool: pg.Pool,
  timeoutMs: number,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await checkOut(pool);
  // Without a listener, a connection lost between two statements would end the process.
  const onLost = () => undefined;
  client.on('error', onLost);
  // `end` during a statement destroys the socket, which fails that statement.
  const timer = setTimeout(() => void (client as unknown as pg.Client).end(), timeoutMs);
  let fault: unknown;
  try {
    return await work(client);
  } catch (error) {
    fault = error;
    const classified = classifyError(error);
    if (classified instanceof StoreUnavailableError) choices.get(pool)!.doubt();
    throw classified;
  } finally {
    clearTimeout(timer);
    client.off('error', onLost);
    client.release(fault !== undefined);
  }
}

/**
 * As `withConnection`, for work that may be done twice. A pooled connection may have been lost without anyone having
 * noticed yet, as after a restart of the server: then it is tried once more, on another one.
 *
 * @throws as `withConnection` does.
 */
export async function withAnyConnection<Result>(
  pool: pg.Pool,
  timeoutMs: number,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  try {
    return await withConnection(pool, timeoutMs, work);
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    return withConnection(pool, timeoutMs, work);
  }
}

/**
 * A URL of the one server that takes commits, for tools that connect by themselves.
 *
 * @throws ConfigError, StoreUnavailableError
 */
export async function primaryAt(databaseUrl: string, connectTimeoutMs: number): Promise<string> {
  const choice = choiceFor({ databaseUrl, connectTimeoutMs, statementTimeoutMs: connectTimeoutMs });
  await choice.settle();
  return choice.current;
}

/** Several statements on `client` that see one state of the database. */
export async function inSnapshot<Result>(
  client: pg.PoolClient,
  read: () => Promise<Result>,
): Promise<Result> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const result = await read();
  await client.query('COMMIT');
  return result;
}
