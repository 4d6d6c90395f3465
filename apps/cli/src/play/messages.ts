import { conformsTo, PlayServiceParams, PlaySimulationRequest, type ProblemCode } from '@lastro/contract';
import { type Static, type TSchema, Type } from 'typebox';

/**
 * What `lastro up` and the processes that it started say to each other about playing, over the channel that Node gives a
 * parent and its child: no port, no secret. Both sides check what they hear.
 */
const strict = { additionalProperties: false } as const;
const { name, action } = PlayServiceParams.properties;
const Count = Type.Integer({ minimum: 0 });
const SENTENCE_LENGTH_MAX = 1_000;
const Sentence = Type.String({ maxLength: SENTENCE_LENGTH_MAX });

/** What a business service asks of its `lastro up`; `ask` is the number of the question. */
const PlayAsk = Type.Union([
  Type.Object({ ask: Count, what: Type.Literal('look') }, strict),
  Type.Object({ ask: Count, what: Type.Literal('start'), request: PlaySimulationRequest }, strict),
  Type.Object({ ask: Count, what: Type.Literal('stop'), check: Type.Boolean() }, strict),
  Type.Object({ ask: Count, what: Type.Literal('act'), name, action }, strict),
]);
export type PlayAsk = Static<typeof PlayAsk>;

/** The answer to the question of the same number. */
export type PlayAnswer = { readonly answer: number } & (
  { readonly value: object } | { readonly problem: ProblemCode; readonly detail: string }
);

/** What simulated clients tell: while they run, and once at their end. */
const SimulationNews = Type.Union([
  Type.Object(
    {
      news: Type.Literal('progress'),
      phase: Type.Enum(['opening', 'load', 'settling', 'checking']),
      sent: Count,
      posted: Count,
      rejected: Count,
    },
    strict,
  ),
  Type.Object(
    {
      news: Type.Literal('report'),
      sent: Count,
      posted: Count,
      rejected: Count,
      problems: Count,
      first: Type.Optional(Sentence),
    },
    strict,
  ),
  Type.Object({ news: Type.Literal('fault'), reason: Sentence }, strict),
]);
export type SimulationNews = Static<typeof SimulationNews>;

/** The question in `message`; undefined: it is none. */
export const asPlayAsk = readerOf<PlayAsk>(PlayAsk);

/** The news in `message`; undefined: there are none. */
export const asSimulationNews = readerOf<SimulationNews>(SimulationNews);

/** A sentence that is short enough to be told. */
export function sentence(text: string): string {
  return text.slice(0, SENTENCE_LENGTH_MAX);
}

function readerOf<Message>(schema: TSchema): (message: unknown) => Message | undefined {
  const isValid = conformsTo(schema);
  return (message) => (isValid(message) ? (message as Message) : undefined);
}
