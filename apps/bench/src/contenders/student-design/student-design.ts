import { join } from 'node:path';
import { type Child, moduleBeside, startChild } from '../../processes/child.ts';
import { readJson } from '../../processes/read-json.ts';
import { type Ground, type RunningContender, stopAll } from '../contender.ts';
import type { BusinessSettings } from './business-process.ts';
import type { DataSettings } from './data-process.ts';

/** The student project that Lastro comes from (design, section 1), as its own authors would make it run well. */
export async function startStudentDesign(ground: Ground): Promise<RunningContender> {
  const start = (name: string, module: string, settings: object): Promise<Child> =>
    startChild(name, moduleBeside(import.meta.url, module), settings, join(ground.directory, `${name}.log`));

  const dataSettings: DataSettings = { accountCount: ground.accountCount };
  const data = await start('student-data', 'data-process', dataSettings);
  const businessSettings: BusinessSettings = { dataUrl: data.url };
  const businesses: Child[] = [];
  for (let number = 1; number <= ground.businessServices; number += 1)
    businesses.push(await start(`student-business-${number}`, 'business-process', businessSettings));

  return {
    urls: businesses.map(({ url }) => url),
    services: [...businesses, data],
    usesPostgres: false,
    async postedOperations() {
      let sum = 0;
      for (const { url } of businesses) sum += (await readJson<{ posted: number }>(`${url}/posted`)).posted;
      return sum;
    },
    async checkMoney() {
      const { sum } = await readJson<{ sum: number }>(`${data.url}/sum`);
      if (sum !== 0) throw new Error(`student-design: balances sum up to ${sum}, not to 0`);
    },
    stop: () => stopAll([...businesses, data]),
  };
}
