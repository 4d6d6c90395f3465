import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';

// A process takes its time to start on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const EXEC_ARGV = ['--import', 'tsx', '--conditions', '@lastro/source'];
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Ended {
  readonly status: number | null;
  readonly log: readonly string[];
}

/** Starts a real process, tied to its service by `stopWithProcess`; `ended` gives its status and what it logged. */
async function start(...behaviour: string[]): Promise<{ child: ChildProcess; ended: Promise<Ended> }> {
  const child = fork(join(import.meta.dirname, 'running-process.ts'), behaviour, {
    execArgv: EXEC_ARGV,
    // One thread for the log and all else that is done in the background.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    silent: true,
  });
  children.push(child);
  let output = '';
  child.stdout!.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr!.on('data', (text: Buffer) => (output += text.toString()));
  // `close` does not come for a child that was disconnected.
  const ends = [once(child, 'exit'), once(child.stdout!, 'end'), once(child.stderr!, 'end')];
  const ended = Promise.all(ends).then(([exit]) => {
    const lines = output.trim().split('\n');
    return {
      status: exit![0] as number | null,
      log: lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
    };
  });
  await once(child, 'message');
  return { child, ended };
}

describe('a service tied to its process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'stops gracefully on %s, and its log says so to the end',
    async (signal) => {
      const { child, ended } = await start('finishes');
      child.kill(signal);
      expect(await ended).toEqual({ status: 0, log: ['stopping', 'stopped'] });
    },
  );

  it('says that it is not ready, and goes on for a while, before it stops', async () => {
    const { child, ended } = await start('delays');
    child.kill('SIGTERM');
    expect(await once(child, 'message')).toEqual(['not ready', undefined]);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ status: 1, log: ['stopping', 'ending at once on a second signal'] });
  });

  it('is drained by SIGUSR2, however long that takes, and ends with status 0 when nothing is left', async () => {
    const { child, ended } = await start('drains');
    child.kill('SIGUSR2');
    await once(child, 'message');
    child.kill('SIGUSR2');
    child.send('drained');
    expect(await ended).toEqual({ status: 0, log: ['draining', 'drained', 'stopped'] });
  });

  it('ends with status 1 when it was to be drained and is stopped before', async () => {
    const { child, ended } = await start('drains');
    child.kill('SIGUSR2');
    await once(child, 'message');
    child.kill('SIGTERM');
    expect(await ended).toEqual({ status: 1, log: ['draining', 'not drained', 'stopped'] });
  });

  it('drains before it stops where it may, within its limit', async () => {
    const { child, ended } = await start('drains', 'briefly');
    child.kill('SIGTERM');
    expect(await ended).toEqual({ status: 0, log: ['stopping', 'not drained', 'stopped'] });
  });

  it('ends at once, with status 1, on a second signal', async () => {
    const { child, ended } = await start('hangs');
    child.kill('SIGTERM');
    await once(child, 'message');
    child.kill('SIGTERM');
    expect(await ended).toEqual({ status: 1, log: ['stopping', 'ending at once on a second signal'] });
  });

  it('keeps its log in order however late the threads are that write it', async () => {
    const { child, ended } = await start('busy');
    child.kill('SIGTERM');
    await once(child, 'message');
    child.kill('SIGTERM');
    expect(await ended).toEqual({ status: 1, log: ['stopping', 'ending at once on a second signal'] });
  });

  it('ends also when nobody reads its log', async () => {
    const child = fork(join(import.meta.dirname, 'running-process.ts'), ['chatty'], {
      execArgv: EXEC_ARGV,
      silent: true,
    });
    children.push(child);
    await once(child, 'message');
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([null, 'SIGKILL']);
  });

  it('ends with status 1 when it cannot stop before the deadline', async () => {
    const { child, ended } = await start('hangs', 'briefly');
    child.kill('SIGTERM');
    expect(await ended).toEqual({ status: 1, log: ['stopping', 'not stopped before the deadline'] });
  });

  it('ends with status 1 when stopping fails', async () => {
    const { child, ended } = await start('fails');
    child.kill('SIGTERM');
    expect(await ended).toEqual({ status: 1, log: ['stopping', 'could not stop'] });
  });

  it('stops, with status 1, after a fault that nobody caught', async () => {
    const { ended } = await start('throws');
    expect(await ended).toEqual({ status: 1, log: ['stopping after a fault', 'stopped'] });
  });

  it('stops when its parent lets go of it', async () => {
    const { child, ended } = await start('finishes');
    child.disconnect();
    expect(await ended).toEqual({ status: 0, log: ['stopping', 'stopped'] });
  });

  it('stops when its parent is killed with -9, and its output with it, so that none is orphaned', async () => {
    const parent = fork(join(import.meta.dirname, 'parent-process.ts'), {
      execArgv: EXEC_ARGV,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    });
    children.push(parent);
    await once(parent, 'message');
    const bothGone = once((parent.stdio[4] as Readable).resume(), 'end');
    parent.kill('SIGKILL');
    await bothGone;
  });

  it('stops also when its parent was gone before it was ready', async () => {
    const { child, ended } = await start('orphaned');
    child.disconnect();
    expect(await ended).toEqual({ status: 0, log: ['stopping', 'stopped'] });
  });
});
