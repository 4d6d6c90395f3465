import type { BusinessServiceState, System, SystemSample } from '@lastro/contract';
import { useSession } from '../session/session.ts';
import { type Read, useRead } from './use-read.ts';

/** How much of the past is kept and shown. */
export const HISTORY_MS = 600_000;

const EVERY_MS = 1_000;
const SYSTEM = ['system'] as const;

/** The whole system, asked for once a second while somebody looks, with the samples of the last 10 minutes. */
export function useSystem(): Read<System> {
  const { bank, queries } = useSession();
  return useRead({
    queryKey: SYSTEM,
    queryFn: async () => {
      const known = queries.getQueryData<System>(SYSTEM);
      return withHistory(await bank.system(known && knownUpTo(known)), known);
    },
    refetchInterval: EVERY_MS,
    staleTime: EVERY_MS,
    retryDelay: EVERY_MS,
  });
}

/** Up to when the samples of every service that is up are known; `undefined`: of one of them, none is. */
export function knownUpTo({ businessServices }: System): string | undefined {
  const newest = businessServices
    .filter(({ state }) => state === 'up')
    .map(({ samples }) => samples.at(-1)?.at);
  if (newest.includes(undefined)) return undefined;
  return (newest as string[]).sort()[0];
}

/** What was answered, with the samples that were known before: those that a service forgot when it was killed too. */
export function withHistory(system: System, known: System | undefined): System {
  const from = new Date(Date.parse(system.at) - HISTORY_MS).toISOString();
  const before = new Map(known?.businessServices.map((service) => [service.id, service]));
  const businessServices = system.businessServices.map((service) => ({
    ...service,
    samples: mergedSamples(before.get(service.id)?.samples ?? [], service.samples, from),
  }));
  return { ...system, businessServices };
}

function mergedSamples(
  known: readonly SystemSample[],
  added: readonly SystemSample[],
  from: string,
): BusinessServiceState['samples'] {
  const byTime = new Map<string, SystemSample>();
  for (const sample of [...known, ...added]) if (sample.at >= from) byTime.set(sample.at, sample);
  return [...byTime.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
}
