import { type Static, Type } from 'typebox';

/** Query of every route that takes operations. */
export const DryRunQuery = Type.Object(
  {
    dryRun: Type.Optional(
      Type.Boolean({
        description:
          'Only say what would come of it now: the result and the reason, with nothing written and no id used up. Operations that are accepted and not posted yet are not counted.',
      }),
    ),
  },
  { additionalProperties: false },
);

export type DryRunQuery = Static<typeof DryRunQuery>;
