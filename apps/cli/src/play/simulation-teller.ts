import type { SimulationObserver, SimulationProgress, SimulationReport } from '@lastro/client';
import { type SimulationNews, sentence } from './messages.ts';

/** The one who is told of it all. */
type Send = (news: SimulationNews, onSent: (error: Error | null) => void) => unknown;

/** Tells the `lastro up` that started these simulated clients how they are getting on. */
export class SimulationTeller implements SimulationObserver {
  readonly #send: Send;
  readonly #alsoTold: SimulationObserver;
  #isSending = false;

  constructor(send: Send, alsoTold: SimulationObserver) {
    this.#send = send;
    this.#alsoTold = alsoTold;
  }

  /** Left out while the one before is on its way: one who does not listen is not told more and more. */
  progress(progress: SimulationProgress): void {
    this.#alsoTold.progress(progress);
    if (this.#isSending) return;
    this.#isSending = true;
    const { phase, sent } = progress;
    this.#send({ news: 'progress', phase, sent, ...estimate(progress) }, () => (this.#isSending = false));
  }

  /** Resolves when it is told, or cannot be. */
  async report({ load, results, discrepancyCount }: SimulationReport, first?: string): Promise<void> {
    const { posted, rejected } = results;
    const figures = { sent: load.sent, posted, rejected, problems: discrepancyCount };
    await this.#tell({
      news: 'report',
      ...figures,
      ...(first === undefined ? {} : { first: sentence(first) }),
    });
  }

  /** Why there is no report. */
  async fault(reason: string): Promise<void> {
    await this.#tell({ news: 'fault', reason: sentence(reason) });
  }

  #tell(news: SimulationNews): Promise<void> {
    return new Promise((resolve) => this.#send(news, () => resolve()));
  }
}

/** What became of what was sent, before every result is read: by the newest place in the ledger that is known. */
function estimate({ accepted, results, watched, watchedRejected }: SimulationProgress) {
  const final = Math.min(accepted, results);
  const rejected = watched === 0 ? 0 : Math.round((final * watchedRejected) / watched);
  return { posted: final - rejected, rejected };
}
