/** What was found about the dependencies, and whether it is bad enough to stop. */
export interface AuditVerdict {
  readonly lines: readonly string[];
  readonly ok: boolean;
}

interface Finding {
  readonly severity: string;
  readonly range?: string;
  readonly via?: readonly (string | { readonly title?: string; readonly url?: string })[];
}

const STOPPING = ['high', 'critical'];

/**
 * Judges what `npm audit --json` wrote: a known hole of high or critical severity stops. Whatever is no report, because
 * the registry did not answer or knows no audits, decides nothing.
 */
export function auditVerdict(output: string): AuditVerdict {
  const { auditReportVersion, vulnerabilities = {}, message = 'no answer' } = parse(output);
  if (auditReportVersion === undefined) return { lines: [`dependencies not audited: ${message}`], ok: true };
  const findings = Object.entries(vulnerabilities);
  const stopping = findings.filter(([, { severity }]) => STOPPING.includes(severity));
  const lines = stopping.map(
    ([name, finding]) => `${name} ${finding.range ?? ''} (${finding.severity}): ${why(finding)}`,
  );
  const total = `dependencies audited: ${findings.length} with known holes, ${stopping.length} of them high or critical`;
  return { lines: [...lines, total], ok: stopping.length === 0 };
}

function why({ via = [] }: Finding): string {
  return via
    .map((cause) =>
      typeof cause === 'string' ? `through ${cause}` : `${cause.title ?? 'a hole'} ${cause.url ?? ''}`.trim(),
    )
    .join('; ');
}

interface AuditReport {
  readonly auditReportVersion?: number;
  readonly vulnerabilities?: Readonly<Record<string, Finding>>;
  readonly message?: string;
}

function parse(output: string): AuditReport {
  try {
    return (JSON.parse(output) ?? {}) as AuditReport;
  } catch {
    return {};
  }
}
