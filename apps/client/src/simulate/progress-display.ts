import { count } from '../figures.ts';
import type { SimulationObserver, SimulationPhase, SimulationProgress } from './simulate.ts';
import type { SimulationSettings } from './settings.ts';

/** A terminal that can be painted over. */
export interface Screen {
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** What rates are measured over. */
const RATE_WINDOW_MS = 1_000;

/** Accepted and results per second, over about the last second. */
class Rates {
  readonly #window: SimulationProgress[] = [];

  update(progress: SimulationProgress): { accepted: number; results: number } {
    if (this.#window.at(-1)?.phase !== progress.phase) this.#window.length = 0;
    this.#window.push(progress);
    while (this.#window.length > 2 && progress.elapsedMs - this.#window[1]!.elapsedMs >= RATE_WINDOW_MS)
      this.#window.shift();
    const [oldest] = this.#window;
    const seconds = (progress.elapsedMs - oldest!.elapsedMs) / 1000;
    if (seconds === 0) return { accepted: 0, results: 0 };
    return {
      accepted: (progress.accepted - oldest!.accepted) / seconds,
      results: (progress.results - oldest!.results) / seconds,
    };
  }
}

const JSON_INTERVAL_MS = 1_000;

/** One JSON object a second, for logs and scripts. */
export class JsonLinesDisplay implements SimulationObserver {
  readonly #print: (line: string) => void;
  readonly #rates = new Rates();
  #phase: SimulationPhase | undefined;
  #nextMs = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  progress(progress: SimulationProgress): void {
    const { accepted, results } = this.#rates.update(progress);
    const newPhase = progress.phase !== this.#phase;
    if (!newPhase && progress.elapsedMs < this.#nextMs) return;
    this.#phase = progress.phase;
    this.#nextMs = (newPhase ? 0 : this.#nextMs) + JSON_INTERVAL_MS;
    const { elapsedMs, ...figures } = progress;
    this.#print(
      JSON.stringify({
        event: 'progress',
        ...figures,
        elapsedSeconds: round(elapsedMs / 1000),
        acceptedPerSecond: Math.round(accepted),
        resultsPerSecond: Math.round(results),
        queue: queueOf(progress),
      }),
    );
  }
}

const PHASE_TEXTS: Readonly<Record<SimulationPhase, string>> = {
  opening: 'opening accounts',
  load: 'sending',
  settling: 'waiting for every result',
  checking: 'checking every result',
};
const BAR_WIDTH = 24;
const CLEAR_LINE = '\u001b[2K';
const CLEAR_BELOW = '\u001b[0J';

/** Three lines that are painted over in place. */
export class LiveDisplay implements SimulationObserver {
  readonly #screen: Screen;
  readonly #settings: SimulationSettings;
  readonly #rates = new Rates();
  #painted = 0;

  constructor(screen: Screen, settings: SimulationSettings) {
    this.#screen = screen;
    this.#settings = settings;
  }

  progress(progress: SimulationProgress): void {
    this.#paint(this.#lines(progress));
  }

  /** Wipes the display, before something else is written. */
  clear(): void {
    this.#screen.write(`${up(this.#painted)}${CLEAR_BELOW}`);
    this.#painted = 0;
  }

  #lines(progress: SimulationProgress): string[] {
    const rates = this.#rates.update(progress);
    const { phase, elapsedMs, accepted, results, watched, watchedRejected, failovers, unknown } = progress;
    const rejected = watched === 0 ? '' : `   rejected ${((100 * watchedRejected) / watched).toFixed(1)} %`;
    const doubt = unknown === 0 ? '' : `   in doubt ${count(unknown)}`;
    return [
      `${PHASE_TEXTS[phase]}  ${phase === 'load' ? this.#bar(progress) : `${(elapsedMs / 1000).toFixed(1)} s`}`,
      `accepted ${count(accepted).padStart(12)}  ${count(rates.accepted).padStart(8)}/s   sent again ${count(failovers)}${doubt}`,
      `results  ${count(results).padStart(12)}  ${count(rates.results).padStart(8)}/s   queue ${count(queueOf(progress))}${rejected}`,
    ];
  }

  #bar({ elapsedMs, sent }: SimulationProgress): string {
    const { durationMs, operations } = this.#settings;
    const done = Math.min(1, Math.max(elapsedMs / durationMs, sent / operations));
    const full = Math.round(done * BAR_WIDTH);
    return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${(elapsedMs / 1000).toFixed(1)} s of ${durationMs / 1000} s`;
  }

  #paint(lines: readonly string[]): void {
    const width = (this.#screen.columns || 80) - 1;
    const text = lines.map((line) => `${CLEAR_LINE}${line.slice(0, width)}\n`).join('');
    this.#screen.write(up(this.#painted) + text);
    this.#painted = lines.length;
  }
}

/** Accepted and not yet in the ledger, as far as answers tell. */
function queueOf({ accepted, results }: SimulationProgress): number {
  return Math.max(0, accepted - results);
}

function up(lines: number): string {
  return lines === 0 ? '' : `\u001b[${lines}A\r`;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
