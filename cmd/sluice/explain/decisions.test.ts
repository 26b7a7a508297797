import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { buildModel } from '../../../src/model/build/build.ts';
import { secretsOnly } from '../../../src/model/build/testing/surroundings.ts';
import { type DecidedField, decidedFields, policyLevels } from '../../../src/model/decision.ts';
import { parseDocuments } from '../../../src/policy/parse.ts';
import { decisionText, type ExplainedDecision } from './decisions.ts';
import { compileProgram, explain } from './explanation.ts';
import { explainHttpRoute } from './http-route.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const everyLevel = readFileSync(`${import.meta.dirname}/testdata/every-level.yaml`, 'utf8');
const manifests = (): Manifest[] => parseAllDocuments(everyLevel).map((each) => each.toJS() as Manifest);

/** Level and id of a document that says a field, and where in it; without a place the whole document goes. */
type Saying = readonly [level: (typeof policyLevels)[number], id: string, place?: string];

interface Row {
  /** Closest first. */
  readonly said: readonly Saying[];
  readonly name?: string;
  readonly provider?: string;
  readonly model?: string;
  /** Only so many of them say it at a time, since they are part of something that is taken as a whole. */
  readonly atOnce?: number;
}

const traffic = (field: string): readonly Saying[] =>
  (['rule', 'route', 'listener', 'gateway'] as const).map((level) => [
    level,
    `BackendTrafficPolicy/for-${level}`,
    field,
  ]);
const security = (field: string, levels: readonly Saying[0][]): readonly Saying[] =>
  levels.map((level) => [level, `SecurityPolicy/for-${level}`, field]);
const extension = (field: string): readonly Saying[] =>
  (['listener', 'gateway'] as const).map((level) => [level, `EnvoyExtensionPolicy/for-${level}`, field]);
const handshake = (field: string): readonly Row[] => [
  {
    said: (['listener', 'gateway'] as const).map((level) => [
      level,
      `ClientTrafficPolicy/for-${level}`,
      `spec.tls.${field}`,
    ]),
  },
];
const ofRule = (field: string): Saying => ['rule', 'AIGatewayRoute/chat', `spec.rules.0.${field}`];

/** Every field has its rows: one that is new is missing here until it has been walked through. */
const table: { readonly [F in DecidedField]: readonly Row[] } = {
  clientCertificates: [
    {
      said: [
        ['listener', 'ClientTrafficPolicy/for-listener', 'spec.tls'],
        ['gateway', 'GatewayPolicy/own', 'spec.clientCertificates'],
        ['gateway', 'ClientTrafficPolicy/for-gateway', 'spec.tls'],
        ['gateway', 'Gateway/edge', 'spec.tls'],
      ],
    },
  ],
  minVersion: handshake('minVersion'),
  maxVersion: handshake('maxVersion'),
  ciphers: handshake('ciphers'),
  ecdhCurves: handshake('ecdhCurves'),
  signatureAlgorithms: handshake('signatureAlgorithms'),
  alpnProtocols: handshake('alpnProtocols'),
  maxBodySize: [
    {
      said: [
        // Without the field its default says it.
        ['gateway', 'GatewayPolicy/own'],
        ['gateway', 'ClientTrafficPolicy/for-gateway', 'spec.connection'],
      ],
    },
  ],
  store: [
    {
      said: [
        ['gateway', 'GatewayPolicy/own', 'spec.store'],
        ['gateway', 'GatewayParameters/of-gateway', 'spec.store'],
        ['gateway', 'GatewayParameters/of-class', 'spec.store'],
      ],
    },
  ],
  cors: [
    {
      said: [
        ...security('spec.cors', ['route', 'listener']),
        ['gateway', 'GatewayPolicy/own', 'spec.cors'],
        ...security('spec.cors', ['gateway']),
      ],
    },
  ],
  keys: [{ said: security('spec.apiKeyAuth', ['rule', 'route', 'gateway']) }],
  tokens: [{ said: security('spec.jwt', ['rule', 'route', 'listener', 'gateway']) }],
  lua: [{ said: extension('spec.lua') }],
  processor: [{ said: extension('spec.extProc') }],
  wasm: [{ said: extension('spec.wasm') }],
  cost: [
    {
      name: 'total',
      said: [
        ['route', 'AIGatewayRoute/chat', 'spec.llmRequestCosts'],
        ['gateway', 'GatewayConfig/costs', 'spec.globalLLMRequestCosts'],
      ],
    },
  ],
  rateLimit: [{ said: traffic('spec.rateLimit') }],
  requestTimeout: [{ said: [ofRule('timeouts.request'), ...traffic('spec.timeout.http.requestTimeout')] }],
  retry: [{ said: traffic('spec.retry') }],
  // Of the retry rules of policies only those in force have one.
  attemptTimeout: [{ said: [ofRule('timeouts.backendRequest'), ...traffic('spec.retry')], atOnce: 1 }],
  streamIdleTimeout: [{ said: [ofRule('streamIdleTimeout'), ...traffic('spec.timeout.http.streamIdleTimeout')] }],
  'tls.serverName': [
    {
      provider: 'by-name',
      said: [
        ['backend', 'BackendTLSPolicy/by-name'],
        ['backend', 'Backend/by-name', 'spec.tls'],
      ],
    },
    {
      provider: 'in-cluster',
      said: [
        ['backend', 'BackendTLSPolicy/for-port'],
        ['backend', 'BackendTLSPolicy/for-service'],
      ],
    },
  ],
  'tls.signers': [
    {
      provider: 'by-name',
      said: [
        ['backend', 'BackendTLSPolicy/by-name'],
        ['backend', 'Backend/by-name', 'spec.tls'],
      ],
    },
    {
      provider: 'in-cluster',
      said: [
        ['backend', 'BackendTLSPolicy/for-port'],
        ['backend', 'BackendTLSPolicy/for-service'],
      ],
    },
  ],
  'tls.subjectNames': [
    { provider: 'by-name', said: [['backend', 'BackendTLSPolicy/by-name', 'spec.validation.subjectAltNames']] },
  ],
  'tls.clientCertificate': [
    { provider: 'by-name', said: [['backend', 'Backend/by-name', 'spec.tls.clientCertificateRef']] },
  ],
  credential: [
    { provider: 'by-name', said: [['backend', 'BackendSecurityPolicy/by-name']] },
    {
      model: 'large',
      provider: 'own',
      said: [
        ['backend', 'ApiKey/ana', 'spec.credentials'],
        ['backend', 'Provider/own', 'spec.credential.apiKey'],
      ],
    },
  ],
  header: [
    {
      provider: 'by-name',
      name: 'x-tier',
      said: [
        ['backend', 'AIGatewayRoute/chat', 'spec.rules.0.backendRefs.0.headerMutation'],
        ['backend', 'AIServiceBackend/by-name', 'spec.headerMutation'],
      ],
    },
  ],
  body: [
    {
      provider: 'by-name',
      name: 'service_tier',
      said: [
        ['backend', 'AIGatewayRoute/chat', 'spec.rules.0.backendRefs.0.bodyMutation'],
        ['backend', 'AIServiceBackend/by-name', 'spec.bodyMutation'],
      ],
    },
  ],
};

const levelsOfServices = [
  ['rule', 'site-rule'],
  ['route', 'site-route'],
  ['listener', 'for-listener'],
  ['gateway', 'for-gateway'],
] as const;
const ofServices = (kind: string, field: string): readonly Saying[] =>
  levelsOfServices.map(([level, name]) => [level, `${kind}/${name}`, field]);
const ofSite = (field: string): Saying => ['rule', 'HTTPRoute/site', `spec.rules.0.${field}`];

/** The same of an HTTPRoute; absent: nothing that ordinary services know. */
const services: { readonly [F in DecidedField]?: readonly Row[] } = {
  clientCertificates: table.clientCertificates,
  cors: [{ said: [ofSite('filters'), ...ofServices('SecurityPolicy', 'spec.cors')] }],
  keys: [{ said: ofServices('SecurityPolicy', 'spec.apiKeyAuth') }],
  tokens: [{ said: ofServices('SecurityPolicy', 'spec.jwt') }],
  lua: [{ said: ofServices('EnvoyExtensionPolicy', 'spec.lua') }],
  processor: [{ said: ofServices('EnvoyExtensionPolicy', 'spec.extProc') }],
  wasm: [{ said: ofServices('EnvoyExtensionPolicy', 'spec.wasm') }],
  requestTimeout: [
    { said: [ofSite('timeouts.request'), ...ofServices('BackendTrafficPolicy', 'spec.timeout.http.requestTimeout')] },
  ],
  retry: [{ said: [ofSite('retry'), ...ofServices('BackendTrafficPolicy', 'spec.retry')] }],
  attemptTimeout: [
    { said: [ofSite('timeouts.backendRequest'), ...ofServices('BackendTrafficPolicy', 'spec.retry')], atOnce: 1 },
  ],
  streamIdleTimeout: [{ said: ofServices('BackendTrafficPolicy', 'spec.timeout.http.streamIdleTimeout') }],
  'tls.serverName': (table['tls.serverName'] ?? []).flatMap((row) =>
    row.provider === 'in-cluster' ? [{ ...row, provider: 'service/default/in-cluster' }] : [],
  ),
};

function without(all: readonly Manifest[], [, id, place]: Saying): Manifest[] {
  const found = all.find(({ kind, metadata }) => `${kind}/${metadata.name}` === id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  if (place === undefined) return all.filter((each) => each !== found);
  const steps = place.split('.');
  const last = steps.pop() ?? '';
  let at = found as unknown as Record<string, Record<string, never>>;
  for (const step of steps) at = at[step] ?? {};
  if (!(last in at)) throw new Error(`${id} has no ${place}`);
  delete at[last];
  // A provider has to say that it needs no credential.
  if (last === 'apiKey') (at as Record<string, unknown>)['none'] = {};
  return [...all];
}

function gatewayOf(all: readonly Manifest[]) {
  const text = all.map((each) => `---\n${JSON.stringify(each)}\n`).join('');
  const { documents, barriers } = parseDocuments(text, 'policy.yaml', '.', { now: 0 });
  expect(barriers).toEqual([]);
  expect(documents).toHaveLength(all.length);
  const [gateway] = buildModel(documents, secretsOnly()).gateways;
  if (gateway === undefined) throw new Error('the policy makes no gateway');
  return gateway;
}

type Ask = (all: readonly Manifest[]) => readonly ExplainedDecision[];

const ofModel =
  (model: string): Ask =>
  (all) => {
    const gateway = gatewayOf(all);
    const program = compileProgram(gateway);
    if (program === undefined) throw new Error('the policy makes no program');
    return explain(program, { key: 'ana', model }, 0, gateway).decisions;
  };

const ofRoute: Ask = (all) => explainHttpRoute(gatewayOf(all), 'site')?.matches[0]?.decisions ?? [];

function walk(field: string, { said, name, provider, atOnce = said.length }: Row, ask: Ask): void {
  let all = manifests();
  const asked = () => ask(all).find((each) => each.field === field && each.provider === provider && each.name === name);
  for (const [index, saying] of said.entries()) {
    const found = asked();
    const last = index + (index === 0 ? atOnce : atOnce - 1);
    expect([found?.by, ...(found?.over ?? [])].map((one) => [one?.level, one?.origin])).toEqual(
      said.slice(index, last + 1).map(([level, id]) => [level, id]),
    );
    all = without(all, saying);
  }
  expect(asked()).toBeUndefined();
}

const rowsOf = (all: { readonly [F in DecidedField]?: readonly Row[] }) =>
  Object.entries(all).flatMap(([field, rows]) => rows.map((row) => [field, row.provider ?? '', row] as const));

describe('explain: who decides', () => {
  it('has a row for every field that several places can say', () => {
    expect(Object.keys(table).sort()).toEqual([...decidedFields].sort());
    expect(
      new Set(Object.values(table).flatMap((all) => all.flatMap(({ said }) => said.map(([level]) => level)))),
    ).toEqual(new Set(policyLevels));
  });

  it.each(rowsOf(table))('names the closest of all who say %s %s, while one after the other goes', (field, _, row) => {
    walk(field, row, ofModel(row.model ?? 'small'));
  });

  it.each(rowsOf(services))('does so for ordinary services: %s %s', (field, _, row) => {
    walk(field, row, ofRoute);
  });

  it('names no policy whose keys nobody is asked for, since its models have no exact names', () => {
    const text = JSON.stringify(manifests()).replace(
      '"type":"Exact","name":"x-ai-eg-model","value":"small"',
      '"type":"RegularExpression","name":"x-ai-eg-model","value":"sma.*"',
    );
    const keys = ofModel('small')(JSON.parse(text) as Manifest[]).filter(({ field }) => field === 'keys');
    expect(keys.map(decisionText)).toEqual(['apiKeyAuth: Secret/clients by SecurityPolicy/for-gateway (gateway)']);
  });

  it('shows no secret, not even one that somebody wrote into a header', () => {
    const all = manifests().map((each) =>
      each.kind === 'AIServiceBackend'
        ? {
            ...each,
            spec: {
              ...(each as { spec?: object }).spec,
              headerMutation: { set: [{ name: 'x-api-key-of-team', value: 'sk-1234567890abcdef' }] },
            },
          }
        : each,
    );
    const lines = ofModel('small')(all).map(decisionText).join('\n');
    expect(lines).toContain('x-api-key-of-team: [masked]');
    expect(lines).not.toMatch(/sk-1234|a-key-that-nobody-guesses|sk-of-the-provider|the value of/);
  });
});
