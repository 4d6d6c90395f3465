import { type HttpServer, type Principal, ProblemError } from '@lastro/service';

/** What a key may send in this time, it may also send at once. */
const PERIOD_MS = 1000;

/**
 * Holds keys that have a rate limit to it, each service by itself: the generic cell rate algorithm, one number for each
 * key. Keys without a limit cost nothing.
 */
export class RateLimits {
  /** When what a key has sent so far would have been sent at its rate. Keys are made by hand: there are not many. */
  readonly #dueMs = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Counts `count` operations that a key sends in one request. They go through when one would, however many they are: a
   * large request is paid for with silence afterwards, and could not be sent otherwise. 0 only asks.
   *
   * @throws ProblemError `rate_limited`
   */
  count({ name, rateLimitPerSecond: rate }: Principal, count: number): void {
    if (rate === undefined) return;
    const nowMs = this.#now();
    const spacingMs = PERIOD_MS / rate;
    const dueMs = Math.max(nowMs, this.#dueMs.get(name) ?? nowMs);
    const aheadMs = dueMs - nowMs - (PERIOD_MS - spacingMs);
    // Half a spacing is no operation: rounding must not refuse the last one that is allowed.
    if (aheadMs > spacingMs / 2) {
      throw new ProblemError('rate_limited', `The key '${name}' may send ${rate} a second.`, {
        retryAfterSeconds: Math.ceil(aheadMs / 1000),
      });
    }
    this.#dueMs.set(name, dueMs + count * spacingMs);
  }
}

/** Counts every request of a key with a limit as one. Routes that take many operations count them once they are read. */
export function limitRates(app: HttpServer, limits: RateLimits): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { principal, routeOptions } = request;
    if (principal?.rateLimitPerSecond === undefined) return done();
    try {
      const { takesOperations, takesSchedule } = routeOptions.config;
      limits.count(principal, takesOperations || takesSchedule ? 0 : 1);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}
