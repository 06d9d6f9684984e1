// The tree is the data flow: SES JSON -> Message -> Facts -> Verdict -> Effect[] -> Disposition.
// Each rule speaks to whoever broke it.
/** Everything `from` reaches must lie in `allowed` (regular expressions over the path of the module reached). */
const only = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed },
})

module.exports = {
  forbidden: [
    only(
      'protocol-knows-only-itself',
      'A protocol file states a standard and knows no opinion of ours. Move the opinion to core/rules, or the standard here.',
      '^lambda/core/protocol/',
      // node:url holds UTS #46, which is a table and no I/O.
      ['^lambda/core/protocol/', '^url$'],
    ),
    only(
      'rules-know-facts-and-policy',
      'A rule answers one question from facts and policy. Pass what it needs in as facts.',
      '^lambda/core/rules/',
      [
        '^lambda/core/(answers|facts|bounce-facts|judgement|policy|verdict|reasons|message|sent-log|glob)\\.ts$',
        '^lambda/core/entries/(entry|entries-fact|match)\\.ts$',
        '^lambda/core/protocol/',
        '^lambda/core/rules/',
      ],
    ),
    only(
      'core-is-pure',
      'The core decides; it knows no port, no SDK, no clock. Pass what it needs in as facts.',
      '^lambda/core/',
      ['^lambda/core/', '^url$'],
    ),
    only(
      'ports-are-types',
      'A port says what the filter asks of the world. It may name the types of the core, and nothing else.',
      '^lambda/ports/',
      ['^lambda/core/', '^lambda/ports/'],
    ),
    only(
      'the-pipeline-knows-no-adapter',
      'filter.ts is the data flow. It names ports, and the composition root in functions/ gives it adapters.',
      '^lambda/(filter|fail-open|trial|run-trial|try-version|activate-rule-set|share-rule-set|probe|hand-over|sweep|scim)(\\.ts|/)',
      ['^lambda/core/', '^lambda/ports/', '^lambda/(filter|trial|probe|scim|hand-over|sweep)(\\.ts|/)'],
    ),
    only(
      'imports-know-no-adapter',
      'The import of the directory stands over its ports, as the filter does. It may compute with Node and the CSV parser.',
      '^lambda/import-directory(\\.ts|/)',
      [
        '^lambda/core/',
        '^lambda/ports/',
        '^lambda/import-directory(\\.ts|/)',
        '^(node:)?(crypto|stream|zlib)$',
        '^node_modules/csv-parse/',
      ],
    ),
    only(
      'records-know-no-adapter',
      'The compaction, the search of records, their widgets, the release and the digest stand over their ports. They may compute with Node: hashes, streams, compression.',
      '^lambda/(compact-records|trace|quarantine|release|widgets|digest)(\\.ts|/)',
      [
        '^lambda/core/',
        '^lambda/ports/',
        '^lambda/(compact-records|trace|quarantine|release|widgets|digest)(\\.ts|/)',
        '^(node:)?(crypto|stream|zlib)$',
      ],
    ),
    only(
      'adapters-never-decide',
      'An adapter speaks to one thing of the world. It may know ports, the core, the AWS SDK and Node.',
      '^lambda/adapters/',
      [
        '^lambda/core/',
        '^lambda/ports/',
        '^lambda/adapters/',
        '^node_modules/@aws-sdk/',
        '^node_modules/@smithy/',
        // The SMTP client, loaded by the worker of the hand-over alone.
        '^node_modules/(@types/)?nodemailer/',
        '^node:',
        '^[a-z/_]+$',
      ],
    ),
    only(
      'configuration-is-one-definition',
      'config.ts is read at synth, by the docs and by the command line: it may know the core, its schema library and a hash.',
      '^lambda/config',
      ['^lambda/core/', '^lambda/config', '^node_modules/(valibot|fastest-levenshtein)/', '^(node:)?crypto$'],
    ),
    {
      name: 'nobody-imports-a-composition-root',
      comment: 'functions/ puts the parts together. infra names its path; nothing imports it.',
      severity: 'error',
      from: { path: '^(lambda|infra|local|cli)/' },
      to: { path: '^lambda/functions/' },
    },
    only(
      'infra-knows-the-configuration',
      'infra describes what is deployed. Of lambda/ it may know config.ts and the types of the core.',
      '^infra/',
      [
        '^infra/',
        '^lambda/config',
        '^lambda/core/(policy|metric-names)\\.ts$',
        '^node_modules/(aws-cdk-lib|constructs|cdk-nag|esbuild|typescript)/',
        '^node:',
        '^[a-z/_]+$',
      ],
    ),
    only(
      'the-browser-knows-the-page-alone',
      "The browser's side of the local page runs in no Node: it may know the types of local/page/api.ts, what makes text safe to show, and its small libraries.",
      '^local/page/client/',
      [
        '^local/page/client/',
        '^local/page/api\\.ts$',
        '^lambda/core/plain-text\\.ts$',
        '^node_modules/(htm|marked|preact|uplot)/',
      ],
    ),
    {
      name: 'what-is-deployed-knows-no-laptop',
      comment: 'local/, cli/, test/ and bench/ stand on what is deployed, never the other way round.',
      severity: 'error',
      from: { path: '^(lambda|infra)/' },
      to: { path: '^(local|cli|test|bench)/' },
    },
    {
      name: 'nothing-stands-on-tests',
      comment: 'Tests and benches may import anything; nothing imports them.',
      severity: 'error',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'no-cycles',
      comment: 'No arrow goes back. Find the type that both need and put it below both.',
      severity: 'error',
      from: { path: '^(lambda|infra|local|cli)/' },
      to: { circular: true },
    },
    {
      name: 'no-junk-drawers',
      comment: 'A folder is named after what it holds. utils, helpers, common, types and services hold anything.',
      severity: 'error',
      from: {},
      to: { path: '^(lambda|infra|local|cli|test|bench)/.*(/|^)(util|utils|helper|helpers|common|types|services)/' },
    },
    {
      name: 'what-is-imported-exists',
      comment: 'The module was not found: add it to package.json with its exact version, or mend the path.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: '^node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
