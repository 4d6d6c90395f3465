import type pg from 'pg';

/** A prepared statement: the same name always has the same text. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** A statement with what goes into it. */
export interface Step {
  readonly statement: Statement;
  readonly values?: readonly (string | Buffer)[];
  /** For a COPY FROM STDIN: the whole of its input. */
  readonly input?: Buffer;
}

/**
 * Sends all steps at once and waits for one answer: one round trip, however many steps. The first that fails ends the
 * pipeline, and PostgreSQL skips the rest up to the end; steps give no rows (manual, "Pipelining" in "Message Flow").
 * The statements must have been prepared on this connection by `prepare`.
 *
 * @throws DatabaseError of the step that failed, or the error of a lost connection.
 */
export function runPipeline(client: pg.PoolClient, steps: readonly Step[]): Promise<void> {
  return submit(client, (connection) => {
    for (const { statement, values, input } of steps) {
      connection.bind({ statement: statement.name, values });
      connection.execute();
      if (input === undefined) continue;
      connection.sendCopyFromChunk(input);
      connection.endCopyFrom();
    }
  });
}

const prepared = new WeakSet<pg.PoolClient>();

/** Prepares `statements` on a connection, once. After an error the connection must not be used again. */
export async function prepare(client: pg.PoolClient, statements: readonly Statement[]): Promise<void> {
  if (prepared.has(client)) return;
  await submit(client, (connection) => {
    for (const statement of statements) connection.parse(statement);
  });
  prepared.add(client);
}

/** The messages of PostgreSQL's extended query protocol, as node-postgres writes them. */
interface MessageWriter {
  readonly stream: { cork(): void; uncork(): void };
  parse(statement: Statement): void;
  bind(bound: { statement: string; values: readonly (string | Buffer)[] | undefined }): void;
  execute(): void;
  sendCopyFromChunk(bytes: Buffer): void;
  endCopyFrom(): void;
  sync(): void;
}

function submit(client: pg.PoolClient, write: (connection: MessageWriter) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new Exchange(write, resolve, reject) as unknown as pg.Submittable);
  });
}

const ignore = (): void => undefined;

/**
 * Messages that end with one Sync, in the form that node-postgres asks of queries that are not its own (as pg-cursor
 * and pg-copy-streams are): it calls `submit` when the connection is free, then a handler for each message that comes back.
 */
class Exchange {
  readonly #write: (connection: MessageWriter) => void;
  readonly handleReadyForQuery: () => void;
  readonly handleError: (error: Error) => void;
  readonly handleDataRow = ignore;
  readonly handleCommandComplete = ignore;
  readonly handleCopyInResponse = ignore;

  constructor(
    write: (connection: MessageWriter) => void,
    resolve: () => void,
    reject: (error: Error) => void,
  ) {
    this.#write = write;
    this.handleReadyForQuery = resolve;
    this.handleError = reject;
  }

  submit(connection: MessageWriter): void {
    const { stream } = connection;
    stream.cork();
    this.#write(connection);
    connection.sync();
    stream.uncork();
  }
}
