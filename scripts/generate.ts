import { readFileSync, writeFileSync } from 'node:fs';
import { buildOpenApi } from '@lastro/business-service';
import { format, resolveConfig } from 'prettier';
import { referencePage } from './reference-page.ts';
import type { Report } from './scale-model.ts';
import { PIX_RECORD_DAY, scaleText } from './scale-text.ts';

/**
 * Writes the files that follow from the code: `openapi.json`, which a business service serves, and the
 * reference page; and the figures in docs/SCALE.md, which follow from those of the newest benchmark. With `--check` it only compares, and ends with status 1 when a file is not what the code says.
 */
const CHECK_ONLY = process.argv.includes('--check');

async function generate(name: string, content: string): Promise<void> {
  const file = new URL(`../${name}`, import.meta.url);
  if (!CHECK_ONLY) {
    writeFileSync(file, content);
  } else if (readFileSync(file, 'utf8') !== content) {
    console.error(`${name} is not what the code says; run 'npm run generate' and look at the difference`);
    process.exitCode = 1;
  }
}

async function markdown(text: string): Promise<string> {
  const style = await resolveConfig(new URL('../README.md', import.meta.url));
  return format(text, { ...style, parser: 'markdown' });
}

await generate('openapi.json', `${JSON.stringify(await buildOpenApi(), null, 2)}\n`);
await generate('docs/REFERENCE.md', await markdown(referencePage()));

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const report = JSON.parse(read('docs/benchmarks/report.json')) as Report;
const figures = `<!-- npm run scale -->\n\n${scaleText(report, PIX_RECORD_DAY)}\n\n<!-- end -->`;
const page = read('docs/SCALE.md').replace(/<!-- npm run scale -->.*<!-- end -->/s, () => figures);
await generate('docs/SCALE.md', await markdown(page));
