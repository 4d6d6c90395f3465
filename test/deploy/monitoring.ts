import { text, yaml } from './manifests.ts';

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook_url: string };
}

interface RuleGroups {
  readonly groups: readonly { readonly rules: readonly AlertRule[] }[];
}

/** The groups of deploy/prometheus/alerts.yml. */
export const RULE_GROUPS = (yaml('deploy/prometheus/alerts.yml') as RuleGroups).groups;
export const ALERTS = RULE_GROUPS.flatMap(({ rules }) => rules);

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

/** Every query of the dashboard, with the title of its panel. */
export const QUERIES = (JSON.parse(text('deploy/grafana/lastro.json')) as Dashboard).panels.flatMap(
  ({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })),
);

/** The metrics that a query names. */
export function metricsIn(query: string): string[] {
  return [...query.matchAll(/\b(?:lastro|nodejs|process)_[a-z0-9_]+/g)].map(([name]) => name);
}
