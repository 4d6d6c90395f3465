import pg from 'pg';
import { StoreUnavailableError } from '../store.ts';
import type { ServerRole } from './database-url.ts';
import { classifyError } from './postgres-errors.ts';

/** Where a server stands in its cluster. */
interface Standing {
  readonly isStandby: boolean;
  /** It is no standby, and takes no writes all the same: an old primary that somebody has fenced off like that. */
  readonly isReadOnly: boolean;
}

/** Asked on a connection with no setting of ours: those for reads are read-only by our own wish. */
const STANDING_SQL = `
  SELECT pg_is_in_recovery() AS "isStandby", current_setting('default_transaction_read_only') = 'on' AS "isReadOnly"`;

/**
 * Which of several servers is used, until there is doubt. Then all are asked at once, and the first that answers and has
 * the right role is used from then on: a server that is cut off costs nobody any time, as long as another answers. With
 * one server there is nothing to choose. Either way each new connection is asked where it has led to: whatever is behind a
 * name or an address may have become a standby.
 */
export class ServerChoice {
  readonly #urls: readonly string[];
  readonly #role: ServerRole;
  readonly #timeoutMs: number;
  #current: string;
  #isInDoubt: boolean;
  #search: Promise<void> | undefined;

  /** `timeoutMs`: longest wait for a server's answer. */
  constructor(urls: readonly string[], role: ServerRole, timeoutMs: number) {
    this.#urls = urls;
    this.#role = role;
    this.#timeoutMs = timeoutMs;
    this.#current = urls[0]!;
    this.#isInDoubt = urls.length > 1;
  }

  /** URL of the server to connect to. */
  get current(): string {
    return this.#current;
  }

  /** More servers than one: a connection has to be asked where it has led to. */
  get hasSeveral(): boolean {
    return this.#urls.length > 1;
  }

  /** Something went wrong with the server in use: it may have failed, or be a standby now. */
  doubt(): void {
    this.#isInDoubt = this.hasSeveral;
  }

  /**
   * Resolves when it is known which server to use. Those who ask meanwhile share one look.
   *
   * @throws StoreUnavailableError when none of the servers answers in the right role; whoever asks next looks again.
   */
  async settle(): Promise<void> {
    if (!this.#isInDoubt) return;
    this.#search ??= this.#find().finally(() => (this.#search = undefined));
    await this.#search;
  }

  async #find(): Promise<void> {
    const looks = this.#urls.map(async (url) => ({ url, standing: await this.#ask(url) }));
    const firstOf = (isFit: (role: ServerRole, standing: Standing) => boolean): Promise<string> =>
      Promise.any(
        looks.map(async (look) => {
          const { url, standing } = await look;
          if (!isFit(this.#role, standing)) throw new WrongRoleError(roleFault(standing));
          return url;
        }),
      );
    try {
      this.#current = await firstOf(fitsWell).catch(() => firstOf(fits));
      this.#isInDoubt = false;
    } catch (error) {
      throw noneFits(error as AggregateError);
    }
  }

  async #ask(url: string): Promise<Standing> {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: this.#timeoutMs,
      application_name: 'lastro looks for its server',
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await standingOf(client, this.#timeoutMs);
    } finally {
      // A line that is dead would never end in order.
      void client.end().catch(() => undefined);
    }
  }

  /**
   * Asks a new connection where it has led to.
   *
   * @throws StoreUnavailableError when that is not a server of the right role any more.
   */
  async require(client: Pick<pg.Client, 'query'>): Promise<void> {
    // Any server is good enough for who only prefers a standby.
    if (this.#role === 'any' || this.#role === 'prefer-standby') return;
    const standing = await standingOf(client, this.#timeoutMs);
    if (!fits(this.#role, standing)) throw new StoreUnavailableError(roleFault(standing));
  }
}

class WrongRoleError extends Error {
  override readonly name = 'WrongRoleError';
}

async function standingOf(client: Pick<pg.Client, 'query'>, timeoutMs: number): Promise<Standing> {
  const question = { text: STANDING_SQL, query_timeout: timeoutMs };
  const { rows } = await client.query<Standing & pg.QueryResultRow>(question);
  return rows[0]!;
}

/** Whether a server will do where there is no better one. */
function fits(role: ServerRole, { isStandby }: Standing): boolean {
  if (role === 'any' || role === 'prefer-standby') return true;
  return (role === 'primary') !== isStandby;
}

/** Whether it is what is looked for: a primary that takes writes, or a standby. */
function fitsWell(role: ServerRole, standing: Standing): boolean {
  if (role === 'primary') return !standing.isStandby && !standing.isReadOnly;
  return role === 'prefer-standby' ? standing.isStandby : fits(role, standing);
}

function roleFault({ isStandby }: Standing): string {
  return isStandby ? 'it is a standby' : 'it is the primary';
}

/** A refused password is told as such; what may pass by itself, as one sentence. */
function noneFits({ errors }: AggregateError): unknown {
  const known = errors.map((error: unknown) => classifyError(error));
  const lasting = known.find((error) => !isPassing(error));
  if (lasting !== undefined) return lasting;
  const reasons = [...new Set(known.map((error) => (error as Error).message))].join('; ');
  return new StoreUnavailableError(
    `none of the ${errors.length} servers of the database can be used: ${reasons}`,
  );
}

function isPassing(error: unknown): boolean {
  return error instanceof StoreUnavailableError || error instanceof WrongRoleError;
}
