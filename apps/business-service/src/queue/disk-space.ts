import { statfsSync } from 'node:fs';

/** How much may still be written to a disk, in bytes, as it was at most `ageMaxMs` ago. */
export type FreeSpace = (ageMaxMs: number) => number;

/** The free space of the disk that `directory` is on. */
export function freeSpaceOf(directory: string): FreeSpace {
  let lookedAtMs = -Infinity;
  let freeBytes = 0;
  return (ageMaxMs) => {
    const nowMs = performance.now();
    if (nowMs - lookedAtMs >= ageMaxMs) {
      lookedAtMs = nowMs;
      const { bavail, bsize } = statfsSync(directory);
      freeBytes = bavail * bsize;
    }
    return freeBytes;
  };
}
