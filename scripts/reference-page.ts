import { BusinessServiceConfig } from '@lastro/business-service';
import { PROBLEM_CODES, PROBLEMS } from '@lastro/contract';
import { DataServiceConfig } from '@lastro/data-service';
import { REASON_NAMES } from '@lastro/ledger';

/** docs/REFERENCE.md: everything that a catalogue or a schema in the code says best itself. */
export function referencePage(): string {
  const reasons: readonly string[] = REASON_NAMES;
  return [
    '# Reference',
    'Written from the code by `npm run generate`.',
    '## Why an operation is rejected',
    'The rules of money say no, for good: the `reason` of a rejected operation, and the `code` of the 422 for a client that waits.',
    table(
      ['reason', 'means'],
      REASON_NAMES.map((code) => [`\`${code}\``, PROBLEMS[code].title]),
    ),
    '## Problem codes',
    'Every error is a problem of RFC 9457 (`application/problem+json`) with one of these `code`s, beside the reasons above. `detail` says what was wrong with the very request. Where sending again can help, send the same id.',
    table(
      ['code', 'status', 'means', 'send again?'],
      PROBLEM_CODES.filter((code) => !reasons.includes(code)).map((code) => {
        const { status, title, retryable } = PROBLEMS[code];
        return [`\`${code}\``, String(status), title, retryable ? 'yes' : 'no'];
      }),
    ),
    '## Settings of a business service',
    'Environment variables of `lastro business`. A wrong one ends it with one line and status 2. Any of them can be given in a file: `LASTRO_ADMIN_KEY_FILE=/run/secrets/admin-key` sets `LASTRO_ADMIN_KEY`, and no environment shows it.',
    settings(BusinessServiceConfig),
    '## Settings of a data service',
    'Environment variables of `lastro data`, or `..._FILE`s likewise (`DATABASE_URL_FILE`, ...).',
    settings(DataServiceConfig),
    '## Settings of the commands',
    table(
      ['variable', 'means'],
      [
        ['`LASTRO_API_KEY`', 'The key that a command uses; otherwise the one in the data directory.'],
        [
          '`LASTRO_ADMIN_KEY`',
          'For `lastro up`: the key of the bank; otherwise one is made, and kept in the data directory.',
        ],
      ],
    ),
  ].join('\n\n');
}

interface Setting {
  readonly description?: string;
  readonly default?: string | number;
}

function settings(schema: { readonly properties: object; readonly required?: readonly string[] }): string {
  const rows = Object.entries(schema.properties as Record<string, Setting>).map(([name, setting]) => {
    const without = schema.required?.includes(name) ? 'must be set' : 'none';
    const given = setting.default === undefined ? without : `\`${setting.default}\``;
    if (setting.description === undefined) throw new Error(`the setting ${name} has no description`);
    return [`\`${name}\``, given, setting.description];
  });
  return table(['variable', 'default', 'means'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
