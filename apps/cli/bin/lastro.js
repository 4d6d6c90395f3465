#!/usr/bin/env node
import { fileURLToPath, URL } from 'node:url';
import { buildWhatChanged } from './build.js';

await buildWhatChanged(fileURLToPath(new URL('../../..', import.meta.url)));
await import('../dist/main.js');
