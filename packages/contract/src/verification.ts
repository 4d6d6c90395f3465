import { type Static, Type } from 'typebox';
import { Instant, SenderName } from './primitives.ts';
import { SubscriptionId } from './monitor.ts';

const strict = { additionalProperties: false } as const;

/** Most findings that a verification shows. */
export const VERIFICATION_FINDINGS_MAX = 20;

/** Body of POST /v1/verifications. */
export const VerificationRequest = Type.Object(
  {
    scope: Type.Optional(
      Type.Enum(['whole', 'sinceLast'], {
        default: 'whole',
        description:
          '`whole`: every operation. `sinceLast`: those after the last verification that found the ledger whole; where none is remembered, every one.',
      }),
    ),
  },
  { ...strict, title: 'VerificationRequest' },
);

/** What a business service sends for it to the data service. */
export const SubmittedVerification = Type.Object(
  { id: SubscriptionId, scope: Type.Enum(['whole', 'sinceLast']), startedBy: SenderName },
  strict,
);

export const VerificationFinding = Type.Object({
  where: Type.String({ description: 'The batch, operation or account, or what else is off.' }),
  problem: Type.String(),
});

/** The whole ledger, computed again from its operations and compared. */
export const Verification = Type.Object(
  {
    id: SubscriptionId,
    state: Type.Enum(['running', 'done', 'cancelled', 'failed'], {
      description: '`done`: see `whole`. `failed`: it could not go on, so nothing is known; see `detail`.',
    }),
    startedAt: Instant,
    startedBy: Type.String({ ...SenderName, description: 'Name of the key that asked for it.' }),
    endedAt: Type.Optional(Instant),
    sinceSequence: Type.Integer({ description: 'Only operations after this one are checked; 0: all.' }),
    operationsChecked: Type.Integer({ description: 'How far it is: operations read so far.' }),
    operationsTotal: Type.Integer({ description: 'How many there are to read; 0: not known yet.' }),
    whole: Type.Optional(Type.Boolean({ description: 'When it is done: everything holds.' })),
    findingCount: Type.Integer(),
    findings: Type.Array(VerificationFinding, {
      description: `The first ${VERIFICATION_FINDINGS_MAX} things that do not hold.`,
    }),
    head: Type.Optional(
      Type.Object(
        { sequence: Type.Integer(), batch: Type.Integer(), hash: Type.String() },
        { description: 'Up to where it was verified.' },
      ),
    ),
    detail: Type.Optional(Type.String({ description: 'Why it failed.' })),
  },
  { title: 'Verification' },
);

export const VerificationParams = Type.Object({ id: SubscriptionId }, strict);

export type VerificationRequest = Static<typeof VerificationRequest>;
export type SubmittedVerification = Static<typeof SubmittedVerification>;
export type Verification = Static<typeof Verification>;
