import type { RunningContender } from '../contenders/contender.ts';
import type { CopyResult, CopyRun } from '../contenders/limits/copy-process.ts';
import { readJson } from '../processes/read-json.ts';
import type { Instruments } from './measure-load.ts';
import { microsPerOperation, ProcessorWatch } from './processor-watch.ts';
import type { Sample } from './sample.ts';

/** One round of the durable COPY of operations' rows. */
export async function measureCopy(
  limit: RunningContender,
  run: CopyRun,
  { postgresPid, settlePostgres }: Instruments,
): Promise<Sample> {
  await settlePostgres();
  const watch = new ProcessorWatch(limit, undefined, postgresPid);
  const before = await watch.read();
  const { rows, seconds, rowsInAll } = await readJson<CopyResult>(`${limit.urls[0]}/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(run),
  });
  const after = await watch.read();
  return { perSecond: rows / seconds, processorMicros: microsPerOperation(before, after, rowsInAll) };
}
