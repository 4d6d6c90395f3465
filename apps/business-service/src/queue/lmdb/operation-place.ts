/** Where an operation that has left the queue is kept: in which database, in which value, and at which index there. */
export interface OperationPlace {
  /** `queue`: written by an earlier version only. What is in the queue is found by RecordLog. */
  readonly database: 'queue' | 'results' | 'dead-letters';
  readonly key: number;
  readonly index: number;
}

const DATABASES = ['queue', 'results', 'dead-letters'] as const;
const PLACE_SIZE_BYTES = 9;

/** A place as it is stored under the operation's id: database (8 bits), index (16), key (48), big-endian. */
export function writePlace({ database, key, index }: OperationPlace): Buffer {
  const bytes = Buffer.allocUnsafe(PLACE_SIZE_BYTES);
  bytes[0] = DATABASES.indexOf(database);
  bytes.writeUInt16BE(index, 1);
  bytes.writeUIntBE(key, 3, 6);
  return bytes;
}

/** @throws TypeError for bytes that `writePlace` did not write. */
export function readPlace(bytes: Buffer): OperationPlace {
  const database = DATABASES[bytes[0] ?? -1];
  if (database === undefined || bytes.length !== PLACE_SIZE_BYTES)
    throw new TypeError('the place of an operation is garbled');
  return { database, key: bytes.readUIntBE(3, 6), index: bytes.readUInt16BE(1) };
}
