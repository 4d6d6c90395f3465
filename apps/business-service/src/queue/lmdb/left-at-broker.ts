import type { RootDatabase } from 'lmdb';
import { OperationRecord } from '../operation-record.ts';
import { uuidBytes } from '../uuid.ts';
import type { Databases } from './databases.ts';
import { readPlace } from './operation-place.ts';

/** Position -> OperationRecord of what this service has put in the replicated queue, and knows no result of. */
const NAME = 'accepted';

export function openAccepted(root: RootDatabase): Databases['queue'] {
  return root.openDB<Buffer, number>(NAME, { encoding: 'binary' });
}

/**
 * How many operations may still be in the replicated queue, because this service put them there while it had that one, and
 * has not heard what became of them. With the embedded queue nobody here would read them.
 */
export function countLeftAtBroker({ root, operations }: Databases): number {
  if (!Array.from(root.getKeys(), String).includes(NAME)) return 0;
  let count = 0;
  for (const { value } of openAccepted(root).getRange()) {
    for (const id of OperationRecord.read(value).ids) {
      const stored = operations.getBinary(uuidBytes(id));
      if (stored === undefined || readPlace(stored).database !== 'results') count += 1;
    }
  }
  return count;
}
