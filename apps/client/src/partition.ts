/**
 * Rows that must be done in their order, and the one request of them that is under way: the next is sent only when all
 * of it is final. Partitions run side by side, so what has an order among itself belongs to one of them.
 */
export class Partition<Row> {
  readonly #rowsPerRequest: number;
  readonly #send: (rows: readonly Row[]) => Promise<void>;
  #gathered: Row[] = [];
  #underWay: Promise<void> = Promise.resolve();

  /** `send` resolves when all of its rows are final. */
  constructor(rowsPerRequest: number, send: (rows: readonly Row[]) => Promise<void>) {
    this.#rowsPerRequest = rowsPerRequest;
    this.#send = send;
  }

  /** Takes a row. Waits when a request is full and the one before it is not final yet: so memory stays bounded. */
  async add(row: Row): Promise<void> {
    this.#gathered.push(row);
    if (this.#gathered.length >= this.#rowsPerRequest) await this.#startRequest();
  }

  /** Sends what is left, and waits until all of it is final. */
  async finish(): Promise<void> {
    if (this.#gathered.length > 0) await this.#startRequest();
    await this.#underWay;
  }

  async #startRequest(): Promise<void> {
    await this.#underWay;
    const rows = this.#gathered;
    this.#gathered = [];
    this.#underWay = this.#send(rows);
    // Whoever waits for it next sees the failure; until then it must not count as one that nobody sees.
    this.#underWay.catch(() => undefined);
  }
}
