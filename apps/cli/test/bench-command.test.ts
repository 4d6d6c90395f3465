import { describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

describe('lastro bench', () => {
  it.each([
    ['an unknown flag', ['--no-such-flag']],
    ['a value that makes no sense', ['run', '--rounds', '0']],
    ['a row that is not measured', ['run', '--only', 'nothing/single']],
  ])('refuses %s like every other command', async (_what, args) => {
    const { status, noted } = await runCommand(['bench', ...args]);
    expect(status).toBe(2);
    expect(noted).toHaveLength(1);
    expect(noted[0]).toMatch(/^lastro: /);
  });

  it('tells its own commands', async () => {
    const { status, printed } = await runCommand(['bench', '--help']);
    expect(status).toBe(0);
    expect(printed.join('\n')).toMatch(/growth[^]*guard[^]*verify/);
  });
});
