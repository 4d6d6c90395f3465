import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes `report` as NAME.json and each chart as an SVG file into `directory`. */
export async function writeReportFiles(
  directory: string,
  name: string,
  report: object,
  charts: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
  for (const [chart, svg] of Object.entries(charts)) await writeFile(join(directory, `${chart}.svg`), svg);
}
