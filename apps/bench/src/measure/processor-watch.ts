import type { RunningContender } from '../contenders/contender.ts';
import { processorSeconds } from '../processes/processor-time.ts';

/** How it is called beside the services' own names. */
export const LOAD_GENERATOR = 'load generator';
export const POSTGRES = 'PostgreSQL';

interface Watched {
  readonly name: string;
  readonly pid: number;
  readonly withChildren: boolean;
}

/** Processor time used, in seconds, by process. */
export type ProcessorTimes = ReadonlyMap<string, number>;

/** Microseconds of processor time for each operation, by process. */
export type ProcessorMicros = Readonly<Record<string, number>>;

/** The processes that take part in a measurement. */
export class ProcessorWatch {
  readonly #watched: readonly Watched[];

  constructor(contender: RunningContender, generatorPid: number | undefined, postgresPid: number) {
    this.#watched = [
      ...(generatorPid === undefined
        ? []
        : [{ name: LOAD_GENERATOR, pid: generatorPid, withChildren: false }]),
      ...contender.services.map(({ name, pid }) => ({ name, pid, withChildren: false })),
      ...(contender.usesPostgres ? [{ name: POSTGRES, pid: postgresPid, withChildren: true }] : []),
    ];
  }

  async read(): Promise<ProcessorTimes> {
    const times = new Map<string, number>();
    for (const { name, pid, withChildren } of this.#watched) {
      const seconds = await processorSeconds(pid, withChildren);
      if (seconds !== undefined) times.set(name, seconds);
    }
    return times;
  }
}

/** What each process used between two readings, in microseconds for each of `operations`. */
export function microsPerOperation(
  before: ProcessorTimes,
  after: ProcessorTimes,
  operations: number,
): ProcessorMicros | undefined {
  if (before.size === 0 || operations === 0) return undefined;
  const micros: Record<string, number> = {};
  for (const [name, seconds] of after)
    micros[name] = ((seconds - (before.get(name) ?? 0)) * 1e6) / operations;
  return micros;
}
