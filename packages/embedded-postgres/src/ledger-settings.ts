import { totalmem } from 'node:os';

const MIB = 2 ** 20;
/** The balances of some millions of accounts, and what is written of the newest operations. */
const SHARED_BUFFERS_MAX_MIB = 1024;
const SHARED_BUFFERS_MIN_MIB = 16;

/** PostgreSQL's settings for a ledger, as names and values of postgresql.conf. */
export function ledgerSettings(
  memoryBytes: number = availableMemoryBytes(),
): Readonly<Record<string, string>> {
  return {
    // I1: a commit is on disk before anyone is told. These four are PostgreSQL's defaults, and never to be switched off.
    fsync: 'on',
    synchronous_commit: 'on',
    // Without whole pages in the log, a power cut in the middle of writing a page would damage it for good.
    full_page_writes: 'on',
    // Dead rows of accounts and of the head row are cleared all the time; without it their tables only grow.
    autovacuum: 'on',
    // The accounts that are written again and again stay in memory; the rest is the operating system's cache.
    shared_buffers: `${sharedBuffersMib(memoryBytes)}MB`,
    // Fewer page-table entries where the machine has huge pages; most have none, so only a try.
    huge_pages: 'try',
    // Full batches write much log: a checkpoint every 4 GB or 15 minutes, not every second under load.
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    // The one compression in every build (pglz) costs more processor than it saves; lz4 is not in these builds.
    wal_compression: 'off',
    // Compiling takes longer than any query of the ledger runs.
    jit: 'off',
    // Each data service needs a handful; tools and people need the rest.
    max_connections: '100',
    // Only this machine, only by TCP with the password: one way in.
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // Statements and key values hold names and amounts, which no log may show.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_line_prefix: '%m [%p] ',
    // Start reads the log to explain a failure, so its language is fixed.
    lc_messages: 'C',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
}

function sharedBuffersMib(memoryBytes: number): number {
  const eighthMib = Math.floor(memoryBytes / 8 / MIB);
  return Math.max(SHARED_BUFFERS_MIN_MIB, Math.min(SHARED_BUFFERS_MAX_MIB, eighthMib));
}

/** The machine's memory, or the container's where it has a limit of its own. */
function availableMemoryBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained === undefined || constrained === 0 ? totalmem() : Math.min(constrained, totalmem());
}
