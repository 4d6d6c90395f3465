import { measuredFigures, type Plan, plan, type Report, type Wanted } from './scale-model.ts';

/** A day like the busiest that Pix is known to have had: 313.3 million transfers, on 2025-12-05. */
export const PIX_RECORD_DAY: Wanted = {
  operationsPerDay: 313_300_000,
  accounts: 1_000_000,
  busiestHourShare: 0.1,
  headroom: 2,
};

const whole = (value: number) => Math.ceil(value).toLocaleString('en-US');
const tenths = (value: number) => value.toFixed(1);

const ROWS: readonly (readonly [string, (value: Plan) => string])[] = [
  ['operations a second in the busiest hour', (value) => whole(value.busiestPerSecond)],
  ['the same, with headroom', (value) => whole(value.plannedPerSecond)],
  ['one ledger on the measured machine, a second', (value) => whole(value.measuredPerSecond)],
  ['one ledger on the measured machine, millions a day', (value) => tenths(value.measuredPerDay / 1e6)],
  ['one data service on a core of its own, at most, a second', (value) => whole(value.dataServicePerSecond)],
  ['ledgers side by side, each on such a machine', (value) => whole(value.ledgers)],
  ['cores of business services', (value) => tenths(value.businessCores)],
  ['cores of data services', (value) => tenths(value.dataCores)],
  ['cores of PostgreSQL', (value) => tenths(value.databaseCores)],
  ['disk a day, GB', (value) => whole(value.diskPerDayGb)],
  ['disk a year of such days, TB', (value) => tenths(value.diskPerYearTb)],
  ['memory of a data service, GB', (value) => tenths(value.dataMemoryGb)],
];

/** What it takes to carry `wanted`, by the figures of `report`, as a table in Markdown. */
export function scaleText(report: Report, wanted: Wanted): string {
  const { singles, bulk } = measuredFigures(report);
  const plans = [plan(singles, wanted), plan(bulk, wanted)];
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const { operationsPerDay, busiestHourShare, accounts, headroom } = wanted;
  return [
    `${whole(operationsPerDay)} operations a day, ${whole(busiestHourShare * 100)}% of them in the busiest hour, headroom ${headroom}, ${whole(accounts)} accounts:`,
    '',
    row(['', 'one a request', '1,000 a request']),
    row(['---', '---:', '---:']),
    ...ROWS.map(([name, show]) => row([name, ...plans.map(show)])),
  ].join('\n');
}
