import { describe, expect, it } from 'vitest';
import { parseDocuments } from './parse.ts';
import { problemText } from './testing/problem-text.ts';

const provider = (name: string, more = ''): string =>
  `apiVersion: sluice.dev/v1alpha1\nkind: Provider\nmetadata: {name: ${name}}\nspec: {preset: ollama${more}}\n`;

function parse(text: string) {
  const parsed = parseDocuments(text, 'a.yaml', '/policy', { now: 0 });
  return { ...parsed, ids: parsed.documents.map((document) => document.id), texts: parsed.problems.map(problemText) };
}

describe('parseDocuments', () => {
  it('reads several documents of a file and says where each begins', () => {
    const { documents, texts } = parse(`# all of it\n\n${provider('a')}---\n# second\n${provider('b')}`);
    expect(texts).toEqual([]);
    expect(documents.map(({ id, kind, name, source, folder }) => ({ id, kind, name, source, folder }))).toEqual([
      { id: 'Provider/a', kind: 'Provider', name: 'a', source: 'a.yaml:3', folder: '/policy' },
      { id: 'Provider/b', kind: 'Provider', name: 'b', source: 'a.yaml:9', folder: '/policy' },
    ]);
  });

  it('reads JSON, whatever it is indented with', () => {
    const document = {
      apiVersion: 'sluice.dev/v1alpha1',
      kind: 'Model',
      metadata: { name: 'small', labels: { stage: 'test' } },
      spec: { targets: [{ provider: 'a' }] },
    };
    for (const indent of ['', '\t', '  ']) {
      const { documents, texts } = parse(JSON.stringify(document, null, indent));
      expect(texts).toEqual([]);
      expect(documents[0]).toMatchObject({ id: 'Model/small', labels: { stage: 'test' }, source: 'a.yaml:1' });
    }
  });

  it('ignores a byte order mark', () => {
    expect(parse(`\ufeff${provider('a')}---\n\ufeff${provider('b')}`)).toMatchObject({
      ids: ['Provider/a', 'Provider/b'],
      texts: [],
    });
  });

  it('takes what kubectl prints', () => {
    const text = `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata:
  name: a
  uid: 0b7c
  generation: 3
  resourceVersion: "7"
  creationTimestamp: "2026-01-01T00:00:00Z"
  annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}
  managedFields: [{manager: kubectl}]
spec: {preset: ollama}
status: {conditions: []}
`;
    expect(parse(text)).toMatchObject({ ids: ['Provider/a'], texts: [] });
  });

  it('gives equal content an equal hash, wherever it stands and however it is written', () => {
    const [a] = parse(provider('a', ', headers: {set: {x-a: "1", x-b: "2"}}, network: public')).documents;
    const [b] = parse(`\n\n${provider('a', ", headers: {set: {x-b: '2', x-a: '1'}}, connectTimeout: 5s")}`).documents;
    const [c] = parse(provider('a', ', connectTimeout: 6s')).documents;
    expect(a?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(b?.hash).toBe(a?.hash);
    expect(c?.hash).not.toBe(a?.hash);
  });

  describe('with a broken document among others', () => {
    it('parses the others, and names the one that is broken', () => {
      const text = `${provider('a')}---\n${provider('b', ', network: pubic')}---\n${provider('c')}`;
      const parsed = parse(text);
      expect(parsed.ids).toEqual(['Provider/a', 'Provider/c']);
      expect(parsed).toMatchObject({ broken: ['Provider/b'], unidentified: 0 });
      expect(parsed.texts).toEqual([
        'a.yaml:9: Provider/b: spec.network "pubic" is not a possible value — write public (possible: public or private)',
      ]);
    });

    it.each([
      ['an open bracket', 'spec: {preset: [', 'close { and ['],
      ['a tab', 'spec:\n\tpreset: ollama', 'is indented with a tab'],
      ['an open quote', "spec: {preset: 'olla", 'lacks a character'],
      ['a field twice', 'spec: {preset: ollama, preset: vllm}', 'stands twice'],
      ['a lost indentation', 'spec:\n   preset: x\n  y: z', ''],
    ])('is not confused by %s', (_name, spec, message) => {
      const broken = `apiVersion: sluice.dev/v1alpha1\nkind: Provider\nmetadata:\n  labels: {a: b}\n  name: b\n${spec}\n`;
      const parsed = parse(`${provider('a')}---\n${broken}---\n${provider('c')}`);
      expect(parsed.ids).toEqual(['Provider/a', 'Provider/c']);
      expect(parsed).toMatchObject({ broken: ['Provider/b'], unidentified: 0 });
      expect(parsed.texts[0]).toContain(message);
      expect(parsed.problems.every((problem) => problem.document === 'Provider/b')).toBe(true);
    });

    it('counts the ones that do not say who they are', () => {
      const parsed = parse(`${provider('a')}---\nkind: Provider\nmetadata: {\n---\njust text\n`);
      expect(parsed).toMatchObject({ ids: ['Provider/a'], broken: [], unidentified: 2 });
      expect(parsed.problems.map((problem) => problem.document)).toEqual(['document 2', 'document 3']);
    });
  });

  it.each([
    [
      'kind: Provider\nmetadata: {name: a}\nspec: {preset: ollama}',
      'a.yaml:1: Provider/a: apiVersion is missing — add apiVersion: sluice.dev/v1alpha1',
    ],
    [
      'apiVersion: sluice.dev/v1\nkind: Provider\nmetadata: {name: a}\nspec: {preset: ollama}',
      'a.yaml:1: Provider/a: apiVersion "sluice.dev/v1" is not the apiVersion of Provider here — write apiVersion: sluice.dev/v1alpha1',
    ],
    [
      'apiVersion: 1\nkind: Provider\nmetadata: {name: a}\nspec: {preset: ollama}',
      'a.yaml:1: Provider/a: apiVersion 1 is not the apiVersion of Provider here — write apiVersion: sluice.dev/v1alpha1',
    ],
    [
      'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: {selector: {}, servers: []}',
      'a.yaml:1: Gateway/a: apiVersion "networking.istio.io/v1" is not the apiVersion of Gateway here — write apiVersion: gateway.networking.k8s.io/v1',
    ],
    [
      'apiVersion: gateway.networking.k8s.io/v1alpha2\nkind: Gateway\nmetadata: {name: a}\nspec: {listeners: [{name: a, port: 1, protocol: HTTP}]}',
      'a.yaml:1: Gateway/a: apiVersion "gateway.networking.k8s.io/v1alpha2" is not the apiVersion of Gateway here — write apiVersion: gateway.networking.k8s.io/v1',
    ],
    [
      'apiVersion: sluice.dev/v1alpha1\nmetadata: {name: a}',
      'a.yaml:1: document 1: kind is missing — add kind: Provider, Model, ApiKey, Guardrail, Limit, Budget, PriceCatalogue, GatewayPolicy, GatewayParameters, or a kind of Gateway API, Envoy Gateway or Envoy AI Gateway',
    ],
    [
      'apiVersion: v1\nkind: List\nitems:\n- {kind: Model}',
      'a.yaml:2: document 1: kind a List is not read — write each of its items as a document, with a line --- between them',
    ],
    [
      'kind: Modle\nmetadata: {name: a}',
      'a.yaml:1: Modle/a: kind "Modle" is not a known kind — write Model; served: Provider, Model, ApiKey, Guardrail, Limit, Budget, PriceCatalogue, GatewayPolicy, GatewayParameters, or a kind of Gateway API, Envoy Gateway or Envoy AI Gateway',
    ],
    [
      'kind: Deployment\nmetadata: {name: a}\ndata: {key: aHVudGVyMg==}',
      'a.yaml:1: Deployment/a: kind "Deployment" is not a known kind — remove it; served: Provider, Model, ApiKey, Guardrail, Limit, Budget, PriceCatalogue, GatewayPolicy, GatewayParameters, or a kind of Gateway API, Envoy Gateway or Envoy AI Gateway',
    ],
    [
      'kind: [Model]',
      'a.yaml:1: document 1: kind a list is not a kind — write Provider, Model, ApiKey, Guardrail, Limit, Budget, PriceCatalogue, GatewayPolicy, GatewayParameters, or a kind of Gateway API, Envoy Gateway or Envoy AI Gateway',
    ],
    ...['McpServer', 'McpProfile'].map((kind) => [
      `apiVersion: sluice.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: a}\nspec: {anything: 1}`,
      `a.yaml:2: ${kind}/a: kind ${kind} is not served by this version — remove it; served: Provider, Model, ApiKey, Guardrail, Limit, Budget, PriceCatalogue, GatewayPolicy, GatewayParameters, or a kind of Gateway API, Envoy Gateway or Envoy AI Gateway`,
    ]),
    [
      '[1, 2]',
      'a.yaml:1: document 1: a list stands here instead of a document — write each of its items as a document, with a line --- between them',
    ],
    [
      'hello',
      'a.yaml:1: document 1: "hello" stands here instead of a document — write apiVersion, kind, metadata and spec',
    ],
    [
      provider('Open_AI'),
      'a.yaml:3: Provider/Open_AI: metadata.name "Open_AI" is not a DNS label — use lower-case letters, digits and -, at most 63, beginning and ending with a letter or digit',
    ],
    [
      provider('gpt-4.1'),
      'a.yaml:3: Provider/gpt-4.1: metadata.name "gpt-4.1" is not a DNS label — use lower-case letters, digits and -, at most 63, beginning and ending with a letter or digit',
    ],
    [
      provider('a'.repeat(64)),
      `a.yaml:3: Provider/${'a'.repeat(64)}: metadata.name "${'a'.repeat(59)}… is longer than 63 characters — use lower-case letters, digits and -, at most 63, beginning and ending with a letter or digit`,
    ],
    [provider('5'), 'a.yaml:3: document 1: metadata.name 5 is not a text — put it in quotes: "5"'],
    [
      provider('""'),
      'a.yaml:3: document 1: metadata.name "" is not a DNS label — use lower-case letters, digits and -, at most 63, beginning and ending with a letter or digit',
    ],
    [
      'apiVersion: sluice.dev/v1alpha1\nkind: Provider\nspec: {preset: ollama}',
      'a.yaml:1: document 1: metadata is missing — add metadata: {name: NAME}',
    ],
    [
      'apiVersion: sluice.dev/v1alpha1\nkind: Provider\nmetadata: {lables: {}, name: a}\nspec: {preset: ollama}',
      'a.yaml:3: Provider/a: metadata.lables is not a known field — write labels',
    ],
    [
      'apiVersion: sluice.dev/v1alpha1\nkind: Provider\nmetadata: {name: a, labels: {stage: 1}}\nspec: {preset: ollama}',
      'a.yaml:3: Provider/a: metadata.labels.stage 1 is not a text — put it in quotes: "1"',
    ],
    [
      'apiVersion: sluice.dev/v1alpha1\nkind: Provider\nmetadata: {name: a, namespace: A.I}\nspec: {preset: ollama}',
      'a.yaml:3: Provider/A.I/a: metadata.namespace "A.I" is not a DNS label — use lower-case letters, digits and -, at most 63, beginning and ending with a letter or digit',
    ],
    [`${provider('a')}specs: {}\n`, 'a.yaml:5: Provider/a: specs is not a known field — write spec'],
    [
      `${provider('a')}targets: []\n`,
      'a.yaml:5: Provider/a: targets is not a known field — remove it; known here: apiVersion, kind, metadata, spec or status',
    ],
    ['', 'a.yaml:1: holds no document — write a document, or remove the file'],
    ['# nothing\n---\n', 'a.yaml:1: holds no document — write a document, or remove the file'],
  ])('says what is wrong with %j', (text, problem) => {
    expect(parse(text).texts).toEqual([problem]);
  });

  it('reports everything at once', () => {
    const text =
      'apiVersion: sluice.dev/v2\nkind: Provider\nmetadata: {name: A}\nspec: {preset: x, network: y, z: 1}\n';
    expect(parse(text).problems.map((problem) => problem.path)).toEqual([
      'apiVersion',
      'metadata.name',
      'spec.z',
      'spec.preset',
      'spec.network',
    ]);
  });

  it('keeps a pasted data file from giving a problem for each of its lines', () => {
    const fields = Array.from({ length: 5000 }, (_, index) => `  k${index}: 1`).join('\n');
    const { problems } = parse(
      `apiVersion: sluice.dev/v1alpha1\nkind: Provider\nmetadata: {name: a}\nspec:\n${fields}`,
    );
    expect(problems.length).toBeLessThan(30);
    expect(problems.map((problem) => problem.message)).toContain('has 4980 more fields that are not known');
  });

  it('lets the first of two documents with one id win, and names both places', () => {
    const { documents, texts } = parse(`${provider('a')}---\n${provider('a', ', network: private')}`);
    expect(documents.map((document) => document.source)).toEqual(['a.yaml:1']);
    expect(texts).toEqual([
      'a.yaml:6: Provider/a: metadata.name Provider/a is defined already at a.yaml:1, which stays in force — rename or remove one of them',
    ]);
  });

  it('refuses a file that is no policy', () => {
    expect(parse('#'.repeat(10 * 1024 * 1024 + 1))).toMatchObject({
      ids: [],
      unidentified: 1,
      texts: ['a.yaml:1: is larger than 10MiB — split it into several files'],
    });
  });

  describe('with what it remembers of the last time', () => {
    const text = `${provider('a')}---\n${provider('b')}---\n${provider('c', ', network: pubic')}`;
    const first = parse(text);

    it('gives the same objects for the same text', () => {
      const again = parseDocuments(text, 'a.yaml', '/policy', { cache: first.cache });
      expect(again.documents).toEqual(first.documents);
      expect(again.documents.every((document, index) => document === first.documents[index])).toBe(true);
      expect(again.problems).toEqual(first.problems);
      expect(again.broken).toEqual(first.broken);
    });

    it('keeps the documents beside a changed one', () => {
      const changed = text.replace('pubic', 'public');
      const again = parseDocuments(changed, 'a.yaml', '/policy', { cache: first.cache });
      expect(again.documents.map((document) => document === first.documents[0])).toEqual([true, false, false]);
      expect(again.documents[1]).toBe(first.documents[1]);
      expect(again.problems).toEqual([]);
    });

    it('sees that a document has moved', () => {
      const again = parseDocuments(`# note\n${text}`, 'a.yaml', '/policy', { cache: first.cache });
      expect(again.documents[1]).toEqual({ ...first.documents[1], source: 'a.yaml:7' });
      expect(again.problems[0]?.source).toBe('a.yaml:15');
    });
  });
});
