import { type OperationRecord, packRecord } from '../operation-record.ts';

/**
 * The record as it goes to the data service from here, when business service `origin` took its operations: each says so,
 * because the data service would think that they are ours.
 */
export function acceptedElsewhere(record: OperationRecord, origin: string): OperationRecord {
  const tail = `,"acceptedBy":${JSON.stringify(origin)}}`;
  const entries = record.ids.map((id, index) => ({
    id,
    json: record.json(index).slice(0, -1) + tail,
    named: record.named(index),
  }));
  return packRecord(entries, record.atomic, record.packedAtMs);
}
