import type { AccountPlan } from './operation-mix.ts';

/** Where a client finds a service, and what it is called in journals. */
export interface DoorPlan {
  readonly host: string;
  readonly url: string;
}

/** What a client process is told at its start. */
export interface ClientPlan {
  readonly name: string;
  readonly seed: string;
  readonly journal: string;
  readonly doors: readonly DoorPlan[];
  readonly dataDoors: readonly DoorPlan[];
  readonly key: string;
  readonly auditorKey: string;
  readonly accounts: AccountPlan;
}

/** To a client process. After `stop` it brings what it has begun to its end, and then ends itself. */
export type ToClient = { readonly kind: 'start'; readonly plan: ClientPlan } | { readonly kind: 'stop' };

/** From a client process: what is on disk in its journal. */
export interface FromClient {
  readonly acknowledged: number;
  readonly reads: number;
}
