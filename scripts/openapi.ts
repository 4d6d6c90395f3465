import { readFileSync, writeFileSync } from 'node:fs';
import { buildOpenApi } from '@lastro/business-service';

/**
 * Writes `openapi.json`, the document that a business service serves, from the schemas of its routes. With
 * `--check` it only compares, and ends with status 1 when the file is not what the code says.
 */
const file = new URL('../openapi.json', import.meta.url);
const written = `${JSON.stringify(await buildOpenApi(), null, 2)}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, written);
} else if (readFileSync(file, 'utf8') !== written) {
  console.error("openapi.json is not what the code says; run 'npm run openapi' and look at the difference");
  process.exitCode = 1;
}
