/**
 * Which part may know of which: ledger <- contract <- service, sdk <- apps. Design, section 3.
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or a third is missing.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'ledger-knows-nothing-of-ours',
      comment: 'The rules of money stand alone, so that they can be read, proved and moved by themselves.',
      severity: 'error',
      from: { path: '^packages/ledger/src' },
      to: { path: '^(packages/(?!ledger/)|apps/)' },
    },
    {
      name: 'ledger-is-pure',
      comment:
        'No I/O, clock or randomness: only what computes. The same batch always gives the same result.',
      severity: 'error',
      from: { path: '^packages/ledger/src' },
      to: {
        dependencyTypesNot: ['local', 'type-only'],
        pathNot: '^(node:)?(assert(/strict)?|buffer|crypto)$',
      },
    },
    {
      name: 'contract-knows-only-the-ledger',
      comment:
        'The contract is the one source for servers, clients and OpenAPI, and depends on none of them.',
      severity: 'error',
      from: { path: '^packages/contract/src' },
      to: { path: '^(packages/(?!(contract|ledger)/)|apps/)' },
    },
    {
      name: 'packages-know-only-contract-and-ledger',
      comment: 'What services share, and the client for users, must be usable without each other.',
      severity: 'error',
      from: { path: '^packages/(service|sdk)/src' },
      to: { path: '^(packages/(?!($1|contract|ledger)/)|apps/)' },
    },
    {
      name: 'packages-do-not-know-apps',
      comment: 'Imports point downwards.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-do-not-know-each-other',
      comment: 'They talk over HTTP. Only the command line and the benchmark start the others.',
      severity: 'error',
      from: { path: '^apps/(?!(?:cli|bench)/)([^/]+)/src' },
      to: { path: '^apps/(?!$1/)' },
    },
    {
      name: 'console-knows-only-the-contract-and-the-sdk',
      comment:
        'It is one more client of the public API. Of the contract it knows the types alone: the schemas would be a heavy load.',
      severity: 'error',
      from: { path: '^apps/console/src' },
      to: { path: '^packages/(?!(contract|sdk)/)' },
    },
    {
      name: 'console-carries-no-schemas',
      comment: 'Only types of the contract: nothing of it is in what browsers fetch.',
      severity: 'error',
      from: { path: '^apps/console/src' },
      to: { path: '^packages/contract/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-deep-imports',
      comment:
        'Another package is used by its name and its exports, never by a path into its source. Tests may share tests.',
      severity: 'error',
      from: { path: '^(apps|packages)/([^/]+)/' },
      to: { path: '^(apps|packages)/[^/]+/src/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
    },
    {
      name: 'src-does-not-import-tests',
      comment: 'What runs in a bank must not carry what only tests it.',
      severity: 'error',
      from: { path: '/src/' },
      to: { path: '(^|/)test/' },
    },
    {
      name: 'declared-dependencies-only',
      comment:
        'A package found by luck in a parent directory is missing where it is not. (Knip checks our own.)',
      severity: 'error',
      from: { path: '^(apps|packages)/[^/]+/src' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
    {
      name: 'everything-resolves',
      comment: 'An import that leads nowhere fails when it runs.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['/dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@lastro/source', 'types', 'import', 'node', 'default'],
    },
  },
};
