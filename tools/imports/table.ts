/**
 * Who may import whom, as data: docs/architecture.md says what lives where, and a test walks every import. The longest
 * matching place is a file's own; a place may always import itself, and Node's built-in modules.
 */
export interface Place {
  /** A folder with a slash at its end, or a file. */
  readonly path: string;
  /** Places it may import; a folder includes what is below it. */
  readonly mayImport: readonly string[] | 'anything';
  /** npm packages it may import. */
  readonly packages: readonly string[];
  /** The folders right below know nothing of each other. */
  readonly hasSeparateChildren?: boolean;
}

const contract = 'src/contract.ts';
const cost = 'src/limits/cost/';
const envoy = 'src/envoy/';
const errors = 'src/errors/';
const extproc = 'src/extproc/';
const gen = 'src/gen/';
const guard = 'src/guard/';
const kube = 'src/kube/';
const lib = 'src/lib/';
const limits = 'src/limits/';
const llm = 'src/llm/';
const model = 'src/model/';
const pki = 'src/pki/';
const policy = 'src/policy/';
const program = 'src/program/';
const snapshot = 'src/xds/snapshot/';
const transport = 'src/extproc/transport/';
const wire = 'src/extproc/wire/';
const xds = 'src/xds/';

const protobuf = '@bufbuild/protobuf';

export const places: readonly Place[] = [
  { path: 'cmd/', mayImport: 'anything', packages: ['yaml'] },
  { path: lib, mayImport: [], packages: ['pino', 'pino-pretty', '@opentelemetry/api'] },
  { path: errors, mayImport: [lib], packages: [] },
  { path: contract, mayImport: [], packages: [] },
  // Names of entities, the syntax of patterns, and what is compared of keywords, words and values are the guard's knowledge:
  // policy asks it, so that both never differ. So are the names of APIs those of the dialects.
  {
    path: policy,
    mayImport: [
      'src/guard/catalogue.ts',
      'src/guard/keywords/',
      'src/guard/pii/words.ts',
      'src/guard/regex/',
      'src/guard/secrets/allowed.ts',
      'src/llm/api.ts',
      lib,
    ],
    packages: ['yaml'],
  },
  // An expression is checked where its document is read, and compiled where requests are: by the same code.
  { path: model, mayImport: [policy, cost, lib], packages: [] },
  // A rule arrives as the guard understands it: no second description of the same thing. Patterns of routes are RE2, and
  // whole values are matched, which the guard's search for findings is not made for.
  {
    path: program,
    mayImport: [model, 'src/guard/rule.ts', 'src/guard/entity.ts', cost, gen, lib, contract],
    packages: [protobuf, '@grpc/grpc-js', 're2js'],
  },
  { path: 'src/xds/translate/', mayImport: [model, gen, lib, errors, contract, snapshot], packages: [protobuf] },
  { path: snapshot, mayImport: [gen, lib], packages: [protobuf] },
  { path: 'src/xds/server/', mayImport: [snapshot, gen, lib], packages: [protobuf, '@grpc/grpc-js'] },
  { path: llm, mayImport: [lib], packages: [] },
  { path: guard, mayImport: [lib], packages: ['libphonenumber-js', 're2js', 'tldts-icann'] },
  { path: limits, mayImport: [lib], packages: ['ioredis'] },
  { path: 'src/records/', mayImport: [lib], packages: ['ioredis'] },
  { path: transport, mayImport: [lib], packages: [] },
  { path: wire, mayImport: [lib], packages: [] },
  // How an attempt failed is worked out here and written down there, in the same words.
  {
    path: extproc,
    mayImport: [transport, wire, program, 'src/llm/usage/record.ts', lib, contract, errors],
    packages: [],
  },
  {
    path: 'src/extproc/stages/',
    mayImport: [extproc, wire, program, llm, guard, limits, lib, errors, contract],
    packages: [],
    hasSeparateChildren: true,
  },
  // A cluster's API server and certificates: libraries that know nothing of policy.
  { path: kube, mayImport: [lib], packages: ['@kubernetes/client-node'] },
  { path: pki, mayImport: [lib], packages: ['@peculiar/x509'] },
  {
    path: 'src/controller/',
    // What a provisioned Envoy starts with is the same bootstrap that `sluice run` writes.
    mayImport: [policy, model, program, xds, kube, pki, 'src/envoy/bootstrap.ts', lib, contract],
    packages: ['yaml'],
  },
  { path: envoy, mayImport: [lib, contract, gen], packages: [protobuf] },
  { path: 'src/practice/', mayImport: [lib, llm], packages: [] },
];

/** A single import that the table forbids and that stands nevertheless, with the reason. An unused one fails the test. */
export interface Exception {
  readonly from: string;
  readonly to: string;
  readonly why: string;
}

export const exceptions: readonly Exception[] = [];
