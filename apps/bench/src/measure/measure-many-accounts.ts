import type { Ground } from '../contenders/contender.ts';
import { type RunningLastro, startLastro } from '../contenders/lastro/lastro.ts';
import { type ResidentMemory, residentMemoryOf } from '../processes/processor-time.ts';
import { pairedRatio, type Spread } from '../statistics.ts';
import { jobOf, loadMeasureOf } from './cases.ts';
import { type Instruments, measureLoad } from './measure-load.ts';
import type { Progress, RoundSettings } from './measure-throughput.ts';

export interface ManyAccountsResult {
  readonly accountCount: number;
  readonly comparedWith: number;
  /** Throughput with many accounts against few, round by round. */
  readonly ratios: Readonly<Record<string, Spread>>;
  /** Of each service, after the load. */
  readonly memory: Readonly<Record<string, ResidentMemory>>;
}

const COMPARED = ['lastro/single', 'lastro/bulk'] as const;

/** The bank with many accounts beside the one with few, in alternating rounds, and the memory of its services. */
export async function measureManyAccounts(
  { few, ground, accountCount }: { few: RunningLastro; ground: Ground; accountCount: number },
  settings: RoundSettings,
  instruments: Instruments,
  progress: Progress,
): Promise<ManyAccountsResult> {
  progress(`opening ${accountCount.toLocaleString('en-US')} accounts`);
  const many = await startLastro({ ...ground, accountCount }, 'lastro_many');
  const ratios: Record<string, Spread> = {};
  for (const id of COMPARED) {
    const rates = { few: [] as number[], many: [] as number[] };
    for (let round = 1; round <= settings.rounds; round += 1) {
      rates.few.push(await rateOf(id, few, { ...settings, seed: settings.seed + round }, instruments));
      const large = { ...settings, accountCount, seed: settings.seed + round };
      rates.many.push(await rateOf(id, many, large, instruments));
      progress(
        `round ${round}/${settings.rounds}  ${id}: ${rates.many.at(-1)!.toFixed(0)}/s with many accounts`,
      );
    }
    ratios[id] = pairedRatio(rates.many, rates.few)!;
  }
  const memory: Record<string, ResidentMemory> = {};
  for (const { name, pid } of many.services) {
    const resident = await residentMemoryOf(pid);
    if (resident !== undefined) memory[name] = resident;
  }
  return { accountCount, comparedWith: settings.accountCount, ratios, memory };
}

async function rateOf(
  id: (typeof COMPARED)[number],
  lastro: RunningLastro,
  settings: RoundSettings,
  instruments: Instruments,
): Promise<number> {
  const job = jobOf(loadMeasureOf(id), settings);
  return (await measureLoad(lastro, job, instruments)).perSecond;
}
