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

/** The session that others can be started in. */
export interface MainSession extends Session {
  /** One more, with its own PostgreSQL and services, on the same disk and with the same settings and load generator. */
  startBeside(): Promise<Session>;
}

const BESIDE_DIRECTORY_NAME = '.lastro-bench-beside';

/**
 * Runs `work` with a ground, a line-up and a load generator, and stops all that was started, also at Ctrl-C: PostgreSQL
 * would go on without us.
 */
export async function withSession<Result>(
  options: GroundOptions,
  work: (session: MainSession) => Promise<Result>,
): Promise<Result> {
  const interruption = watchSignals();
  const generator = new Generator();
  const grounds: Promise<RunningGround>[] = [];
  const start = (options: GroundOptions): Promise<Session> => {
    const ground = startGround(options);
    grounds.push(ground);
    return ground.then((running) => sessionOn(running, generator));
  };
  const startBeside = () => start({ ...options, directoryName: BESIDE_DIRECTORY_NAME });
  try {
    const session = await start(options);
    return await Promise.race([work({ ...session, startBeside }), interruption.interrupted]);
  } finally {
    interruption.dispose();
    generator.stop();
    // One that did not start has nothing to stop.
    for (const ground of grounds.reverse()) await (await ground.catch(() => undefined))?.stop();
  }
}

function sessionOn(ground: RunningGround, generator: Generator): Session {
  const database = ground.openDatabase(ground.postgres.url);
  const settlePostgres = async (): Promise<void> => void (await database.query('CHECKPOINT'));
  const instruments = { generator, postgresPid: ground.postgres.pid, settlePostgres };
  return { ground, lineUp: new LineUp(ground), instruments };
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
