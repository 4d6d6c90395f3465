import type { System, SystemSample } from '@lastro/contract';

/** The last 10 minutes of all business services together, one value for each second; `null` where nothing is known. */
export interface History {
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly accepted: readonly (number | null)[];
  readonly posted: readonly (number | null)[];
  readonly rejected: readonly (number | null)[];
  /** Operations in a batch, on average. */
  readonly batchSize: readonly (number | null)[];
  /** Of the slowest service: figures of several cannot be added up. */
  readonly timeToPostP50Ms: readonly (number | null)[];
  readonly timeToPostP99Ms: readonly (number | null)[];
  /** Of each service, by its name. */
  readonly queueDepths: ReadonlyMap<string, readonly (number | null)[]>;
}

type Second = readonly SystemSample[];

/** How much of the past is on the axis: more as more is known. */
interface Span {
  readonly leastSeconds: number;
  readonly mostSeconds: number;
}

/** Puts the samples of all services on one axis, which ends where the first of those that are up ends. */
export function historyOf({ at, businessServices }: System, { leastSeconds, mostSeconds }: Span): History {
  const end = endOf(businessServices) ?? Math.floor(Date.parse(at) / 1000);
  const knownSeconds = end - (startOf(businessServices) ?? end) + 1;
  const lengthSeconds = Math.min(mostSeconds, Math.max(leastSeconds, knownSeconds));
  const times = Array.from({ length: lengthSeconds }, (_, index) => end - lengthSeconds + 1 + index);
  const byService = businessServices.map(
    ({ samples }) => new Map(samples.map((sample) => [secondOf(sample), sample])),
  );
  const seconds = times.map((time) =>
    byService.map((samples) => samples.get(time)).filter((sample) => sample !== undefined),
  );
  const each = (value: (second: Second) => number | null) =>
    seconds.map((second) => (second.length === 0 ? null : value(second)));
  return {
    times,
    accepted: each((second) => sum(second, 'accepted')),
    posted: each((second) => sum(second, 'posted')),
    rejected: each((second) => sum(second, 'rejected')),
    batchSize: each((second) => {
      const batches = sum(second, 'batches');
      return batches === 0 ? null : sum(second, 'batchOperations') / batches;
    }),
    timeToPostP50Ms: each((second) => largest(second, 'timeToPostP50Ms')),
    timeToPostP99Ms: each((second) => largest(second, 'timeToPostP99Ms')),
    queueDepths: new Map(
      businessServices.map(({ id }, index) => [
        id,
        times.map((time) => byService[index]?.get(time)?.queueDepth ?? null),
      ]),
    ),
  };
}

function endOf(services: System['businessServices']): number | undefined {
  const ends = services
    .filter(({ state, samples }) => state === 'up' && samples.length > 0)
    .map(({ samples }) => secondOf(samples.at(-1)!));
  return ends.length === 0 ? undefined : Math.min(...ends);
}

function startOf(services: System['businessServices']): number | undefined {
  const starts = services.flatMap(({ samples }) => samples.slice(0, 1)).map(secondOf);
  return starts.length === 0 ? undefined : Math.min(...starts);
}

function secondOf({ at }: SystemSample): number {
  return Math.floor(Date.parse(at) / 1000);
}

function sum(
  second: Second,
  name: 'accepted' | 'posted' | 'rejected' | 'batches' | 'batchOperations',
): number {
  return second.reduce((total, sample) => total + sample[name], 0);
}

function largest(second: Second, name: 'timeToPostP50Ms' | 'timeToPostP99Ms'): number | null {
  const known = second.map((sample) => sample[name]).filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
