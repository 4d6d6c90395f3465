import { open, writeFile } from 'node:fs/promises';
import { usageFault } from './command-fault.ts';

/**
 * Makes sure that a report can be written before the work that it is about begins.
 *
 * @returns writes the report.
 * @throws CommandFault
 */
export async function prepareReport(file: string | undefined): Promise<(report: unknown) => Promise<void>> {
  if (file === undefined) return async () => undefined;
  try {
    await (await open(file, 'a')).close();
  } catch (error) {
    throw usageFault(`--report: ${file} cannot be written (${(error as Error).message})`);
  }
  return async (report) => writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`);
}
