#!/usr/bin/env node
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { buildConsoleWhenServed } from './build-console.js';
import { buildWhatChanged } from './build.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
await buildWhatChanged(root);
buildConsoleWhenServed(root, process.argv.slice(2));
await import('../dist/main.js');
