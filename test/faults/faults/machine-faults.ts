import type { Bank } from '../bank/bank.ts';
import type { Fault, SkippedFault } from './fault.ts';

const HOUR_SECONDS = 3_600;
/** How far a clock jumps: a little, as by a correction, up to days, as by a mistake. */
const JUMPS_SECONDS = [-2, 90, -HOUR_SECONDS, HOUR_SECONDS, -3 * 24 * HOUR_SECONDS, 3 * 24 * HOUR_SECONDS];

/** Full disks and moved clocks, as far as this machine can have them. */
export function machineFaults(bank: Bank): { faults: Fault[]; skipped: SkippedFault[] } {
  const faults: Fault[] = [
    ...[...bank.disks].map(([target, disk]) => ({
      kind: `full disk ${kindOf(target)}`,
      strike: async () => {
        await disk.fill();
        return { target, heal: () => disk.free() };
      },
    })),
    ...[...bank.clocks].map(([target, clock]): Fault => ({
      kind: `clock ${kindOf(target)}`,
      strike: async (random) => {
        const seconds = random.pick(JUMPS_SECONDS);
        await clock.moveBy(seconds);
        return { target: `${target} by ${seconds} s`, heal: () => clock.moveBy(0) };
      },
    })),
  ];
  return { faults, skipped: bank.impossible.map(({ what, why }) => ({ kind: what, why })) };
}

/** `business` of `business-2`. */
function kindOf(name: string): string {
  return name.replace(/-\d+$/, '');
}
