import { createHmac } from 'node:crypto';
import { type EventPosition, eventIdOf } from '@lastro/contract';

const SECRET_PREFIX = 'whsec_';

/** The id of a message: the same however often the event is sent, so that a receiver can drop what it has. */
export function messageIdOf(position: EventPosition): string {
  // The signed text is divided by full stops.
  return `evt_${eventIdOf(position).replace('.', '_')}`;
}

/** The headers that prove where a message comes from and that nobody has changed it (www.standardwebhooks.com). */
export function signedHeaders(
  message: { readonly id: string; readonly timestampSeconds: number; readonly body: string },
  secrets: readonly string[],
): Record<string, string> {
  const { id, timestampSeconds, body } = message;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestampSeconds}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signatures.join(' '),
  };
}
