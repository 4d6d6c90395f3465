import type { FinalSender } from './final-sender.ts';
import type { ReplayOperations } from './replay-operations.ts';
import type { ReplayRow } from './row.ts';
import type { RowCheck } from './row-check.ts';

/**
 * Some accounts of the file, and the one request that is under way for them. Order matters only within an account,
 * and an account belongs to one partition, so partitions run side by side.
 */
export class Partition {
  readonly #sender: FinalSender;
  readonly #operations: ReplayOperations;
  readonly #check: RowCheck;
  readonly #rowsPerRequest: number;
  #gathered: ReplayRow[] = [];
  #underWay: Promise<void> = Promise.resolve();

  constructor(sender: FinalSender, operations: ReplayOperations, check: RowCheck, rowsPerRequest: number) {
    this.#sender = sender;
    this.#operations = operations;
    this.#check = check;
    this.#rowsPerRequest = rowsPerRequest;
  }

  /** Takes a row. Waits when a request is full and the one before it is not final yet: so memory stays bounded. */
  async add(row: ReplayRow): Promise<void> {
    this.#gathered.push(row);
    if (this.#gathered.length >= this.#rowsPerRequest) await this.#startRequest();
  }

  /** Sends what is left, and waits until all of it is final. */
  async finish(): Promise<void> {
    if (this.#gathered.length > 0) await this.#startRequest();
    await this.#underWay;
  }

  async close(): Promise<void> {
    await this.#sender.close();
  }

  async #startRequest(): Promise<void> {
    await this.#underWay;
    const rows = this.#gathered;
    this.#gathered = [];
    this.#underWay = this.#send(rows);
    // Whoever waits for it next sees the failure; until then it must not count as one that nobody sees.
    this.#underWay.catch(() => undefined);
  }

  async #send(rows: readonly ReplayRow[]): Promise<void> {
    const states = await this.#sender.send(rows.map((row) => this.#operations.move(row)));
    for (const [index, row] of rows.entries()) {
      this.#check.check(row, this.#operations.account(row.account), states[index]!);
    }
  }
}
