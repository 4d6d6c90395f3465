import { ConfigError } from '@lastro/service';
import { type Static, type TObject, Type } from 'typebox';
import { readBrokerAddresses } from './broker-addresses.ts';

const MIB = 1024 * 1024;
/**
 * RabbitMQ takes messages of up to 16 MiB, unless it is told otherwise, and closes the channel of who sends a larger one, with
 * all that is on its way there. An operation is a little longer in the queue than it was in the request.
 */
const BODY_SIZE_MAX_BYTES = 8 * MIB;

/** Settings of the replicated queue, by the names of their environment variables. */
export const replicatedQueueSettings = {
  LASTRO_QUEUE: Type.Optional(
    Type.String({
      pattern: '^amqps?://\\S+$',
      description:
        'The replicated queue: amqp://user:password@host1,host2,host3/vhost, nodes of one RabbitMQ. Without it, the embedded queue.',
    }),
  ),
  LASTRO_QUEUE_NAME: Type.String({
    default: 'lastro',
    pattern: '^[A-Za-z0-9._-]{1,64}$',
    description: 'What the names of the queues at the broker begin with: one for each ledger.',
  }),
  LASTRO_QUEUE_MANAGEMENT_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s,]+(,https?://[^\\s,]+)*$',
      description:
        "The broker's management plugin, http://user:password@host:15672, several with commas: it alone tells how many members a queue has, and what policies say of it. The user needs the tag policymaker.",
    }),
  ),
  LASTRO_QUEUE_MEMBERS_MIN: Type.Integer({
    default: 3,
    minimum: 1,
    maximum: 7,
    description: 'Fewest members of the replicated queue; with fewer, the service does not start.',
  }),
  LASTRO_QUEUE_MESSAGES_MAX: Type.Integer({
    default: 1_000_000,
    minimum: 1,
    maximum: 2_147_483_647,
    description:
      'Most messages in each queue at the broker, the same for all business services; beyond, new operations are refused with 503.',
  }),
  LASTRO_QUEUE_PREFETCH: Type.Integer({
    default: 256,
    minimum: 1,
    maximum: 65_535,
    description: 'Most messages that the reader of the replicated queue holds at a time.',
  }),
  LASTRO_QUEUE_HELD_MAX_BYTES: Type.Integer({
    default: 256 * MIB,
    minimum: MIB,
    description: 'Most memory for these messages: of large ones fewer are held, and one in any case.',
  }),
  LASTRO_QUEUE_HEARTBEAT_SECONDS: Type.Integer({
    default: 5,
    minimum: 1,
    maximum: 3600,
    description: 'A broker, or to it a business service, that is silent for twice as long is taken for dead.',
  }),
  LASTRO_QUEUE_CONNECT_TIMEOUT_MS: Type.Integer({
    default: 10_000,
    minimum: 1,
    description:
      'Longest wait for a connection to a node of the broker, and until it has confirmed a message.',
  }),
  LASTRO_QUEUE_START_TIMEOUT_MS: Type.Integer({
    default: 30_000,
    minimum: 1,
    description:
      'Longest wait for the broker at the start, and for the end of another service of the same name; later, it is waited for without end.',
  }),
  LASTRO_QUEUE_HAND_OVER_AFTER_MS: Type.Integer({
    default: 10_000,
    minimum: 1,
    description:
      'A batch that the ledger does not answer for so long is left, with the replicated queue, to another business service.',
  }),
  LASTRO_ALLOW_UNSAFE: Type.Boolean({
    default: false,
    description:
      'Only warn where an engine is set up so that promises do not hold, instead of refusing to start.',
  }),
};

/** @throws ConfigError: what a pattern cannot say. */
export function checkReplicatedQueue(
  config: Readonly<Static<TObject<typeof replicatedQueueSettings>>> & {
    readonly LASTRO_BODY_SIZE_MAX_BYTES: number;
  },
): void {
  if (config.LASTRO_QUEUE !== undefined && readBrokerAddresses(config.LASTRO_QUEUE) === undefined) {
    throw new ConfigError(
      'settings are wrong: LASTRO_QUEUE must be like amqp://user:password@host1,host2,host3/vhost (in the password, %XX for what is special in URLs)',
    );
  }
  if (config.LASTRO_QUEUE !== undefined && config.LASTRO_BODY_SIZE_MAX_BYTES > BODY_SIZE_MAX_BYTES) {
    throw new ConfigError(
      `settings are wrong: with LASTRO_QUEUE, LASTRO_BODY_SIZE_MAX_BYTES is at most ${BODY_SIZE_MAX_BYTES}, for one request is one message`,
    );
  }
  if (!(config.LASTRO_QUEUE_MANAGEMENT_URL?.split(',') ?? []).every((url) => URL.canParse(url))) {
    throw new ConfigError(
      'settings are wrong: LASTRO_QUEUE_MANAGEMENT_URL must be like http://user:password@host:15672',
    );
  }
}
