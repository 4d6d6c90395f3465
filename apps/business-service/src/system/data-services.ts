import { conformsTo, DataServiceReport, type DataServiceState } from '@lastro/contract';
import { ProblemError, SharedLook } from '@lastro/service';
import type { LedgerCall } from '../data-service-client.ts';
import type { ServiceAnswer, ServiceAsker } from './service-asker.ts';

interface KnownService {
  readonly url: string;
  state: 'up' | 'down';
  downSince: string | undefined;
  seenAt: string | undefined;
  report: DataServiceReport | undefined;
}

const isReport = conformsTo(DataServiceReport);

/** The data services, each asked for itself when somebody looks at the system. */
export class DataServices {
  readonly #services: readonly KnownService[];
  readonly #asker: ServiceAsker;
  readonly #authorization: string;
  readonly #look: SharedLook;

  /** `key`: what proves to them which business service this is. */
  constructor(urls: readonly string[], key: string, asker: ServiceAsker, ageMaxMs: number) {
    this.#services = urls.map((url) => ({
      url,
      state: 'down',
      downSince: undefined,
      seenAt: undefined,
      report: undefined,
    }));
    this.#authorization = `Bearer ${key}`;
    this.#asker = asker;
    this.#look = new SharedLook(ageMaxMs);
  }

  async look(): Promise<DataServiceState[]> {
    await this.#look.fresh(async () => {
      await Promise.all(this.#services.map((service) => this.#ask(service)));
    });
    return this.#services.map(({ url, state, downSince, seenAt, report }) => ({
      url,
      state,
      since: state === 'down' ? (downSince ?? null) : (report?.startedAt ?? null),
      seenAt: seenAt ?? null,
      report: report ?? null,
    }));
  }

  /**
   * What the first answers that knows of what it is asked for; 404 when all answer, and none does.
   *
   * @throws ProblemError `ledger_unavailable`: one that may know does not answer, or refuses the key of this service.
   */
  async firstToKnow(call: LedgerCall): Promise<ServiceAnswer> {
    let missing: ServiceAnswer | undefined;
    let isOneAway = false;
    for (const { url } of this.#services) {
      const answer = await this.#asker.call(url, call, this.#authorization);
      if (answer === undefined || answer.status === 401 || answer.status === 403) isOneAway = true;
      else if (answer.status !== 404) return answer;
      else missing = answer;
    }
    if (isOneAway || missing === undefined) throw new ProblemError('ledger_unavailable');
    return missing;
  }

  async #ask(service: KnownService): Promise<void> {
    const answer = await this.#asker.ask(service.url, '/v1/system', this.#authorization);
    if (answer === undefined) {
      service.state = 'down';
      service.downSince ??= new Date().toISOString();
      return;
    }
    service.state = 'up';
    service.downSince = undefined;
    const report = answer.status === 200 ? readReport(answer.text) : undefined;
    if (report === undefined) return;
    service.report = report;
    service.seenAt = new Date().toISOString();
  }
}

function readReport(text: string): DataServiceReport | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return isReport(answer) ? (answer as DataServiceReport) : undefined;
  } catch {
    return undefined;
  }
}
