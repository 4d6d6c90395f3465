import type { BusinessServiceState, DataServiceReport, DataServiceState, System } from '@lastro/contract';
import type { DataServices } from './data-services.ts';
import type { Peers } from './peers.ts';
import type { SelfReport } from './self-report.ts';

export interface SystemViewParts {
  readonly self: SelfReport;
  readonly peers: Peers;
  readonly dataServices: DataServices;
  /** Whether there is something to play with. */
  readonly play: boolean;
}

/** The system as one business service sees it. Nothing is asked of anybody unless somebody looks. */
export class SystemView {
  readonly #parts: SystemViewParts;

  constructor(parts: SystemViewParts) {
    this.#parts = parts;
  }

  /** This service alone. */
  lookAtSelf(after: string | undefined): System {
    return this.#system([this.#parts.self.look(after)], []);
  }

  /** All of it; the other business services are asked with the key in `authorization`. */
  async look(authorization: string, after: string | undefined): Promise<System> {
    const { self, peers, dataServices } = this.#parts;
    const [others, data] = await Promise.all([peers.look(authorization, after), dataServices.look()]);
    const services = new Map<string, BusinessServiceState>([[self.id, self.look(after)]]);
    // This one may be among them, and any may be there under two names.
    for (const peer of others) if (!services.has(peer.id)) services.set(peer.id, peer);
    const byName = [...services.values()].sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
    return this.#system(byName, data);
  }

  #system(businessServices: BusinessServiceState[], dataServices: DataServiceState[]): System {
    const reports = dataServices.flatMap(({ report }) => (report === null ? [] : [report]));
    return {
      at: new Date().toISOString(),
      answeredBy: this.#parts.self.id,
      businessServices,
      dataServices,
      ledger: newest(
        reports,
        ({ ledger }) => ledger,
        ({ sequence }) => sequence,
      ),
      money: newest(
        reports,
        ({ money }) => money,
        ({ at }) => Date.parse(at),
      ),
      verification: newest(
        reports,
        ({ verification }) => verification,
        ({ startedAt }) => Date.parse(startedAt),
      ),
      play: this.#parts.play,
    };
  }
}

/** Of what the data services have told, the part with the greatest `rank`. */
function newest<Part>(
  reports: readonly DataServiceReport[],
  partOf: (report: DataServiceReport) => Part | null,
  rank: (part: Part) => number,
): Part | null {
  const parts = reports.flatMap((report) => partOf(report) ?? []) as Part[];
  return parts.sort((a, b) => rank(b) - rank(a))[0] ?? null;
}
