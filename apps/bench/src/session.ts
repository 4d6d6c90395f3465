import { BenchError } from './bench-error.ts';
import { type GroundOptions, type RunningGround, startGround } from './ground.ts';
import { Generator } from './load/generator.ts';
import { LineUp } from './measure/line-up.ts';
import type { Instruments } from './measure/measure-load.ts';

/** What every kind of bench needs, started. */
export interface Session {
  readonly ground: RunningGround;
  readonly lineUp: LineUp;
  readonly instruments: Instruments;
}

/**
 * Runs `work` with a ground, a line-up and a load generator, and stops them all whatever happens, also at Ctrl-C: PostgreSQL
 * would go on without us.
 */
export async function withSession<Result>(
  options: GroundOptions,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const interruption = watchSignals();
  const ground = await startGround(options);
  const generator = new Generator();
  try {
    const database = ground.openDatabase(ground.postgres.url);
    const settlePostgres = async (): Promise<void> => void (await database.query('CHECKPOINT'));
    const instruments = { generator, postgresPid: ground.postgres.pid, settlePostgres };
    const session = { ground, lineUp: new LineUp(ground), instruments };
    return await Promise.race([work(session), interruption.interrupted]);
  } finally {
    interruption.dispose();
    generator.stop();
    await ground.stop();
  }
}

function watchSignals(): { readonly interrupted: Promise<never>; dispose(): void } {
  let interrupt: () => void = () => undefined;
  const interrupted = new Promise<never>((_resolve, reject) => {
    interrupt = () => reject(new BenchError('interrupted'));
  });
  interrupted.catch(() => undefined);
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  return {
    interrupted,
    dispose: () => signals.forEach((signal) => process.off(signal, interrupt)),
  };
}
