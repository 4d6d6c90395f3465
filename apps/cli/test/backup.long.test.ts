import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLineOf, signalIfThere } from '@lastro/service';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RunningBank } from '../src/data-directory/running-bank.ts';
import { LastroProcess, lastro, statusOf } from './lastro-process.ts';

const PATIENCE = { timeout: 60_000, interval: 100 };
const CUSTOMERS = ['alice', 'bob', 'carol', 'dora'];

let directory: string;
let dataDir: string;
let backupDir: string;
let ups: LastroProcess[];
let seen: Set<number>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lastro-backup-'));
  dataDir = join(directory, 'data');
  backupDir = join(directory, 'backups', 'first');
  ups = [];
  seen = new Set();
});

afterEach(async () => {
  for (const up of ups) up.child.kill('SIGKILL');
  for (const pid of seen) {
    const command = await commandLineOf(pid);
    if (command === '') continue;
    signalIfThere(pid, command.includes('postgres') ? 'SIGQUIT' : 'SIGKILL');
    await vi.waitFor(async () => expect(await commandLineOf(pid)).toBe(''), PATIENCE);
  }
  await rm(directory, { recursive: true, force: true });
});

interface Bank extends RunningBank {
  readonly up: LastroProcess;
  readonly key: string;
}

async function start(at: string): Promise<Bank> {
  const up = new LastroProcess(['up', '--port', '0', '--business', '2', '--data-dir', at]);
  ups.push(up);
  await up.says('Ctrl-C stops it');
  const { ready, bank } = await statusOf(at);
  for (const pid of Object.values(bank.pids)) seen.add(pid);
  expect(ready).toBe(true);
  return { ...bank, up, key: (await readFile(bank.keyFile, 'utf8')).trim() };
}

async function stop({ up }: Bank): Promise<void> {
  up.child.kill('SIGINT');
  expect((await up.ended).status).toBe(0);
}

/** As when the power fails: nothing is told, nothing ends in order. */
async function cutPower({ pids }: Bank): Promise<void> {
  for (const [name, pid] of Object.entries(pids)) if (name !== 'postgres') signalIfThere(pid, 'SIGKILL');
  signalIfThere(pids['postgres']!, 'SIGQUIT');
  for (const pid of Object.values(pids))
    await vi.waitFor(async () => expect(await commandLineOf(pid)).toBe(''), PATIENCE);
}

interface Answer {
  readonly status: string;
  readonly [field: string]: unknown;
}

async function call(bank: Bank, door: number, path: string, body?: object, wait?: number): Promise<Answer> {
  const response = await fetch(new URL(path, bank.businessServices[door % 2]), {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${bank.key}`,
      'content-type': 'application/json',
      ...(wait === undefined ? {} : { prefer: `wait=${wait}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Answer;
  expect([200, 201, 202, 422], JSON.stringify(answer)).toContain(response.status);
  return answer;
}

async function openCustomers(bank: Bank): Promise<void> {
  for (const [door, id] of CUSTOMERS.entries()) {
    await call(bank, door, '/v1/accounts', { id, overdraftLimit: 50 }, 20);
    await call(bank, door, '/v1/deposits', { account: id, amount: 1_000 }, 20);
  }
}

/** A transfer between two customers, which their balances may not allow. */
async function transfer(bank: Bank, turn: number, wait?: number): Promise<string> {
  const id = uuidv7();
  const [from, to] = [CUSTOMERS[turn % 4], CUSTOMERS[(turn * 7 + 1) % 4]];
  await call(
    bank,
    turn,
    '/v1/transfers',
    { id, from, to, amount: 1 + (turn % 400), description: 'tea ☕' },
    wait,
  );
  return id;
}

/** Sends transfers, several at a time, until it is told to stop; the ids that were acknowledged so far. */
function keepSending(bank: Bank) {
  const acknowledged: string[] = [];
  let enough = false;
  const senders = Array.from({ length: 8 }, async (_, sender) => {
    for (let turn = sender; !enough; turn += 8) acknowledged.push(await transfer(bank, turn));
  });
  return {
    acknowledged,
    async stop() {
      enough = true;
      await Promise.all(senders);
    },
  };
}

async function finalOf(bank: Bank, id: string): Promise<Answer> {
  return vi.waitFor(async () => {
    const operation = await call(bank, 0, `/v1/operations/${id}`).catch(() =>
      call(bank, 1, `/v1/operations/${id}`),
    );
    expect(operation.status).not.toBe('accepted');
    return operation;
  }, PATIENCE);
}

interface Verified {
  readonly status: number | null;
  readonly head: { readonly sequence: number; readonly hash: string };
  readonly findings: readonly unknown[];
}

async function verify(at: string, ...flags: string[]): Promise<Verified> {
  const { status, stdout, stderr } = await lastro(['verify', '--json', '--data-dir', at, ...flags]);
  expect(stdout, stderr).not.toBe('');
  return { ...(JSON.parse(stdout) as Omit<Verified, 'status'>), status };
}

describe('lastro backup', () => {
  test('copies a bank under load: what was acknowledged before is in the copy, which verifies and lives', async () => {
    const bank = await start(dataDir);
    await openCustomers(bank);
    const load = keepSending(bank);
    await vi.waitFor(() => expect(load.acknowledged.length).toBeGreaterThan(200), PATIENCE);
    const headFile = join(directory, 'head.json');
    await verify(dataDir, '--save-head', headFile);
    const before = [...load.acknowledged];

    const backup = await lastro(['backup', backupDir, '--data-dir', dataDir]);

    await load.stop();
    expect(backup).toMatchObject({ status: 0, stderr: '' });
    expect(backup.stdout).toContain('the queues of business-1, business-2');
    expect(load.acknowledged.length).toBeGreaterThan(before.length);
    for (const file of ['admin.key', 'credentials.json'])
      expect((await stat(join(backupDir, file))).mode & 0o777, file).toBe(0o600);
    expect(await readdir(join(directory, 'backups'))).toEqual(['first']);

    // Beside the first, which goes on.
    const copy = await start(backupDir);
    for (const id of before) {
      const { status, from, to, amount } = await finalOf(copy, id);
      const original = await finalOf(bank, id);
      expect({ from, to, amount }).toEqual({
        from: original['from'],
        to: original['to'],
        amount: original['amount'],
      });
      expect(['posted', 'rejected']).toContain(status);
    }
    expect(await verify(backupDir, '--head', headFile)).toMatchObject({ status: 0, findings: [] });
    expect(await verify(backupDir, '--since', headFile)).toMatchObject({ status: 0, findings: [] });
    await finalOf(copy, await transfer(copy, 1));
    expect(await verify(dataDir)).toMatchObject({ status: 0, findings: [] });
  });

  test('copies a bank that is stopped, and leaves nothing running', async () => {
    const bank = await start(dataDir);
    await openCustomers(bank);
    const { head } = await verify(dataDir);
    await stop(bank);

    expect(await lastro(['backup', backupDir, '--data-dir', dataDir])).toMatchObject({ status: 0 });

    expect(existsSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'))).toBe(false);
    await start(backupDir);
    expect((await verify(backupDir)).head).toEqual(head);
  });

  test('says in one line what is wrong, and leaves what is there', async () => {
    const refusal = async (...args: string[]) => {
      const { status, stdout, stderr } = await lastro(['backup', ...args]);
      expect(stdout).toBe('');
      return { status, line: stderr.trim() };
    };
    await mkdir(dataDir);
    expect(await refusal(backupDir, '--data-dir', dataDir)).toEqual({
      status: 1,
      line: `lastro: there is no bank in ${dataDir}: name its data directory with --data-dir`,
    });
    expect(existsSync(backupDir)).toBe(false);
    expect(await refusal()).toMatchObject({ status: 2, line: expect.stringContaining("'to'") as string });
    expect((await refusal(join(dataDir, 'inside'), '--data-dir', dataDir)).line).toContain(
      'in the data directory itself',
    );

    await writeFile(join(dataDir, 'format.json'), '{"version":1}');
    expect((await refusal(backupDir, '--data-dir', dataDir)).line).toContain('a PostgreSQL of your own');

    await mkdir(backupDir, { recursive: true });
    await writeFile(join(backupDir, 'thesis.txt'), 'mine');
    expect((await refusal(backupDir, '--data-dir', dataDir)).line).toContain('is there already');
    expect(await readdir(backupDir)).toEqual(['thesis.txt']);
    await mkdir(join(directory, 'cut.partial'));
    expect((await refusal(join(directory, 'cut'), '--data-dir', dataDir)).line).toContain(
      'cut.partial is in the way',
    );
  });
});

describe('a ledger from a backup, with queues that are newer', () => {
  /** Posts, makes a backup, posts more, accepts what cannot be posted any more, and cuts the power. */
  async function loseLedgerAfterBackup() {
    const bank = await start(dataDir);
    await openCustomers(bank);
    const early = await Promise.all(Array.from({ length: 50 }, (_, turn) => transfer(bank, turn, 20)));
    expect(await lastro(['backup', backupDir, '--data-dir', dataDir])).toMatchObject({ status: 0 });
    await call(
      bank,
      0,
      '/v1/accounts',
      { id: 'emil', name: 'Emil', currency: 'USD', metadata: { b: '1', a: '2' } },
      20,
    );
    const late = await Promise.all(Array.from({ length: 200 }, (_, turn) => transfer(bank, turn, 20)));
    const group = [
      { type: 'deposit', account: 'alice', amount: 5, currency: 'BRL' },
      { type: 'transfer', from: 'alice', to: 'bob', amount: 1_000_000 },
    ];
    await call(bank, 1, '/v1/operations', { atomic: true, operations: group }, 20);
    const answers = new Map<string, Answer>();
    for (const id of [...early, ...late]) answers.set(id, await finalOf(bank, id));
    const { head } = await verify(dataDir);
    process.kill(bank.pids['data']!, 'SIGSTOP');
    const queued = await Promise.all(Array.from({ length: 50 }, (_, turn) => transfer(bank, turn)));
    await cutPower(bank);

    await rm(join(dataDir, 'postgres'), { recursive: true });
    await cp(join(backupDir, 'postgres'), join(dataDir, 'postgres'), {
      recursive: true,
      preserveTimestamps: true,
    });
    if (process.getuid?.() === 0) await chownLike(join(backupDir, 'postgres'), join(dataDir, 'postgres'));
    return { head, answers, early, late, queued };
  }

  test('is not served, and is brought back to the last operation and hash by lastro recover', async () => {
    const { head, answers, queued } = await loseLedgerAfterBackup();
    const refused = await lastro(['up', '--port', '0', '--business', '2', '--data-dir', dataDir]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`Run 'lastro recover --data-dir ${dataDir}' first`);

    const recovered = await lastro(['recover', '--data-dir', dataDir]);

    expect(recovered).toMatchObject({ status: 0, stderr: '' });
    expect(recovered.stdout).toContain('✓ Every result that the queues have kept is in the ledger');
    expect(await lastro(['recover', '--data-dir', dataDir])).toMatchObject({ status: 0 });
    const bank = await start(dataDir);
    const headFile = join(directory, 'head.json');
    await writeFile(headFile, JSON.stringify(head));
    expect(await verify(dataDir, '--head', headFile)).toMatchObject({ status: 0, findings: [] });
    for (const [id, answer] of answers) expect(await finalOf(bank, id)).toEqual(answer);
    for (const id of queued) await finalOf(bank, id);
    const after = await verify(dataDir);
    expect(after).toMatchObject({ status: 0, findings: [] });
    expect(after.head.sequence).toBe(head.sequence + queued.length);
  });

  test('has as much as the queues still hold, and says what came out otherwise', async () => {
    const { answers, late, queued } = await loseLedgerAfterBackup();
    // One of the two queues is lost as well: what only its business service had accepted is gone.
    await rm(join(dataDir, 'business-1'), { recursive: true });

    const recovered = await lastro(['recover', '--data-dir', dataDir]);

    expect(recovered.stdout).toMatch(/posted again +\d+/);
    const bank = await start(dataDir);
    expect(await verify(dataDir)).toMatchObject({ status: 0, findings: [] });
    const inLedger = await Promise.all(late.map((id) => isInLedger(bank, id)));
    expect(inLedger).toEqual(late.map((_, turn) => turn % 2 === 1));
    const told = late.filter((id) => recovered.stdout.includes(`operation ${id}: was`));
    const isOff = recovered.stderr.includes('came out otherwise than their clients were told');
    expect(recovered.status).toBe(isOff ? 1 : 0);
    expect(told.length > 0).toBe(isOff);
    for (const id of told) expect(['posted', 'rejected']).toContain(answers.get(id)!.status);
    for (const [turn, id] of queued.entries()) if (turn % 2 === 1) await finalOf(bank, id);
  });

  async function isInLedger(bank: Bank, id: string): Promise<boolean> {
    const credentials = JSON.parse(await readFile(join(dataDir, 'credentials.json'), 'utf8')) as Record<
      string,
      string
    >;
    const headers = { authorization: `Bearer ${credentials['business-1']}` };
    return (await fetch(new URL(`/v1/operations/${id}`, bank.dataService), { headers })).ok;
  }
});

describe('lastro recover says in one line what is wrong', () => {
  test.each([
    [['--queue', 'somewhere'], 2, '--queue needs --database-url or DATABASE_URL'],
    [['--data-dir', 'nowhere-at-all'], 1, 'there is no bank in'],
  ])('%j', async (args, expected, text) => {
    const { status, stdout, stderr } = await lastro(['recover', ...args]);
    expect(stdout).toBe('');
    expect(stderr).toContain(text);
    expect(status).toBe(expected);
  });

  test('a bank that runs', async () => {
    const bank = await start(dataDir);
    const { status, stderr } = await lastro(['recover', '--data-dir', dataDir]);
    expect(stderr).toContain(`is in use by process ${bank.pids['up']}`);
    expect(status).toBe(1);
    const queue = join(dataDir, 'business-1');
    const running = await lastro(['recover', '--queue', queue, '--database-url', bank.databaseUrl]);
    expect(running.stderr).toContain(`the queue in ${queue} is in use`);
    expect(running.status).toBe(1);
  });
});

/** Copies owners: Node's `cp` does not, and root runs PostgreSQL as somebody else. */
async function chownLike(source: string, target: string): Promise<void> {
  const { chown } = await import('node:fs/promises');
  for (const name of ['', ...(await readdir(source, { recursive: true }))]) {
    const { uid, gid } = await stat(join(source, name));
    await chown(join(target, name), uid, gid);
  }
}
