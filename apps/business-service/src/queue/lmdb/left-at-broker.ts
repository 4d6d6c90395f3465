import type { RootDatabase } from 'lmdb';
import { OperationRecord } from '../operation-record.ts';
import type { Databases } from './databases.ts';
import type { StoredResults } from './stored-results.ts';

/** Position -> OperationRecord of what this service has put in the replicated queue, and knows no result of. */
const NAME = 'accepted';

export function openAccepted(root: RootDatabase): Databases['queue'] {
  return root.openDB<Buffer, number>(NAME, { encoding: 'binary' });
}

/**
 * How many operations may still be in the replicated queue, because this service put them there while it had that one, and
 * has not heard what became of them. With the embedded queue nobody here would read them.
 */
export function countLeftAtBroker(root: RootDatabase, results: StoredResults): number {
  if (!Array.from(root.getKeys(), String).includes(NAME)) return 0;
  let count = 0;
  for (const { value } of openAccepted(root).getRange()) {
    for (const id of OperationRecord.read(value).ids) {
      if (results.find(id) === undefined) count += 1;
    }
  }
  return count;
}
