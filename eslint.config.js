import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const TYPESCRIPT = ['**/*.{ts,tsx}'];
const TESTS = ['**/test/**/*.ts'];
/** Where a process begins: what it reads from its environment is handed down from here as an argument. */
const COMPOSITION_ROOTS = ['apps/cli/src/**/*.ts', 'scripts/**/*.ts', '**/*.config.ts', ...TESTS];

export default defineConfig(
  globalIgnores(['**/dist/', 'coverage/', '.lastro/']),
  js.configs.recommended,
  {
    // A comment that switches a rule off must still be needed.
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  {
    files: TYPESCRIPT,
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.check.json', './apps/console/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // A promise nobody waits for hides its failure: in a bank, a lost write.
      '@typescript-eslint/no-floating-promises': 'error',
      // `if (promise)` is always true, and a callback that nobody awaits swallows its error.
      '@typescript-eslint/no-misused-promises': 'error',
      // A new kind of operation or outcome must be a compile-time to-do list, not a silent default.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      // Types vanish when built; an import that looks like code but is not misleads the reader and the layer check.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // An async function with nothing to await is how interfaces are met (Fastify handlers, ports with a memory engine).
      '@typescript-eslint/require-await': 'off',
      // Numbers in messages are plain to read; what must not be there is an object.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],

      // Standard output belongs to the logger in a service, and to one place in the command line.
      'no-console': 'error',
      // Settings come in through loadConfig, checked, at the start: nothing reads them behind its back.
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Settings come through loadConfig.' },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'node:process', importNames: ['env'], message: 'Settings come through loadConfig.' },
          ],
        },
      ],
      eqeqeq: 'error',

      // A file has one purpose, and a function fits on a screen.
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 70, IIFEs: true }],
      // A switch over every type is one decision, however many there are.
      complexity: ['error', { max: 12, variant: 'modified' }],
      'max-depth': ['error', { max: 3 }],
      'max-params': ['error', { max: 5 }],
    },
  },
  {
    files: COMPOSITION_ROOTS,
    rules: { 'no-restricted-properties': 'off', 'no-restricted-imports': 'off' },
  },
  {
    files: ['apps/console/src/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended],
  },
  {
    files: ['packages/ledger/src/**/*.ts'],
    rules: {
      // The rules of money are pure: the same batch always gives the same result (I6). The layer check bans I/O.
      'no-restricted-globals': [
        'error',
        'performance',
        'crypto',
        'process',
        'setTimeout',
        'setInterval',
        'fetch',
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random' },
        { object: 'Date', property: 'now' },
      ],
      'no-restricted-syntax': ['error', "NewExpression[callee.name='Date'][arguments.length=0]"],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'node:crypto', allowImportNames: ['createHash', 'hash'], message: 'No randomness here.' },
          ],
        },
      ],
    },
  },
  {
    files: ['apps/cli/src/**/*.ts', 'scripts/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: TESTS,
    // A `describe` is one function that holds many tests.
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { module: 'writable', require: 'readonly' } },
  },
);
