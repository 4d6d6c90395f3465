export * from './account.ts';
export * from './batch.ts';
export * from './currency.ts';
export * from './operation.ts';
export * from './primitives.ts';
export * from './problem.ts';
export * from './validation.ts';
