import { execFile } from 'node:child_process';
import { mkdir, open, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MIB = 2 ** 20;
const PIECE_MIN_BYTES = 4096;
const BALLAST = 'ballast-';

/** A file system of its own, in an image file, that can be filled to the last block and freed again. */
export class SmallDisk {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Makes it at `directory`; or says why that is not possible here. */
  static async make(directory: string, sizeMib: number): Promise<SmallDisk | string> {
    const image = `${directory}.img`;
    try {
      await mkdir(directory);
      const file = await open(image, 'wx');
      await file.truncate(sizeMib * MIB);
      await file.close();
      // No blocks kept for root: what is full is full for everybody.
      await run('mkfs.ext4', ['-q', '-F', '-m', '0', image]);
      await run('mount', ['-o', 'loop', image, directory]);
      return new SmallDisk(directory);
    } catch (error) {
      await rm(image, { force: true });
      return `a file system cannot be mounted here: ${firstLine(error)}`;
    }
  }

  /** Leaves no room: the next write that needs a block fails. */
  async fill(): Promise<void> {
    const { bavail, bsize } = await statfs(this.directory);
    let count = 0;
    for (let size = Number(bavail) * Number(bsize); size >= PIECE_MIN_BYTES;) {
      const file = join(this.directory, `${BALLAST}${count}`);
      const fits = await run('fallocate', ['-l', String(size), file]).then(
        () => true,
        () => false,
      );
      if (fits) count += 1;
      else {
        await rm(file, { force: true });
        size = Math.floor(size / 2);
      }
    }
  }

  async free(): Promise<void> {
    const names = (await readdir(this.directory)).filter((name) => name.startsWith(BALLAST));
    await Promise.all(names.map((name) => rm(join(this.directory, name), { force: true })));
  }

  /** Its files stay in the image. */
  async unmount(): Promise<void> {
    await run('umount', [this.directory]).catch(() => run('umount', ['--lazy', this.directory]));
  }
}

function firstLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr || message).trim().split('\n')[0]!;
}
