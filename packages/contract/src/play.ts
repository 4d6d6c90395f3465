import { type Static, Type } from 'typebox';
import { Instant } from './primitives.ts';

const strict = { additionalProperties: false } as const;

/** Simulated clients, and how it goes. */
export const PlaySimulation = Type.Object(
  {
    state: Type.Enum(['starting', 'running', 'checking', 'stopped', 'failed'], {
      description:
        '`checking`: nothing more is sent; every result, balance and cent is compared. `failed`: it ended by itself; see `detail`.',
    }),
    clients: Type.Integer(),
    operationsPerSecond: Type.Union([Type.Integer(), Type.Null()], {
      description: 'Of all clients together; null: as fast as they go.',
    }),
    startedAt: Instant,
    endedAt: Type.Optional(Instant),
    sent: Type.Integer(),
    posted: Type.Integer({
      description:
        'What is not checked yet is an estimate, from the newest place in the ledger and a sample that is watched.',
    }),
    rejected: Type.Integer({ description: 'Likewise.' }),
    checks: Type.Integer({ description: 'How often everything was compared so far.' }),
    problems: Type.Integer({
      description: 'How often something was off. 0: every cent is where it should be.',
    }),
    detail: Type.Optional(Type.String({ description: 'What was off first, or why it ended; one line.' })),
  },
  { title: 'PlaySimulation' },
);

/** Query of DELETE /v1/play/simulation. */
export const PlaySimulationStopQuery = Type.Object(
  {
    check: Type.Boolean({
      default: true,
      description: 'false: end at once, also a check that is under way; nothing is compared then.',
    }),
  },
  strict,
);

/** Body of POST /v1/play/simulation. */
export const PlaySimulationRequest = Type.Object(
  {
    clients: Type.Integer({ minimum: 1, maximum: 10_000, description: 'At most `limits.clientsMax`.' }),
    operationsPerSecond: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description:
          'Of all clients together, at most `limits.operationsPerSecondMax`. Absent: as fast as allowed.',
      }),
    ),
  },
  { ...strict, title: 'PlaySimulationRequest' },
);

/** A part of the bank that `lastro up` keeps running. */
export const PlayService = Type.Object(
  {
    name: Type.String(),
    kind: Type.Enum(['business', 'data', 'database']),
    state: Type.Enum(['up', 'restarting', 'stopped'], {
      description:
        '`restarting`: it ended, and is started again by itself. `stopped`: from here; until it is started.',
    }),
    url: Type.Optional(Type.String()),
    startsAt: Type.Optional(
      Type.String({ ...Instant, description: 'While `restarting`: when it is started next.' }),
    ),
  },
  { title: 'PlayService' },
);

/** Answer of GET /v1/play. */
export const Play = Type.Object(
  {
    simulation: Type.Union([PlaySimulation, Type.Null()], {
      description: 'The last one; null: none was started.',
    }),
    services: Type.Array(PlayService),
    limits: Type.Object({ clientsMax: Type.Integer(), operationsPerSecondMax: Type.Integer() }),
  },
  { title: 'Play' },
);

/** `kill`: kill -9, and it is started again by itself after some seconds. `stop`: in order, until `start`. */
export const PlayServiceParams = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$', examples: ['business-1'] }),
    action: Type.Enum(['kill', 'stop', 'start']),
  },
  strict,
);

export type PlaySimulation = Static<typeof PlaySimulation>;
export type PlaySimulationStopQuery = Static<typeof PlaySimulationStopQuery>;
export type PlaySimulationRequest = Static<typeof PlaySimulationRequest>;
export type PlayService = Static<typeof PlayService>;
export type Play = Static<typeof Play>;
export type PlayServiceParams = Static<typeof PlayServiceParams>;
