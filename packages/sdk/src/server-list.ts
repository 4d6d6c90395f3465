import { type Backoff, backoffMs } from './backoff.ts';
import type { Transport } from './transport.ts';

export interface Server {
  readonly url: string;
  readonly transport: Transport;
}

interface ServerState extends Server {
  /** Failures in a row. */
  failures: number;
  /** Not asked before this instant while another server can be. */
  restUntilMs: number;
}

/**
 * `stay`: the first server that works gets everything, so that operations sent one after the other are
 * applied in that order. `spread`: each request goes to a random one.
 */
export type Routing = 'stay' | 'spread';

/** Chooses the server for each attempt. A server that failed rests; when all rest, the first to wake is chosen. */
export class ServerList {
  readonly #servers: readonly ServerState[];
  readonly #routing: Routing;
  readonly #backoff: Backoff;
  #preferred = 0;

  constructor(servers: readonly Server[], routing: Routing, backoff: Backoff) {
    this.#servers = servers.map((server) => ({ ...server, failures: 0, restUntilMs: 0 }));
    this.#routing = routing;
    this.#backoff = backoff;
  }

  /** The server for the next attempt, not the one that just `failed` where there is a choice, and when it may be asked. */
  choose(nowMs: number, failed: Server | undefined): { server: Server; readyAtMs: number } {
    const count = this.#servers.length;
    const first = this.#routing === 'stay' ? this.#preferred : Math.floor(this.#backoff.random() * count);
    let best: ServerState | undefined;
    for (let offset = 0; offset < count; offset += 1) {
      const candidate = this.#servers[(first + offset) % count]!;
      if (candidate === failed && count > 1) continue;
      if (candidate.restUntilMs <= nowMs) return { server: candidate, readyAtMs: nowMs };
      if (best === undefined || candidate.restUntilMs < best.restUntilMs) best = candidate;
    }
    return { server: best!, readyAtMs: best!.restUntilMs };
  }

  /** The server answered. */
  worked(server: Server): void {
    (server as ServerState).failures = 0;
  }

  /** The server gave no answer, or one that asks for another try after `restMs`. A client that stays moves to the next. */
  failed(server: Server, nowMs: number, restMs?: number): void {
    const state = server as ServerState;
    state.failures += 1;
    state.restUntilMs = nowMs + (restMs ?? backoffMs(this.#backoff, state.failures));
    const index = this.#servers.indexOf(state);
    if (index === this.#preferred) this.#preferred = (index + 1) % this.#servers.length;
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.transport.close()));
  }
}
