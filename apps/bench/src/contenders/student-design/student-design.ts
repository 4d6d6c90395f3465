import { type Child, moduleBeside } from '../../processes/child.ts';
import { readJson } from '../../processes/read-json.ts';
import type { Ground, RunningContender } from '../contender.ts';
import type { BusinessSettings } from './business-process.ts';
import type { DataSettings } from './data-process.ts';

/** The student project that Lastro comes from (design, section 1), as its own authors would make it run well. */
export async function startStudentDesign(ground: Ground): Promise<RunningContender> {
  const dataSettings: DataSettings = { accountCount: ground.accountCount };
  const data = await ground.startService(
    'student-data',
    moduleBeside(import.meta.url, 'data-process'),
    dataSettings,
  );
  const businessSettings: BusinessSettings = { dataUrl: data.url };
  const business = moduleBeside(import.meta.url, 'business-process');
  const businesses: Child[] = [];
  for (let number = 1; number <= ground.businessServices; number += 1)
    businesses.push(await ground.startService(`student-business-${number}`, business, businessSettings));

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
  };
}
