export { createBench } from './program.ts';
