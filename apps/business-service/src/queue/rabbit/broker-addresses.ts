import type { Options } from 'amqplib';

/** One node of the broker, and how to sign in there. */
export type BrokerAddress = Readonly<Required<Pick<Options.Connect, 'hostname' | 'port'>>> & {
  readonly protocol: 'amqp' | 'amqps';
  readonly username: string;
  readonly password: string;
  readonly vhost: string;
};

const PORTS = { amqp: 5672, amqps: 5671 } as const;
const FORM = /^(amqps?:\/\/(?:[^@/]*@)?)([^@/?#]+)(\/[^/?#]*)?$/;

/**
 * Reads LASTRO_QUEUE: `amqp://user:password@host1,host2,host3/vhost`, or such URLs with commas between them.
 * `undefined` for anything else.
 */
export function readBrokerAddresses(text: string): BrokerAddress[] | undefined {
  const addresses = text.split(/,(?=amqps?:\/\/)/).flatMap((part) => {
    const [, start, hosts, path = ''] = FORM.exec(part) ?? [];
    return (
      hosts?.split(',').map((host) => readAddress(`${start!}${host}${path === '/' ? '' : path}`)) ?? [
        undefined,
      ]
    );
  });
  return addresses.every((address) => address !== undefined) ? addresses : undefined;
}

function readAddress(text: string): BrokerAddress | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.hostname === '') return undefined;
  const protocol = url.protocol === 'amqps:' ? 'amqps' : 'amqp';
  try {
    return {
      protocol,
      hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? PORTS[protocol] : Number(url.port),
      username: decodeURIComponent(url.username) || 'guest',
      password: decodeURIComponent(url.password) || 'guest',
      vhost: decodeURIComponent(url.pathname.slice(1)) || '/',
    };
  } catch {
    return undefined;
  }
}
