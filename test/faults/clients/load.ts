import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ClientPlan, FromClient, ToClient } from './client-messages.ts';

const AT_WORK_DEADLINE_MS = 60_000;
const CLIENT = fileURLToPath(new URL('client-process.ts', import.meta.url));

interface ClientProcess {
  readonly name: string;
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  counts: FromClient;
}

/** The clients, each a process of its own. */
export class Load {
  readonly #clients: readonly ClientProcess[];

  private constructor(clients: readonly ClientProcess[]) {
    this.#clients = clients;
  }

  /** Starts the processes, which wait to be told what to do. */
  static spawn(names: readonly string[]): Load {
    return new Load(names.map(spawnClient));
  }

  /** Tells each client, in their order, what to do. */
  begin(plans: readonly ClientPlan[]): void {
    for (const [index, plan] of plans.entries())
      this.#clients[index]!.child.send({ kind: 'start', plan } satisfies ToClient);
  }

  /** What is noted down so far. */
  get counts(): FromClient {
    const sum = (field: keyof FromClient) =>
      this.#clients.reduce((total, { counts }) => total + counts[field], 0);
    return { acknowledged: sum('acknowledged'), reads: sum('reads') };
  }

  /** Resolves when every client is at work. @throws Error when one has ended before. */
  async atWork(): Promise<void> {
    const signal = AbortSignal.timeout(AT_WORK_DEADLINE_MS);
    await Promise.all(
      this.#clients.map(async ({ name, child, ended }) => {
        const failed = ended.then(() => Promise.reject(new Error(`${name} has ended at its start`)));
        await Promise.race([once(child, 'message', { signal }), failed]);
        failed.catch(() => undefined);
      }),
    );
  }

  /** Names of those that have ended, which none may before it is stopped. */
  get ended(): string[] {
    return this.#clients.filter(({ child }) => child.exitCode !== null).map(({ name }) => name);
  }

  /**
   * Lets every client bring to its end what it has begun. The names of those that did not within `deadlineMs`, or
   * ended with a fault.
   */
  async stop(deadlineMs: number): Promise<string[]> {
    for (const { child } of this.#clients) {
      if (child.connected) child.send({ kind: 'stop' } satisfies ToClient);
    }
    const timer = setTimeout(() => this.kill(), deadlineMs);
    await Promise.all(this.#clients.map(({ ended }) => ended));
    clearTimeout(timer);
    return this.#clients.filter(({ child }) => child.exitCode !== 0).map(({ name }) => name);
  }

  kill(): void {
    for (const { child } of this.#clients) child.kill('SIGKILL');
  }
}

function spawnClient(name: string): ClientProcess {
  const args = ['--conditions=@lastro/source', '--import', 'tsx', CLIENT];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const client: ClientProcess = {
    name,
    child,
    ended: once(child, 'exit'),
    counts: { acknowledged: 0, reads: 0 },
  };
  child.on('message', (counts: FromClient) => (client.counts = counts));
  return client;
}
