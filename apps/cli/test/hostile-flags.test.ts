import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import fc, { type Arbitrary } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../src/program.ts';
import { runCommand } from './run-command.ts';

const NOBODY = { interactive: false, print: () => undefined, note: () => undefined };

/** Every command that does something, with its words: those of the program, so that a new one is tried by itself. */
function leaves(command: Command, words: readonly string[] = []): [string, Command][] {
  if (command.commands.length === 0) return [[words.join(' '), command]];
  return command.commands.flatMap((child) => leaves(child, [...words, child.name()]));
}
// The benchmark has a command line of its own behind its name.
const commands = leaves(createProgram({ env: {}, terminal: NOBODY })).filter(([words]) => words !== 'bench');

/** Some flags name files to write, and nothing outside of the test's own directory may be touched. */
const LEADS_ELSEWHERE = /^\/|\.\./;

/** No argument of a process can have a NUL in it, or half a surrogate pair: those are not among them. */
const garbage = fc
  .oneof(
    fc.constantFrom(
      ...[
        '',
        ' ',
        '0',
        '-1',
        '+1',
        '1e3',
        '0x10',
        '1.5',
        '1,5',
        'NaN',
        'Infinity',
        '99999999999999999999',
        '١٢',
      ],
      ...['\n', '💰', '@', '@cash.BRL', '__proto__', 'constructor'],
      ...[
        'ftp://x',
        'http://',
        'http://[',
        'javascript:1',
        ',,,',
        'a=1,b=2',
        'BRL',
        'brl',
        'XXX',
        '2026-13-45',
        '-',
        '--',
        '=1',
      ],
      'x'.repeat(10_000),
    ),
    fc.string(),
  )
  .filter((text) => !['help', '-h', '--help'].includes(text) && !LEADS_ELSEWHERE.test(text));

const unknownFlag = fc.constantFrom('--no-such-flag', '--no-such-flag=1', '-Z', '--port=', '--data-dir');

function flagsOf(option: Option): Arbitrary<string[]> {
  const flag = option.long ?? option.short!;
  if (!option.required && !option.optional) return fc.constant([flag]);
  return garbage.chain((value) => fc.constantFrom([flag, value], [`${flag}=${value}`]));
}

describe('a command line that makes no sense', () => {
  let directory: string;
  let noDirectory: string;
  const home = process.cwd();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lastro-flags-'));
    // Nothing can be made in a file: whatever gets past its flags ends there, and starts no bank.
    await writeFile(join(directory, 'file'), '');
    noDirectory = join(directory, 'file', 'data');
    process.chdir(directory);
  });
  afterAll(async () => {
    process.chdir(home);
    await rm(directory, { recursive: true });
  });

  it.each(commands)('is one line and status 1 or 2: lastro %s', async (words, command) => {
    const options = command.options.filter(
      (option) => option.long !== '--help' && option.long !== '--data-dir',
    );
    const anyFlag = fc.oneof(
      ...options.map(flagsOf),
      unknownFlag.map((flag) => [flag]),
    );
    const takesDirectory = command.options.some((option) => option.long === '--data-dir');
    // A command that could begin without a data directory never gets that far.
    const end = takesDirectory ? ['--data-dir', noDirectory] : ['--no-such-flag'];
    await fc.assert(
      fc.asyncProperty(
        fc.array(garbage, { maxLength: 4 }),
        fc.array(anyFlag, { maxLength: 4 }),
        async (args, flags) => {
          const { status, noted } = await runCommand([...words.split(' '), ...flags.flat(), ...end, ...args]);
          const line = noted.at(-1) ?? '';
          expect([1, 2]).toContain(status);
          expect(line).toMatch(/^lastro: ./);
          expect(noted.join('|')).not.toMatch(/\n|a fault of ours|\bat \S+:\d+:\d+/);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each(['', 'x', 'upp', 'up up', '__proto__', 'constructor', '--', '-x'])(
    'is one line and status 2, also without a command: lastro %j',
    async (args) => {
      const { status, noted } = await runCommand(args === '' ? [''] : args.split(' '));
      expect(status).toBe(2);
      expect(noted.at(-1)).not.toMatch(/a fault of ours/);
    },
  );
});
