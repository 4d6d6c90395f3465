import { type Static, Type } from 'typebox';
import { Instant } from './primitives.ts';

const strict = { additionalProperties: false } as const;

/** The forms in which a statement leaves the bank, and what each is called on the wire. */
export const STATEMENT_FORMATS = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
  ofx: 'application/x-ofx; charset=utf-8',
} as const;

export type StatementFormat = keyof typeof STATEMENT_FORMATS;

export const STATEMENT_FORMAT_NAMES = Object.keys(STATEMENT_FORMATS) as readonly StatementFormat[];

export const StatementExportQuery = Type.Object(
  {
    format: Type.Enum([...STATEMENT_FORMAT_NAMES], {
      description:
        '`csv`: for spreadsheets (RFC 4180). `jsonl`: one JSON object a line, for programs. `ofx`: OFX 2.2, for accounting.',
    }),
    from: Type.Optional(Type.String({ ...Instant, description: 'First instant, inclusive.' })),
    to: Type.Optional(
      Type.String({ ...Instant, description: 'Last instant, exclusive; absent: everything up to now.' }),
    ),
  },
  strict,
);

export type StatementExportQuery = Static<typeof StatementExportQuery>;
