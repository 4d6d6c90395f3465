import { type BusinessServiceState, conformsTo, System } from '@lastro/contract';
import { SharedLook } from '@lastro/service';
import { SampleRing } from './sample-ring.ts';
import type { ServiceAsker } from './service-asker.ts';

/** What is known of another business service. */
interface Peer {
  readonly url: string;
  readonly ring: SampleRing;
  /** As it was seen last, or as nobody knows it. */
  known: BusinessServiceState;
  state: 'up' | 'down';
  /** Since when it does not answer. */
  downSince: string | undefined;
}

const UNKNOWN: Omit<BusinessServiceState, 'id'> = {
  state: 'down',
  since: null,
  seenAt: null,
  queue: null,
  worker: null,
  counters: null,
  samples: [],
};

const isSystem = conformsTo(System);

/**
 * The other business services, asked when somebody looks at the system, and by nobody's leave but theirs: with the key of
 * whoever looks. What one was seen to do stays known when it is down.
 */
export class Peers {
  readonly #selfId: string;
  readonly #peers: readonly Peer[];
  readonly #asker: ServiceAsker;
  readonly #look: SharedLook;

  /** What is known may be `ageMaxMs` old before they are asked again. */
  constructor(selfId: string, urls: readonly string[], asker: ServiceAsker, ageMaxMs: number) {
    this.#selfId = selfId;
    this.#peers = urls.map((url) => ({
      url,
      ring: new SampleRing(),
      known: { ...UNKNOWN, id: url },
      state: 'down',
      downSince: undefined,
    }));
    this.#asker = asker;
    this.#look = new SharedLook(ageMaxMs);
  }

  /** Every peer, with its samples after `after`, as seen with the key in `authorization` or just before with another. */
  async look(authorization: string, after: string | undefined): Promise<BusinessServiceState[]> {
    await this.#look.fresh(async () => {
      await Promise.all(this.#peers.map((peer) => this.#ask(peer, authorization)));
    });
    return this.#peers.map((peer) => stateOf(peer, after));
  }

  async #ask(peer: Peer, authorization: string): Promise<void> {
    // A list that all services share names this one too: it is found out by the first answer.
    if (peer.known.id === this.#selfId) return;
    const newest = peer.ring.newestAt;
    const after = newest === undefined ? '' : `&after=${encodeURIComponent(newest)}`;
    const answer = await this.#asker.ask(peer.url, `/v1/system?only=self${after}`, authorization);
    if (answer === undefined) {
      peer.state = 'down';
      peer.downSince ??= new Date().toISOString();
      return;
    }
    // It may know less of the key than we do, or ask it for patience: it is there all the same.
    peer.state = 'up';
    peer.downSince = undefined;
    const self = answer.status === 200 ? readSelf(answer.text) : undefined;
    if (self === undefined) return;
    for (const sample of self.samples) peer.ring.add(sample);
    peer.known = { ...self, samples: [] };
  }
}

function readSelf(text: string): BusinessServiceState | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return isSystem(answer) ? (answer as System).businessServices[0] : undefined;
  } catch {
    return undefined;
  }
}

function stateOf(
  { url, ring, known, state, downSince }: Peer,
  after: string | undefined,
): BusinessServiceState {
  const since = state === 'down' ? (downSince ?? null) : known.since;
  return { ...known, state, since, url, samples: ring.after(after) };
}
