import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const VERSIONS = '/usr/lib/postgresql';

/** Where Debian's packages have put a PostgreSQL with all of its tools; `undefined`: nowhere, or this is not root. */
export function debianPostgres(): string | undefined {
  if (process.getuid?.() !== 0 || spawnSync('id', ['postgres']).status !== 0 || !existsSync(VERSIONS))
    return undefined;
  return readdirSync(VERSIONS)
    .map((version) => join(VERSIONS, version, 'bin'))
    .findLast((bin) => existsSync(join(bin, 'pg_basebackup')));
}

/** A PostgreSQL server as an administrator runs one, with an archive of its log. */
export class DebianPostgres {
  readonly url: string;
  readonly #bin: string;
  readonly #directory: string;
  readonly #port: number;

  /** Everything of it is in `directory`. */
  constructor(bin: string, directory: string, port: number) {
    this.#bin = bin;
    this.#directory = directory;
    this.#port = port;
    this.url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
    mkdirSync(join(directory, 'archive'), { recursive: true });
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'])));
    for (const path of [directory, join(directory, 'archive')]) chownSync(path, uid!, gid!);
    chmodSync(directory, 0o755);
  }

  create(): void {
    this.#run('initdb', ['-D', this.#at('data'), '--auth=trust', '--no-sync']);
    appendFileSync(
      this.#at('data/postgresql.conf'),
      [
        `port = ${this.#port}`,
        "listen_addresses = '127.0.0.1'",
        "unix_socket_directories = ''",
        'archive_mode = on',
        `archive_command = 'test ! -f ${this.#at('archive')}/%f && cp %p ${this.#at('archive')}/%f'`,
        '',
      ].join('\n'),
    );
  }

  start(): void {
    this.#run('pg_ctl', ['-D', this.#at('data'), '-w', '-t', '120', '-l', this.#at('log'), 'start']);
  }

  backUp(): void {
    this.#run('pg_basebackup', ['-d', this.url, '-D', this.#at('base'), '--checkpoint=fast']);
  }

  /** What was written last goes to the archive too. */
  archive(): void {
    this.query('SELECT pg_switch_wal()');
    this.#run('pg_ctl', ['-D', this.#at('data'), '-w', '-m', 'fast', 'stop']);
  }

  /** Its disk is lost; the base backup takes its place, and the archive brings it up to `instant`. */
  restore(instant: string): void {
    execFileSync('rm', ['-rf', this.#at('data')]);
    execFileSync('cp', ['-a', this.#at('base'), this.#at('data')]);
    appendFileSync(
      this.#at('data/postgresql.conf'),
      [
        `restore_command = 'cp ${this.#at('archive')}/%f %p'`,
        `recovery_target_time = '${instant}'`,
        "recovery_target_action = 'promote'",
        '',
      ].join('\n'),
    );
    execFileSync('install', [
      '-o',
      'postgres',
      '-g',
      'postgres',
      '/dev/null',
      this.#at('data/recovery.signal'),
    ]);
    this.start();
    // It answers from the first consistent state on, and has reached the instant when it is a primary again.
    while (this.query('SELECT pg_is_in_recovery()') === 't') execFileSync('sleep', ['0.1']);
  }

  query(sql: string): string {
    return this.#run('psql', ['-d', this.url, '-Atc', sql]).trim();
  }

  kill(): void {
    if (!existsSync(this.#at('data/postmaster.pid'))) return;
    this.#run('pg_ctl', ['-D', this.#at('data'), '-m', 'immediate', 'stop']);
  }

  #at(name: string): string {
    return join(this.#directory, name);
  }

  #run(program: string, args: readonly string[]): string {
    const command = [
      '--reuid=postgres',
      '--regid=postgres',
      '--clear-groups',
      join(this.#bin, program),
      ...args,
    ];
    // Its output is a file's: what the server inherits would be waited for as long as it runs.
    const { status, stdout, stderr } = spawnSync('setpriv', command, {
      cwd: '/',
      encoding: 'utf8',
      stdio: program === 'pg_ctl' ? 'ignore' : 'pipe',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    });
    if (status !== 0) throw new Error(`${program} ended with status ${status}: ${stderr}`);
    return stdout ?? '';
  }
}
