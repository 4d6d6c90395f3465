/** What the load generator is told to do. Sent to its process as a message, so plain data. */
export interface LoadJob {
  /** Base URLs of the services; connections are spread over them evenly. */
  readonly urls: readonly string[];
  /** Bearer key, where the services ask for one. */
  readonly key?: string | undefined;
  readonly connections: number;
  readonly work: Work;
  /** What every right answer has; any other status fails the measurement. */
  readonly expectedStatus: number;
  /** Before this has passed nothing counts: compilers, caches and connections warm up. */
  readonly warmUpMs: number;
  readonly measuredMs: number;
  /** Requests a second on a fixed schedule (open loop). Without it, each connection sends as soon as it is answered (closed loop). */
  readonly requestsPerSecond?: number | undefined;
  readonly seed: number;
}

export type Work = TransferWork | ReadWork;

export interface TransferWork {
  readonly kind: 'transfers';
  readonly accounts: AccountChoice;
  /** 1: POST /v1/transfers. More: POST /v1/operations. */
  readonly operationsPerRequest: number;
  /** Whether the answer is to be held until the operations are final (`Prefer: wait`). */
  readonly waitForFinal: boolean;
}

export interface ReadWork {
  readonly kind: 'balances' | 'statements';
  readonly accounts: AccountChoice;
}

export interface AccountChoice {
  readonly count: number;
  /** Part of the operations, 0 to 1, that have the first account on one side. Absent: all accounts alike. */
  readonly hotShare?: number | undefined;
}

export interface LoadResult {
  /** Right answers that came within the measured time. */
  readonly requests: number;
  readonly operations: number;
  readonly measuredSeconds: number;
  /** Operations of all right answers, with those of the warm-up and of the end: what the ledger must have. */
  readonly operationsInAll: number;
  /** Closed loop: from sending to the whole answer. Open loop: from when it was due. */
  readonly latency: LatencySummary;
  /** Open loop: how late requests were sent, which the latency includes. */
  readonly lateness?: LatencySummary;
  /** Part of one core that the generator used. Near 1, it is the generator that was measured. */
  readonly generatorBusy: number;
}

export interface LatencySummary {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/** What the generator's process says while it works. */
export type GeneratorMessage =
  | { readonly kind: 'measuring' }
  | { readonly kind: 'measured' }
  | { readonly kind: 'result'; readonly result: LoadResult }
  | { readonly kind: 'failed'; readonly why: string };
