import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type SubmittedVerification, type Verification, VERIFICATION_FINDINGS_MAX } from '@lastro/contract';
import type { VerificationJob, VerificationMessage } from '../verify/verification-process.ts';
import type { VerifiedHead, VerifyReport } from '../verify/verify-ledger.ts';

/** As it is built: a process of its own is run by Node alone, also when this one runs from its sources. */
const PROCESS = fileURLToPath(new URL('../../dist/verify/verification-process.js', import.meta.url));

interface UnderWay {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly timer: NodeJS.Timeout;
}

/**
 * Verifications of the whole ledger, one at a time. The last one is remembered until the service ends. States of one:
 * running, then done, cancelled or failed, for ever.
 */
export class Verifications {
  readonly #databaseUrl: string;
  readonly #timeoutMs: number;
  #latest: Verification | null = null;
  #underWay: UnderWay | undefined;
  #lastWhole: VerifiedHead | undefined;

  /** One that takes longer than `timeoutMs` fails. */
  constructor(databaseUrl: string, timeoutMs: number) {
    this.#databaseUrl = databaseUrl;
    this.#timeoutMs = timeoutMs;
  }

  get latest(): Verification | null {
    return this.#latest;
  }

  /** The one that runs when there is one, whoever asks for another. */
  start({ id, scope, startedBy }: SubmittedVerification): Verification {
    if (this.#latest?.state === 'running') return this.#latest;
    const since = scope === 'sinceLast' ? this.#lastWhole : undefined;
    this.#latest = {
      ...{ id, startedBy },
      state: 'running',
      startedAt: new Date().toISOString(),
      sinceSequence: since?.sequence ?? 0,
      operationsChecked: 0,
      operationsTotal: 0,
      findingCount: 0,
      findings: [],
    };
    this.#run({ databaseUrl: this.#databaseUrl, since });
    return this.#latest;
  }

  /** `undefined`: it is not remembered. One that has ended stays as it ended. */
  cancel(id: string): Verification | undefined {
    if (this.#latest?.id !== id) return undefined;
    this.#end({ state: 'cancelled' });
    return this.#latest;
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    const exited = this.#underWay?.exited;
    this.#end({ state: 'cancelled' });
    await exited;
  }

  #run(job: VerificationJob): void {
    const child = fork(PROCESS, [], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const timer = setTimeout(() => {
      this.#end({ state: 'failed', detail: `It was not done in ${this.#timeoutMs} ms.` });
    }, this.#timeoutMs);
    const exited = once(child, 'exit').catch(() => undefined);
    this.#underWay = { child, exited, timer };
    const isCurrent = () => this.#underWay?.child === child;
    child.on('message', (message: VerificationMessage) => isCurrent() && this.#hear(message));
    child.on('error', (error) => isCurrent() && this.#end({ state: 'failed', detail: error.message }));
    child.on('exit', (code, signal) => {
      if (isCurrent())
        this.#end({ state: 'failed', detail: `Its process ended: ${signal ?? `status ${code}`}.` });
    });
    child.send(job);
  }

  #hear(message: VerificationMessage): void {
    if (message.kind === 'done') return this.#done(message.report);
    if (message.kind === 'failed') return this.#end({ state: 'failed', detail: message.why });
    const { sinceSequence } = this.#latest!;
    this.#latest = {
      ...this.#latest!,
      operationsChecked: message.sequence - sinceSequence,
      operationsTotal: message.total - sinceSequence,
    };
  }

  #done({ head, since, findings, findingCount }: VerifyReport): void {
    const whole = findingCount === 0;
    if (whole) this.#lastWhole = head;
    const { sequence, batch, hash } = head;
    this.#end({
      state: 'done',
      ...{ whole, findingCount },
      operationsChecked: sequence - since,
      operationsTotal: sequence - since,
      findings: findings
        .slice(0, VERIFICATION_FINDINGS_MAX)
        .map(({ where, problem }) => ({ where, problem })),
      head: { sequence, batch, hash },
    });
  }

  #end(how: Pick<Verification, 'state'> & Partial<Verification>): void {
    if (this.#underWay === undefined) return;
    const { child, timer } = this.#underWay;
    this.#underWay = undefined;
    clearTimeout(timer);
    // It only reads: there is nothing to put in order.
    child.kill('SIGKILL');
    this.#latest = { ...this.#latest!, ...how, endedAt: new Date().toISOString() };
  }
}
