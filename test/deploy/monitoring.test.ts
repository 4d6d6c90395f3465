import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kubernetesObjects, REPOSITORY, text, yaml } from './manifests.ts';
import { ALERTS, RULE_GROUPS } from './monitoring.ts';

const DIRECTORY = join(REPOSITORY, 'deploy/prometheus');
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const promtool = hasPromtool ? 'promtool' : 'promtool, which is not installed (Debian: prometheus),';

interface RuleTests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly unknown[];
    }[];
  }[];
}

// A tool takes its time to start on a busy machine.
describe('the alerts', { timeout: 60_000 }, () => {
  it.skipIf(!hasPromtool).each([
    ['check', 'rules', 'alerts.yml'],
    ['check', 'config', 'prometheus.yml'],
    ['test', 'rules', 'alerts.test.yml'],
  ])(`hold before ${promtool} %s %s %s`, (...args) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: DIRECTORY, encoding: 'utf8' });
    expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
  });

  it('are each tested to fire, and to be silent when all is well', () => {
    const { tests } = yaml('deploy/prometheus/alerts.test.yml') as RuleTests;
    const all = tests.flatMap((test) => test.alert_rule_test);
    const namesOf = (fires: boolean) =>
      new Set(all.filter((test) => test.exp_alerts.length > 0 === fires).map((test) => test.alertname));
    const names = ALERTS.map(({ alert }) => alert);
    expect([...namesOf(true)]).toEqual(names);
    expect([...namesOf(false)]).toEqual(names);
  });

  it('are the same for the Prometheus Operator', () => {
    const rule = kubernetesObjects('deploy/kubernetes').find(
      ({ object }) => object.kind === 'PrometheusRule',
    );
    expect(rule?.object.spec?.groups).toEqual(RULE_GROUPS);
  });

  it.each(ALERTS.map((rule) => [rule.alert, rule] as const))(
    '%s: has a section that says what it means and what to do, where it points to',
    (alert, { annotations }) => {
      expect(annotations.runbook_url).toBe(`docs/OPERATIONS.md#${alert.toLowerCase()}`);
      const section = text('docs/OPERATIONS.md').split(`\n### ${alert}\n`)[1]?.split('\n#')[0];
      expect(section).toMatch(/\*\*Means\*\*.+/);
      expect(section).toMatch(/\*\*Do\*\*.+/);
    },
  );
});
