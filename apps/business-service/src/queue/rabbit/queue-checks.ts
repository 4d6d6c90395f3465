import { request } from 'undici';
import type { StartLimit } from './start-limit.ts';
import { refuseUnsafe, type Safety } from './unsafe.ts';

export interface QueueChecks extends Safety {
  /** Base URLs of the management plugin, of nodes of one broker, with user and password; none: nothing can be told. */
  readonly managementUrls: readonly string[];
  readonly vhost: string;
  readonly queues: readonly string[];
  readonly membersMin: number;
  /** Whether queues that say nothing of it drop what was delivered often. */
  readonly limitsDeliveries: boolean;
  /** Longest wait for one answer, and for all of them. */
  readonly timeoutMs: number;
  readonly limit: StartLimit;
}

/** What a policy may not say of a queue: it would drop what was accepted (I1). */
const DROPPING = ['message-ttl', 'expires'];
/** What policies of queues apply to. */
const QUEUES = ['all', 'queues', 'quorum_queues'];

/** What the management plugin says of a queue, as far as it matters. */
interface QueueState {
  readonly members?: readonly string[];
  readonly online?: readonly string[];
  readonly arguments?: Readonly<Record<string, unknown>>;
}

interface Policy {
  readonly name: string;
  readonly pattern: string;
  readonly 'apply-to': string;
  readonly priority: number;
  readonly definition: Readonly<Record<string, unknown>>;
}

/**
 * Sees to it that the queues have at least `membersMin` members each, and that no policy has them drop anything. AMQP does
 * not tell; the management plugin does.
 *
 * @throws QueueBrokerError when it is otherwise, or nobody can tell how many members there are.
 */
export async function checkQueues(checks: QueueChecks): Promise<void> {
  const { queues, membersMin, managementUrls, logger } = checks;
  if (managementUrls.length === 0 && membersMin <= 1) {
    logger.warn(
      'without LASTRO_QUEUE_MANAGEMENT_URL nobody can tell whether a policy has the queues drop operations',
    );
    return;
  }
  for (const queue of queues) {
    const problem = await problemOf(queue, checks);
    if (problem !== undefined) refuseUnsafe(problem, checks);
  }
}

async function problemOf(queue: string, checks: QueueChecks): Promise<string | undefined> {
  const { membersMin, managementUrls, vhost } = checks;
  if (managementUrls.length === 0) {
    return (
      `LASTRO_QUEUE_MEMBERS_MIN is ${membersMin}, and only the broker's management plugin can tell how many members a queue has: ` +
      'set LASTRO_QUEUE_MANAGEMENT_URL'
    );
  }
  const answers: string[] = [];
  const place = encodeURIComponent(vhost);
  for (const url of managementUrls) {
    const ask = (path: string) => askManagement(url, path, Math.min(checks.timeoutMs, checks.limit.leftMs));
    try {
      const state = (await ask(`queues/${place}/${encodeURIComponent(queue)}`)) as QueueState;
      // What applies to a new queue is not said of it before some seconds are over.
      const policies = [
        strongest((await ask(`policies/${place}`)) as Policy[], queue),
        strongest((await ask(`operator-policies/${place}`)) as Policy[], queue),
      ].filter((policy) => policy !== undefined);
      return membersProblem(queue, state, checks) ?? droppingProblem(queue, state, policies, checks);
    } catch (error) {
      answers.push(`${new URL(url).host}: ${describeFault(error as Error)}`);
    }
  }
  return `the management plugin at LASTRO_QUEUE_MANAGEMENT_URL does not tell about the queue ${queue}: ${answers.join('; ')}`;
}

function membersProblem(
  queue: string,
  { members, online = [] }: QueueState,
  { membersMin, logger }: QueueChecks,
): string | undefined {
  if (!Array.isArray(members)) return `the queue ${queue} at the broker is not a quorum queue`;
  if (members.length < membersMin) {
    return (
      `the queue ${queue} has ${members.length} member${members.length === 1 ? '' : 's'}, and LASTRO_QUEUE_MEMBERS_MIN is ${membersMin}: ` +
      'add members (rabbitmq-queues grow), or say that fewer will do'
    );
  }
  if (online.length < members.length)
    logger.warn({ queue, members, online }, 'members of the queue are not online');
  return undefined;
}

function droppingProblem(
  queue: string,
  state: QueueState,
  policies: readonly Policy[],
  { limitsDeliveries }: QueueChecks,
): string | undefined {
  for (const { name, definition } of policies) {
    const dropping = DROPPING.filter((key) => key in definition);
    if (Number(definition['delivery-limit']) >= 0) dropping.push('delivery-limit');
    if (dropping.length > 0)
      return `the policy ${name} has the queue ${queue} drop operations (${dropping.join(', ')}): change the policy`;
  }
  const isUnlimited =
    state.arguments?.['x-delivery-limit'] === -1 ||
    policies.some(({ definition }) => 'delivery-limit' in definition);
  if (isUnlimited || !limitsDeliveries) return undefined;
  return (
    `the queue ${queue} was made by an older broker, and this one drops what was delivered often: ` +
    'set a policy for it with delivery-limit -1'
  );
}

/** The one policy, of those of one kind, that applies to the queue. */
function strongest(policies: readonly Policy[], queue: string): Policy | undefined {
  return policies
    .filter((policy) => QUEUES.includes(policy['apply-to']) && new RegExp(policy.pattern).test(queue))
    .sort((one, other) => other.priority - one.priority)[0];
}

function describeFault({ name, message }: Error): string {
  return name === 'TimeoutError' ? 'no answer in time' : message;
}

async function askManagement(url: string, path: string, timeoutMs: number): Promise<unknown> {
  const { origin, username, password } = new URL(url);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const { statusCode, body } = await request(`${origin}/api/${path}`, {
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`it answers ${statusCode} to ${path}`);
  return JSON.parse(text);
}
