import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where packages put the server itself; the command beside it changes the user, and wants a place in /var. */
const PROGRAMS = ['/usr/lib/rabbitmq/bin'];
const found = PROGRAMS.find((directory) => existsSync(join(directory, 'rabbitmq-server')));

/** Whether a RabbitMQ can be started here. */
export const hasRabbit = found !== undefined;

/** The path of one of RabbitMQ's programs, on a machine that has it. */
export function rabbitProgram(name: 'rabbitmq-server' | 'rabbitmqctl'): string {
  return join(found ?? PROGRAMS[0]!, name);
}

/** One node of a RabbitMQ, with an address, ports and directories of its own. */
export interface RabbitNodePlan {
  readonly name: string;
  /** Those of the whole cluster. */
  readonly names: readonly string[];
  /** Where it keeps everything. */
  readonly home: string;
  /** Where the cookie is that the nodes of one cluster share. */
  readonly cookieDirectory: string;
  readonly address: string;
  readonly ports: {
    readonly amqp: number;
    readonly distribution: number;
    readonly epmd: number;
    /** Of the management plugin; undefined: it is off. */
    readonly management: number | undefined;
  };
  readonly user: string;
  readonly password: string;
  /** Nodes whose names end with an address, not with the name of a host. */
  readonly longNames?: boolean;
  /** How soon nodes take each other for dead; RabbitMQ's own default is a minute. */
  readonly tickSeconds?: number;
}

/** Writes what the node is started with. */
export async function writeNodeFiles(plan: RabbitNodePlan): Promise<void> {
  const { home, names, address, ports, user, password } = plan;
  await mkdir(home, { recursive: true });
  const lines = [
    `listeners.tcp.1 = ${address}:${ports.amqp}`,
    `default_user = ${user}`,
    `default_pass = ${password}`,
    'log.file = node.log',
    'log.file.level = info',
    // The tests say themselves what is alarming.
    'disk_free_limit.absolute = 50MB',
    ...(ports.management === undefined
      ? []
      : [`management.tcp.port = ${ports.management}`, `management.tcp.ip = ${address}`]),
  ];
  if (names.length > 1) {
    lines.push(
      'cluster_formation.peer_discovery_backend = classic_config',
      'cluster_partition_handling = pause_minority',
      ...names.map((name, index) => `cluster_formation.classic_config.nodes.${index + 1} = ${name}`),
    );
  }
  await writeFile(join(home, 'rabbitmq.conf'), `${lines.join('\n')}\n`);
  const plugins = ports.management === undefined ? '[].\n' : '[rabbitmq_management].\n';
  await writeFile(join(home, 'plugins'), plugins);
}

/** What the node, and rabbitmqctl for it, run with. */
export function nodeEnvironment(plan: RabbitNodePlan): NodeJS.ProcessEnv {
  const { name, home, cookieDirectory, address, ports, longNames, tickSeconds } = plan;
  const interfaces = `{${address.replaceAll('.', ',')}}`;
  return {
    PATH: process.env['PATH'],
    HOME: cookieDirectory,
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: address,
    RABBITMQ_NODENAME: name,
    ...(longNames === true && { RABBITMQ_USE_LONGNAME: 'true' }),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_MNESIA_BASE: join(home, 'data'),
    RABBITMQ_LOG_BASE: home,
    RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'plugins'),
    RABBITMQ_CONF_ENV_FILE: join(home, 'no-environment'),
    // Threads that have nothing to do sleep: tests share the processors.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      `-kernel inet_dist_use_interface ${interfaces} +sbwt none +sbwtdcpu none +sbwtdio none` +
      (tickSeconds === undefined ? '' : ` -kernel net_ticktime ${tickSeconds}`),
    RABBITMQ_CTL_DIST_PORT_MIN: '0',
    RABBITMQ_CTL_DIST_PORT_MAX: '0',
  };
}
