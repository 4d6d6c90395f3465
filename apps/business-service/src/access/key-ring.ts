import type { KeyChanges, KeyChangesQuery, KeyRecord } from '@lastro/contract';
import type { Principal } from '@lastro/service';
import { AccountGrant } from './account-grant.ts';

interface RingKey {
  readonly principal: Principal;
  /** It expires then, or its overlap with the key that replaced it is over; milliseconds of the Unix epoch. */
  readonly untilMs: number;
}

/** Before the first change of any ledger. */
const BEFORE_ALL: KeyChangesQuery = { change: 0, mark: '00000000-0000-0000-0000-000000000000' };

/** The keys of the ledger as this service knows them: in memory, found by their digests. */
export class KeyRing {
  readonly #records = new Map<string, KeyRecord>();
  readonly #keys = new Map<string, RingKey>();
  #place = BEFORE_ALL;

  /** The newest change that is known here. */
  get place(): KeyChangesQuery {
    return this.#place;
  }

  /** How many keys there are that are not revoked. */
  get size(): number {
    return this.#records.size;
  }

  /** All of it, in the form of changes to nothing. */
  get everything(): KeyChanges {
    return { ...this.#place, whole: true, more: false, keys: [...this.#records.values()] };
  }

  /** Whose key has this digest now. */
  find(digest: string): Principal | undefined {
    const key = this.#keys.get(digest);
    return key !== undefined && Date.now() < key.untilMs ? key.principal : undefined;
  }

  /** Makes the changes, all at once: no request sees half of them. */
  apply({ change, mark, whole, keys }: KeyChanges): void {
    if (whole) {
      this.#records.clear();
      this.#keys.clear();
    }
    for (const record of keys) {
      this.#forget(record.name);
      if (!record.revoked) this.#add(record);
    }
    this.#place = { change, mark };
  }

  #forget(name: string): void {
    const record = this.#records.get(name);
    if (record === undefined) return;
    this.#records.delete(name);
    this.#keys.delete(record.digest);
    if (record.previous !== undefined) this.#keys.delete(record.previous.digest);
  }

  #add(record: KeyRecord): void {
    const { name, scope, accounts, rateLimitPerSecond, expiresAt, digest, previous } = record;
    const principal: Principal = {
      name,
      scope,
      accounts: accounts && new AccountGrant(accounts),
      rateLimitPerSecond,
    };
    const untilMs = expiresAt === undefined ? Infinity : Date.parse(expiresAt);
    this.#records.set(name, record);
    this.#keys.set(digest, { principal, untilMs });
    if (previous !== undefined) {
      const overlapUntilMs = Math.min(untilMs, Date.parse(previous.until));
      this.#keys.set(previous.digest, { principal, untilMs: overlapUntilMs });
    }
  }
}
