/** The part of docs/benchmarks/report.json that is looked at. */
export interface Report {
  readonly throughput: readonly {
    readonly id: string;
    readonly perSecond: { readonly median: number };
    readonly rounds: readonly { readonly processorMicros: Readonly<Record<string, number>> }[];
  }[];
  readonly manyAccounts: {
    readonly accountCount: number;
    readonly memory: Readonly<Record<string, { readonly mostMb: number }>>;
  };
}

/** What one way of sending costs, as it was measured. */
export interface Figures {
  readonly perSecond: number;
  /** Processor time of one operation. */
  readonly businessMicros: number;
  readonly dataMicros: number;
  readonly databaseMicros: number;
  /** Of the data service, all of its memory over the accounts that it kept. */
  readonly bytesPerAccount: number;
}

/** What a bank has to carry. */
export interface Wanted {
  readonly operationsPerDay: number;
  readonly accounts: number;
  /** Of a day's operations. */
  readonly busiestHourShare: number;
  /** How much more than the busiest hour's mean can be carried. */
  readonly headroom: number;
}

export interface Plan {
  readonly busiestPerSecond: number;
  readonly plannedPerSecond: number;
  readonly measuredPerSecond: number;
  readonly measuredPerDay: number;
  readonly dataServicePerSecond: number;
  readonly ledgers: number;
  readonly businessCores: number;
  readonly dataCores: number;
  readonly databaseCores: number;
  readonly diskPerDayGb: number;
  readonly diskPerYearTb: number;
  readonly dataMemoryGb: number;
}

/**
 * Of one operation without a description and metadata, indexes included: in the ledger, and in what is searched. Measured; how is in
 * docs/SCALE.md.
 */
const BYTES_PER_OPERATION = { ledger: 257, searched: 310 } as const;

const SECONDS_PER_DAY = 86_400;
const SECONDS_PER_HOUR = 3_600;
const DAYS_PER_YEAR = 365;

/** The figures of single requests and of requests with 1,000 operations. */
export function measuredFigures(report: Report): { singles: Figures; bulk: Figures } {
  return { singles: figuresOf(report, 'lastro/single'), bulk: figuresOf(report, 'lastro/bulk') };
}

function figuresOf({ throughput, manyAccounts }: Report, id: string): Figures {
  const row = throughput.find((candidate) => candidate.id === id);
  if (row === undefined) throw new Error(`the report has no row ${id}`);
  const micros = (pattern: RegExp) =>
    mean(
      row.rounds.map(({ processorMicros }) =>
        sum(Object.entries(processorMicros).flatMap(([name, value]) => (pattern.test(name) ? [value] : []))),
      ),
    );
  const data = Object.entries(manyAccounts.memory).find(([name]) => name.endsWith('-data'));
  if (data === undefined) throw new Error('the report does not say what memory the data service took');
  return {
    perSecond: row.perSecond.median,
    businessMicros: micros(/^lastro-business/),
    dataMicros: micros(/^lastro-data$/),
    databaseMicros: micros(/^PostgreSQL$/),
    bytesPerAccount: (data[1].mostMb * 2 ** 20) / manyAccounts.accountCount,
  };
}

/** What it takes to carry `wanted` when an operation costs what `figures` say. */
export function plan(figures: Figures, wanted: Wanted): Plan {
  const busiestPerSecond = (wanted.operationsPerDay * wanted.busiestHourShare) / SECONDS_PER_HOUR;
  const plannedPerSecond = busiestPerSecond * wanted.headroom;
  // One data service commits at a time, on one core. PostgreSQL has as many as it likes, and the commits come one after the other.
  const dataServicePerSecond = 1e6 / figures.dataMicros;
  const cores = (micros: number) => (plannedPerSecond * micros) / 1e6;
  const bytesPerOperation = BYTES_PER_OPERATION.ledger + BYTES_PER_OPERATION.searched;
  const diskPerDayGb = (wanted.operationsPerDay * bytesPerOperation) / 1e9;
  return {
    busiestPerSecond,
    plannedPerSecond,
    measuredPerSecond: figures.perSecond,
    measuredPerDay: figures.perSecond * SECONDS_PER_DAY,
    dataServicePerSecond,
    ledgers: Math.ceil(plannedPerSecond / figures.perSecond),
    businessCores: cores(figures.businessMicros),
    dataCores: cores(figures.dataMicros),
    databaseCores: cores(figures.databaseMicros),
    diskPerDayGb,
    diskPerYearTb: (diskPerDayGb * DAYS_PER_YEAR) / 1000,
    dataMemoryGb: (wanted.accounts * figures.bytesPerAccount) / 1e9,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
