import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Report } from './scale-model.ts';
import { PIX_RECORD_DAY, scaleText } from './scale-text.ts';

/**
 * How far one ledger goes, from the figures of a run of `npm run bench`. What is not measured is a flag.
 *
 *   npm run scale [-- --report FILE --operations-per-day N --accounts N --busiest-hour SHARE --headroom FACTOR]
 */
const { values } = parseArgs({
  options: {
    report: { type: 'string', default: 'docs/benchmarks/report.json' },
    'operations-per-day': { type: 'string', default: String(PIX_RECORD_DAY.operationsPerDay) },
    accounts: { type: 'string', default: String(PIX_RECORD_DAY.accounts) },
    'busiest-hour': { type: 'string', default: String(PIX_RECORD_DAY.busiestHourShare) },
    headroom: { type: 'string', default: String(PIX_RECORD_DAY.headroom) },
  },
});

const wanted = {
  operationsPerDay: Number(values['operations-per-day']),
  accounts: Number(values.accounts),
  busiestHourShare: Number(values['busiest-hour']),
  headroom: Number(values.headroom),
};
const wrong = Object.entries(wanted).filter(([, value]) => !(value > 0));
if (wrong.length > 0) {
  process.stderr.write(`scale: not a number above 0: ${wrong.map(([name]) => name).join(', ')}\n`);
  process.exitCode = 2;
} else {
  const report = JSON.parse(readFileSync(values.report, 'utf8')) as Report;
  process.stdout.write(`${scaleText(report, wanted)}\n`);
}
