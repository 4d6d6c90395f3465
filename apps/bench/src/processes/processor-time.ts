import { readFile } from 'node:fs/promises';

/** Of every Linux; the unit of /proc/PID/stat. */
const TICKS_PER_SECOND = 100;
const USER_TICKS_FIELD = 14;
const FIELDS_AFTER_NAME = 3;

/**
 * Seconds of processor time that a process has used, in its own code and in the kernel's; with its children, those
 * that have ended too (PostgreSQL works in children). `undefined` where there is no /proc.
 */
export async function processorSeconds(pid: number, withChildren = false): Promise<number | undefined> {
  try {
    const [user, system, endedUser, endedSystem] = await ticksOf(pid);
    let ticks = user + system;
    if (withChildren) {
      const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
      ticks += endedUser + endedSystem;
      for (const child of children.split(' ').filter(Boolean))
        ticks += await ticksOf(Number(child)).then(
          ([childUser, childSystem]) => childUser + childSystem,
          // It has just ended, and counts among the ended the next time.
          () => 0,
        );
    }
    return ticks / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

/** utime, stime, cutime and cstime of proc(5). */
async function ticksOf(pid: number): Promise<[number, number, number, number]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const first = USER_TICKS_FIELD - FIELDS_AFTER_NAME;
  return fields.slice(first, first + 4).map(Number) as [number, number, number, number];
}

export interface ResidentMemory {
  readonly nowMb: number;
  /** Of these, what is mapped from files: the page cache, which the system takes back when others need the room. */
  readonly mappedMb: number;
  /** The most it has ever held, mapped or not. */
  readonly mostMb: number;
}

/** What memory a process holds. `undefined` where there is no /proc. */
export async function residentMemoryOf(pid: number): Promise<ResidentMemory | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const megabytes = (field: string): number =>
      Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
    return { nowMb: megabytes('VmRSS'), mappedMb: megabytes('RssFile'), mostMb: megabytes('VmHWM') };
  } catch {
    return undefined;
  }
}
