import { readOptional } from '@lastro/service';
import { CommandFault } from '../command-fault.ts';
import { replaceFile } from './files.ts';
import type { DataPaths } from './paths.ts';

/** Version of the layout of a data directory. It grows when an older Lastro could not use it any more. */
const FORMAT_VERSION = 1;

/**
 * Marks a new data directory with its version, and refuses one that this Lastro does not understand.
 *
 * @throws CommandFault
 */
export async function ensureFormat(paths: DataPaths): Promise<void> {
  const text = await readOptional(paths.format);
  if (text === undefined) {
    await replaceFile(paths.format, `${JSON.stringify({ version: FORMAT_VERSION })}\n`);
    return;
  }
  const version = parseVersion(text);
  if (version === undefined)
    throw new CommandFault(`${paths.format} is damaged: it should say {"version":${FORMAT_VERSION}}`);
  if (version > FORMAT_VERSION) {
    throw new CommandFault(
      `${paths.directory} is of version ${version}, and this Lastro knows up to ${FORMAT_VERSION}: update Lastro, or use another --data-dir`,
    );
  }
}

function parseVersion(text: string): number | undefined {
  try {
    const { version } = JSON.parse(text) as { version?: unknown };
    return Number.isSafeInteger(version) && (version as number) >= 1 ? (version as number) : undefined;
  } catch {
    return undefined;
  }
}
