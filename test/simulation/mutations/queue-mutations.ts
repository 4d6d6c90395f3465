import { ProblemError } from '@lastro/service';
import type { Databases } from '../../../apps/business-service/src/queue/lmdb/databases.ts';
import { ResultIndex } from '../../../apps/business-service/src/queue/lmdb/result-index.ts';
import { readResults } from '../../../apps/business-service/src/queue/lmdb/results-database.ts';
import { StoredResults } from '../../../apps/business-service/src/queue/lmdb/stored-results.ts';
import type {
  KnownOperation,
  OperationQueue,
  QueuedRecord,
} from '../../../apps/business-service/src/queue/queue.ts';
import { uuidBytes } from '../../../apps/business-service/src/queue/uuid.ts';
import type { Write } from '../queue/simulated-disk.ts';
import { type Mutation, replaceMethods } from './mutation.ts';

const GIVE_UP_AFTER_MS = 1_000;
const INDEXED_AFTER_MS = 50;

/** Bugs of the business service: its queue, its worker, its door. */
export const QUEUE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'skip-the-fsync',
    bug: 'the queue answers when its writes are with the operating system, and not when they are on disk (I1)',
    diskDoesNotSync: true,
  },
  {
    name: 'answer-before-the-append',
    bug: 'the api answers 202 while the append is still being written (I1)',
    queue: (queue) =>
      replaceMethods(queue, {
        async append(entries, atomic) {
          const written = queue.append(entries, atomic);
          written.catch(() => undefined);
          // A refusal that is known at once is still told.
          await Promise.race([written, Promise.resolve()]);
        },
      }),
  },
  {
    name: 'drop-what-does-not-fit',
    bug: 'past its limit the queue takes operations and drops them (I9)',
    queue: (queue) =>
      replaceMethods(queue, {
        append: (entries, atomic) =>
          queue.append(entries, atomic).catch((error: unknown) => {
            if (!(error instanceof ProblemError) || error.code !== 'queue_full') throw error;
          }),
      }),
  },
  {
    name: 'remove-before-the-answer',
    bug: 'the worker removes a batch from the queue when it sends it, and not when it has the answer (I1)',
    queue: (queue, disk) =>
      replaceMethods(queue, {
        async next(limits, signal) {
          const records = await queue.next(limits, signal);
          await disk.write(removals(records)).catch(() => undefined);
          return records;
        },
      }),
  },
  {
    name: 'remove-before-the-results',
    bug: 'records leave the queue in one transaction, and their results are stored in the next (I1, I6)',
    queue: (queue, disk) =>
      replaceMethods(queue, {
        async settle(records, outcomes) {
          await disk.write(removals(records)).catch(() => undefined);
          await queue.settle(records, outcomes);
        },
      }),
  },
  {
    name: 'believe-the-index',
    bug: 'what the index of results finds is answered without comparing the id, and ids collide (I6)',
    storedResults(results, keptMax) {
      const index = new ResultIndex((bytes, offset) => bytes[offset + 15]! & 7);
      for (const { key, value } of results.getRange()) index.add(key, readResults(value));
      return replaceMethods(new StoredResults(results, keptMax, index), {
        find: (id) => index.find(uuidBytes(id), (number) => resultOf(results, number)),
      });
    },
  },
  {
    name: 'index-some-time-after-the-results',
    bug: 'an operation that is final is in the index of results only a while after it has left the queue (I6)',
    storedResults(results, keptMax) {
      const stored = new StoredResults(results, keptMax);
      const late = new Set<string>();
      return replaceMethods(stored, {
        store(entries, nowMs) {
          stored.store(entries, nowMs);
          for (const { id } of entries) {
            late.add(id);
            setTimeout(() => late.delete(id), INDEXED_AFTER_MS);
          }
        },
        find: (id) => (late.has(id) ? undefined : stored.find(id)),
      });
    },
  },
  {
    name: 'tell-before-the-results',
    bug: 'a waiting client is told the result before the service has stored it (I6)',
    queue: (queue) =>
      replaceMethods(queue, {
        async settle(records, outcomes) {
          void settleSomeTime(queue, records, outcomes);
        },
      }),
  },
  {
    name: 'deliver-in-reverse',
    bug: 'the worker sends what has gathered in the wrong order',
    queue: (queue) =>
      replaceMethods(queue, {
        next: async (limits, signal) => (await queue.next(limits, signal)).toReversed(),
      }),
  },
  {
    name: 'give-up-after-a-while',
    bug: 'the worker makes dead letters of a batch that nobody answers (I1)',
    delivery: (delivery) =>
      replaceMethods(delivery, {
        deliver: (batch, signals) => {
          const outcome = { kind: 'dead', code: 'ledger_unavailable', detail: 'no answer' } as const;
          const givenUp = new Promise<void>((resolve) => setTimeout(resolve, GIVE_UP_AFTER_MS)).then(() =>
            Array.from({ length: batch.count }, () => outcome),
          );
          return Promise.race([delivery.deliver(batch, signals), givenUp]);
        },
      }),
  },
  {
    name: 'believe-any-answer',
    bug: 'the worker believes an answer of the right length without looking at the ids in it (I6)',
    dataServiceClient: (client) =>
      replaceMethods(client, {
        async postBatch(body, signal) {
          const answer = await client.postBatch(body, signal);
          return answer.status === 200 ? { ...answer, body: aboutThese(body, answer.body) } : answer;
        },
      }),
  },
  {
    name: 'one-bad-operation-spoils-the-batch',
    bug: 'when one operation of a batch becomes a dead letter, so do all (I1)',
    delivery: (delivery) =>
      replaceMethods(delivery, {
        async deliver(batch, signals) {
          const delivered = await delivery.deliver(batch, signals);
          const dead = delivered?.find((outcome) => outcome.kind === 'dead');
          return dead === undefined ? delivered : delivered?.map(() => dead);
        },
      }),
  },
  {
    name: 'refuse-while-the-ledger-is-down',
    bug: 'the api takes operations only while the ledger can be reached (I9)',
    intake: (intake, ledgerIsDown) =>
      replaceMethods(intake, {
        async take(submission, patience) {
          if (ledgerIsDown()) throw new ProblemError('ledger_unavailable');
          return intake.take(submission, patience);
        },
      }),
  },
  {
    name: 'a-new-id-for-every-try',
    bug: 'a client makes a new id when it sends an operation again (I2)',
    resend(body, newId) {
      const json = JSON.parse(body) as { id?: string };
      return json.id === undefined ? body : JSON.stringify({ ...json, id: newId() });
    },
  },
];

interface AnswerBody {
  readonly results: readonly { readonly operation?: object }[];
}

/** The answer with the ids that were asked for, whatever it was about. */
function aboutThese(request: Buffer, text: string): string {
  const { operations } = JSON.parse(request.toString()) as { operations: { id: string }[] };
  try {
    const { results } = JSON.parse(text) as AnswerBody;
    return JSON.stringify({
      results: results.map((result, index) =>
        result.operation === undefined
          ? result
          : { operation: { ...result.operation, id: operations[index]?.id } },
      ),
    });
  } catch {
    return text;
  }
}

function removals(records: readonly QueuedRecord[]): Write[] {
  return records.map(({ position }) => ({ table: 'queue', key: position, value: undefined }));
}

/** The result of this number, whatever operation it is of. */
function resultOf(results: Databases['results'], number: number): KnownOperation | undefined {
  const [stored] = results.getRange({ start: number, reverse: true, limit: 1 });
  const record = stored && readResults(stored.value);
  const index = number - (stored?.key ?? 0);
  if (record === undefined || index >= record.count) return undefined;
  return { state: 'final', json: record.json(index), named: record.named(index) };
}

async function settleSomeTime(
  queue: OperationQueue,
  ...[records, outcomes]: Parameters<OperationQueue['settle']>
): Promise<void> {
  for (;;) {
    const failed = await queue.settle(records, outcomes).then(
      () => false,
      () => true,
    );
    if (!failed) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
