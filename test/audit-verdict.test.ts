import { describe, expect, it } from 'vitest';
import { auditVerdict } from '../scripts/audit-verdict.ts';

const report = (...severities: string[]) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(
      severities.map((severity, index) => [
        `package-${index}`,
        { severity, range: '<2', via: [{ title: 'A hole', url: 'https://example.org/1' }, 'other'] },
      ]),
    ),
  });

describe('the audit of dependencies', () => {
  it.each([['high'], ['critical']])('stops at a hole that is %s, and tells it', (severity) => {
    expect(auditVerdict(report('low', severity))).toEqual({
      ok: false,
      lines: [
        `package-1 <2 (${severity}): A hole https://example.org/1; through other`,
        'dependencies audited: 2 with known holes, 1 of them high or critical',
      ],
    });
  });

  it('goes on with none, or with lesser ones', () => {
    for (const output of [report(), report('info', 'low', 'moderate')])
      expect(auditVerdict(output)).toMatchObject({ ok: true });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '<html>'],
    ['null', 'null'],
    ['an error', '{"message":"405 Method Not Allowed","error":{}}'],
  ])('decides nothing when the registry answers with %s', (_case, output) => {
    const { ok, lines } = auditVerdict(output);
    expect([ok, lines.length]).toEqual([true, 1]);
    expect(lines[0]).toMatch(/^dependencies not audited: ./);
  });
});
