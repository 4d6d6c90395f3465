import type { Logger } from '@lastro/service';
import type { Broker } from './broker.ts';
import { encodeLetter } from './held-letters.ts';
import type { LocalOperations } from './local-operations.ts';

/** Records that are handed over at a time. */
const AT_ONCE = 64;

/**
 * Hands what the embedded queue in the same directory still holds, from the time before LASTRO_QUEUE was set, over to the
 * broker, `timeoutMs` at most for each part of it. If the process dies here, all of it is handed over again, and the ids answer (I1, I2).
 *
 * @throws UnconfirmedError
 */
export async function takeOverEmbedded(
  local: LocalOperations,
  broker: Broker,
  { timeoutMs, logger }: { readonly timeoutMs: number; readonly logger: Logger },
): Promise<void> {
  const { records, letters } = local.embedded();
  if (records.length === 0 && letters.length === 0) return;
  for (let start = 0; start < records.length; start += AT_ONCE) {
    const some = records.slice(start, start + AT_ONCE);
    // A broker that says nothing is not waited for: what was sent is in doubt then, and sent again at the next start.
    const late = setTimeout(() => broker.dropPublishing('the broker did not confirm in time'), timeoutMs);
    await Promise.all(some.map(({ record, traces }) => broker.publishOperations(record, traces))).finally(
      () => clearTimeout(late),
    );
    await Promise.all(some.map(({ record }) => local.accept(record)));
  }
  for (const { number: _, ...letter } of letters) {
    await broker.publish(broker.letters.queue, 'letter', encodeLetter(letter));
  }
  await local.clearEmbedded();
  logger.info(
    { records: records.length, deadLetters: letters.length },
    'what the embedded queue held is in the replicated queue now',
  );
}
