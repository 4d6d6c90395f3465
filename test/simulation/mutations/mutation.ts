import type { AccountCache } from '../../../apps/data-service/src/commit/account-cache.ts';
import type { CommitQueue } from '../../../apps/data-service/src/commit/commit-queue.ts';
import type { decideBatch } from '../../../apps/data-service/src/commit/decide-batch.ts';
import type { LedgerStore } from '../../../apps/data-service/src/storage/store.ts';
import type { DataServiceClient } from '../../../apps/business-service/src/data-service-client.ts';
import type { Intake } from '../../../apps/business-service/src/intake.ts';
import type { Databases } from '../../../apps/business-service/src/queue/lmdb/databases.ts';
import type { StoredResults } from '../../../apps/business-service/src/queue/lmdb/stored-results.ts';
import type { OperationQueue } from '../../../apps/business-service/src/queue/queue.ts';
import type { Delivery } from '../../../apps/business-service/src/worker/deliver.ts';
import type { ServerMutation } from '../ledger/ledger-server.ts';
import type { MountedDisk } from '../queue/simulated-disk.ts';

/**
 * A bug, put in at a boundary between parts, in the simulation only: each hook wraps one part. The simulator
 * must find every one of them, or it proves nothing.
 */
export interface Mutation {
  readonly name: string;
  /** What is wrong, and the promise that it breaks. */
  readonly bug: string;
  /** The disk of the business services does not sync. */
  readonly diskDoesNotSync?: boolean;
  /** The storage engine breaks a promise of its own. */
  readonly server?: ServerMutation;
  readonly accountCache?: (sizeMax: number) => AccountCache;
  readonly decide?: (decide: typeof decideBatch) => typeof decideBatch;
  readonly store?: (store: LedgerStore) => LedgerStore;
  readonly commits?: (commits: CommitQueue) => CommitQueue;
  readonly storedResults?: (results: Databases['results'], keptMax: number) => StoredResults;
  readonly queue?: (queue: OperationQueue, disk: MountedDisk) => OperationQueue;
  readonly intake?: (intake: Intake, ledgerIsDown: () => boolean) => Intake;
  readonly dataServiceClient?: (client: DataServiceClient) => DataServiceClient;
  readonly delivery?: (delivery: Delivery) => Delivery;
  /** What a client sends when it sends the same body once more. */
  readonly resend?: (body: string, newId: () => string) => string;
}

/** A part as `hook` makes it, or as it is. */
export function mutated<Part, Rest extends unknown[]>(
  hook: ((part: Part, ...rest: Rest) => Part) | undefined,
  part: Part,
  ...rest: Rest
): Part {
  return hook === undefined ? part : hook(part, ...rest);
}

/** `target` with some of its methods replaced; the others run on it as they are. */
export function replaceMethods<Target extends object>(target: Target, replaced: Partial<Target>): Target {
  return new Proxy(target, {
    get(_target, name) {
      if (Object.hasOwn(replaced, name)) return replaced[name as keyof Target];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
