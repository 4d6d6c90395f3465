import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import { startChild } from './child-process.ts';
import { temporaryDirectory } from './lmdb-harness.ts';
import { ADMIN_KEY } from './running-bank.ts';
import { HAS_STRACE } from './strace.ts';

/** One system call: the lines of the trace at which it began and returned, and how. */
interface Call {
  readonly name: string;
  readonly text: string;
  readonly began: number;
  readonly returned: number;
  readonly result: string;
}

const BEGIN = /^(\d+) +(\w+)\((.*)/s;
const RESUMED = /^(\d+) +<\.\.\. \w+ resumed>(.*)/s;
const RESULT = / = (\S+)[^=]{0,60}$/;

/** Puts together the calls of a trace of several threads, in which a call may be cut in two by others. */
function readTrace(trace: string): Call[] {
  const calls: Call[] = [];
  const begun = new Map<string, Omit<Call, 'returned' | 'result'>>();
  const finish = (thread: string, more: string, returned: number) => {
    const call = begun.get(thread);
    if (call === undefined) return;
    begun.delete(thread);
    const text = call.text + more;
    calls.push({ ...call, text, returned, result: RESULT.exec(text)?.[1] ?? '' });
  };
  for (const [line, content] of trace.split('\n').entries()) {
    const [, resumedThread, end] = RESUMED.exec(content) ?? [];
    if (resumedThread !== undefined && end !== undefined) finish(resumedThread, end, line);
    const [, thread, name, text] = BEGIN.exec(content) ?? [];
    if (thread === undefined || name === undefined || text === undefined) continue;
    begun.set(thread, { name, text, began: line });
    if (!text.endsWith('<unfinished ...>')) finish(thread, '', line);
  }
  return calls;
}

const isToQueue = ({ text }: Call) => /^\d+<[^>]*queue\.mdb>/.test(text);
const isToSocket = ({ text }: Call) => /^\d+<(?:TCP|socket)/.test(text);

describe.skipIf(!HAS_STRACE)('a 202 (needs strace)', () => {
  let directory: string;
  let pid: number | undefined;

  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(async () => {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  it(
    'leaves only after the sync that covers its operation has returned (I1)',
    { timeout: 120_000 },
    async () => {
      const traceFile = join(directory, 'trace');
      const strace = ['strace', '-f', '-yy', '-s', '200000', '-o', traceFile];
      const traced = ['-e', 'trace=write,writev,pwrite64,pwritev,fdatasync,sendto,sendmsg'];
      const settings = {
        LASTRO_BUSINESS_ID: 'business-1',
        LASTRO_BUSINESS_KEY: 'business-key-of-the-tests',
        LASTRO_DATA_URL: 'http://127.0.0.1:9',
        LASTRO_QUEUE_DIR: join(directory, 'queue'),
        LASTRO_ADMIN_KEY: ADMIN_KEY,
        LASTRO_PORT: '0',
        LASTRO_LOG_LEVEL: 'silent',
      };
      const child = startChild('child-serves.ts', [JSON.stringify(settings)], [...strace, ...traced]);
      const { value: line } = (await child.lines.next()) as { value: string };
      const [childPid, url] = line.split(' ') as [string, string];
      pid = Number(childPid);
      const ids: string[] = [];
      const send = async () => {
        const id = uuidv7();
        const answer = await request(`${url}/v1/deposits`, {
          method: 'POST',
          headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
          body: JSON.stringify({ id, account: 'alice', amount: 1 }),
        });
        expect(answer.statusCode).toBe(202);
        await answer.body.dump();
        ids.push(id);
      };
      for (let round = 0; round < 5; round += 1) await send();
      for (let round = 0; round < 5; round += 1) await Promise.all(Array.from({ length: 20 }, send));
      process.kill(pid, 'SIGKILL');
      pid = undefined;
      await child.exited;

      const calls = readTrace(await readFile(traceFile, 'latin1'));
      const syncs = calls.filter((call) => call.name === 'fdatasync' && isToQueue(call));
      expect(syncs.length).toBeGreaterThan(5);
      expect(syncs.length).toBeLessThan(ids.length);
      for (const id of ids) {
        const data = calls.find((call) => isToQueue(call) && call.text.includes(id));
        const answer = calls.find(
          (call) => isToSocket(call) && call.text.includes('HTTP/1.1 202') && call.text.includes(id),
        );
        expect(data, `operation ${id} is in a write to the queue's file`).toBeDefined();
        expect(answer, `operation ${id} is in an answer`).toBeDefined();
        const sync = syncs.find((call) => call.began > data!.returned && call.result === '0');
        expect(sync, `a sync follows the write of ${id}`).toBeDefined();
        // The transaction counts once its meta page is written, through a descriptor that syncs by itself.
        const meta = calls.find(
          (call) => isToQueue(call) && call.name === 'pwrite64' && call.began > sync!.returned,
        );
        expect(meta, `the meta page follows the sync of ${id}`).toBeDefined();
        expect(answer!.began, `the answer about ${id} follows all of it`).toBeGreaterThan(meta!.returned);
      }
    },
  );
});
