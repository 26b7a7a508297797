import type { MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { RouteSchema } from '../../gen/sluice/program/v1/program_pb.js';
import type { ObservedRequest } from '../program.ts';
import { programOf } from '../testing/program-of.ts';

type RouteInit = MessageInitShape<typeof RouteSchema> & { readonly id: string };

const exact = (name: string, value: string) => ({ name, value: { case: 'exact', value } }) as const;
const pattern = (name: string, value: string) => ({ name, value: { case: 'pattern', value } }) as const;
const present = (name: string) => ({ name, value: { case: 'present', value: true } }) as const;

function tableOf(routes: readonly RouteInit[]) {
  return programOf({ routes: routes.map((route) => ({ targets: [{ provider: 'a' }], ...route })) }).routes;
}

function request(headers: Readonly<Record<string, string>>): ObservedRequest {
  return { observedHeader: (name) => headers[name] };
}

/** The id of the route that answers, whatever the order in which the routes arrive. */
function winner(
  routes: readonly RouteInit[],
  model: string,
  headers: Readonly<Record<string, string>> = {},
  key = 'k',
): string | undefined {
  const asked = [routes, routes.toReversed()].map((order) => tableOf(order).find(key, model, request(headers))?.id);
  expect(asked[0]).toBe(asked[1]);
  return asked[0];
}

describe('routes of single listeners', () => {
  const routes: readonly RouteInit[] = [
    { id: 'here', models: ['m'], listeners: ['a', 'b'], headers: [exact('x', '1')] },
    { id: 'there', models: ['m', 'only-there'], listeners: ['c'] },
  ];

  it('answer those who come by them', () => {
    expect(winner(routes, 'm', { ':listener': 'b', x: '1' })).toBe('here');
    expect(winner(routes, 'm', { ':listener': 'c', x: '1' })).toBe('there');
    expect(winner(routes, 'm', { ':listener': 'd', x: '1' })).toBeUndefined();
  });

  it('answer everybody while it is not known who comes by what', () => {
    expect(winner(routes, 'm', { x: '1' })).toBe('here');
  });

  it('serve their models there only', () => {
    const table = tableOf(routes);
    expect(table.observedHeaders).toContain(':listener');
    expect(table.serves('only-there', request({ ':listener': 'c' }))).toBe(true);
    expect(table.serves('only-there', request({ ':listener': 'a' }))).toBe(false);
    expect(table.serves('m', request({ ':listener': 'a' }))).toBe(true);
  });
});

describe('which route answers', () => {
  it.each<[string, readonly RouteInit[], Readonly<Record<string, string>>, string]>([
    [
      "a key's own chain before the most specific one of everybody",
      [
        { id: 'a', models: ['m'], hostnames: ['a.test'], headers: [exact('x', '1')] },
        { id: 'b', key: 'k', models: ['*'] },
      ],
      { ':authority': 'a.test', x: '1' },
      'b',
    ],
    [
      'a host name before a wildcard, whatever else they demand',
      [
        { id: 'a', models: ['m'], hostnames: ['*.test'], headers: [exact('x', '1')] },
        { id: 'b', hostnames: ['a.test'] },
      ],
      { ':authority': 'A.test:10080', x: '1' },
      'b',
    ],
    [
      'the longer wildcard',
      [
        { id: 'a', models: ['m'], hostnames: ['*.test'] },
        { id: 'b', models: ['m'], hostnames: ['*.eu.test'] },
      ],
      { ':authority': 'one.eu.test' },
      'b',
    ],
    [
      'a wildcard before every host',
      [
        { id: 'a', models: ['m'], headers: [exact('x', '1')] },
        { id: 'b', models: ['m'], hostnames: ['*.test'] },
      ],
      { ':authority': 'deep.below.test', x: '1' },
      'b',
    ],
    [
      'more headers, of which the model is one',
      [
        { id: 'a', models: ['m'] },
        { id: 'b', headers: [exact('x', '1'), present('y')] },
      ],
      { x: '1', y: '' },
      'b',
    ],
    [
      'a model before a header',
      [
        { id: 'a', headers: [exact('x', '1')] },
        { id: 'b', models: ['m'] },
      ],
      { x: '1' },
      'b',
    ],
    [
      'an exact model before a pattern',
      [
        { id: 'a', modelPatterns: ['m|n'] },
        { id: 'b', models: ['m'] },
      ],
      {},
      'b',
    ],
    [
      'a pattern before any model',
      [
        { id: 'a', models: ['*'] },
        { id: 'b', models: ['m*'] },
      ],
      {},
      'b',
    ],
    [
      'a header of one value before a header of many',
      [
        { id: 'a', models: ['m'], headers: [pattern('x', '1|2')] },
        { id: 'b', models: ['m'], headers: [exact('x', '1')] },
      ],
      { x: '1' },
      'b',
    ],
    [
      'no text of precedence, as that of a Model, of equals',
      [
        { id: 'a', models: ['m'], precedence: '2026-01-01T00:00:00Z default/a' },
        { id: 'z', models: ['m'] },
      ],
      {},
      'z',
    ],
    [
      'the smaller text of precedence of equals, whatever their ids',
      [
        { id: 'a', models: ['m'], precedence: '2026-01-01T00:00:01Z default/a' },
        { id: 'z', models: ['m'], precedence: '2026-01-01T00:00:00Z default/z' },
      ],
      {},
      'z',
    ],
    [
      'more headers before an older document',
      [
        { id: 'a', models: ['m'], precedence: '2026-01-01T00:00:01Z default/a', headers: [exact('x', '1')] },
        { id: 'z', models: ['m'], precedence: '2026-01-01T00:00:00Z default/z' },
      ],
      { x: '1' },
      'a',
    ],
    [
      'the smaller id of equals',
      [
        { id: 'b', models: ['m'], headers: [exact('x', '1')] },
        { id: 'a', models: ['m'], headers: [exact('y', '1')] },
      ],
      { x: '1', y: '1' },
      'a',
    ],
  ])('is the one with %s', (_, routes, headers, expected) => {
    expect(winner(routes, 'm', headers)).toBe(expected);
  });

  it('falls back to a less specific host when nothing of the more specific one matches', () => {
    const routes: RouteInit[] = [
      { id: 'exact', models: ['other'], hostnames: ['a.test'] },
      { id: 'wildcard', models: ['m'], hostnames: ['*.test'], headers: [exact('x', '1')] },
      { id: 'any', models: ['m'] },
    ];
    expect(winner(routes, 'm', { ':authority': 'a.test', x: '1' })).toBe('wildcard');
    expect(winner(routes, 'm', { ':authority': 'a.test' })).toBe('any');
  });

  it('is none where a part does not match', () => {
    const routes: RouteInit[] = [
      {
        id: 'a',
        models: ['m'],
        hostnames: ['*.test'],
        headers: [exact('x', '1'), pattern('y', '[0-9]+'), present('z')],
      },
    ];
    const all = { ':authority': 'a.test', x: '1', y: '25', z: '' };
    expect(winner(routes, 'm', all)).toBe('a');
    for (const wrong of [
      { ':authority': 'test' },
      { ':authority': 'test.example' },
      { x: '01' },
      { y: '25a' },
      { y: '' },
    ]) {
      expect(winner(routes, 'm', { ...all, ...wrong }), JSON.stringify(wrong)).toBeUndefined();
    }
    const { z: _, ...withoutZ } = all;
    expect(winner(routes, 'm', withoutZ)).toBeUndefined();
    expect(tableOf(routes).find('k', 'm')).toBeUndefined();
  });

  it('matches patterns against the whole name', () => {
    const routes: RouteInit[] = [{ id: 'a', modelPatterns: ['gpt-4.*', 'o[0-9]'] }];
    expect(winner(routes, 'gpt-4o')).toBe('a');
    expect(winner(routes, 'o3')).toBe('a');
    expect(winner(routes, 'my-gpt-4o')).toBeUndefined();
    expect(winner(routes, 'o3-mini')).toBeUndefined();
  });

  it('finds the same among many patterns as among few', () => {
    const few: RouteInit[] = [
      { id: 'b', modelPatterns: ['gpt-.*'] },
      { id: 'a', modelPatterns: ['gpt-4.*'], headers: [exact('x', '1')] },
      { id: 'c', models: ['gpt-*'], headers: [exact('x', '2'), present('y')] },
      { id: 'd', models: ['claude-*.5'] },
    ];
    const many = [
      ...few,
      ...Array.from({ length: 50 }, (_, i): RouteInit => ({ id: `z${i}`, modelPatterns: [`other-${i}-.*`] })),
    ];
    for (const model of ['gpt-4o', 'gpt-3', 'claude-haiku-4.5', 'claude-haiku-4x5', 'other-7-x', 'none']) {
      for (const headers of [{}, { x: '1' }, { x: '2', y: '' }]) {
        const expected = model === 'other-7-x' ? 'z7' : winner(few, model, headers);
        expect(winner(many, model, headers), `${model} ${JSON.stringify(headers)}`).toBe(expected);
      }
    }
  });

  it('refuses patterns that are not RE2, and header names that are none', () => {
    expect(() => tableOf([{ id: 'a', modelPatterns: ['(?=x)'] }])).toThrow(/is not RE2/);
    expect(() => tableOf([{ id: 'a', headers: [pattern('x', '(')] }])).toThrow(/is not RE2/);
    expect(() => tableOf([{ id: 'a', headers: [exact('no name', '1')] }])).toThrow(/is not valid/);
    expect(() => tableOf([{ id: 'a', headers: [{ name: 'x' }] }])).toThrow(/not known to this processor/);
  });
});

describe('models that only routes know', () => {
  const routes: RouteInit[] = [
    { id: 'closed', models: ['gpt-*'] },
    { id: 'open', modelPatterns: ['gpt-4.*'], opensModels: true, headers: [exact('x', '1')] },
    { id: 'key/k/0', key: 'k', models: ['*'] },
  ];

  it('exist only where a route for everybody opens them', () => {
    const table = tableOf(routes);
    expect(table.opensModels).toBe(true);
    expect(table.findOpen('j', 'gpt-4o', request({ x: '1' }))?.id).toBe('open');
    expect(table.findOpen('j', 'gpt-4o', request({}))).toBeUndefined();
    expect(table.findOpen('k', 'gpt-4o', request({}))).toBeUndefined();
    expect(table.findOpen('j', 'gpt-3', request({ x: '1' }))).toBeUndefined();
  });

  it("are answered by the key's own chain where it has one", () => {
    expect(tableOf(routes).findOpen('k', 'gpt-4o', request({ x: '1' }))?.id).toBe('key/k/0');
  });

  it('are none where no route says so', () => {
    expect(tableOf([{ id: 'a', models: ['*'] }]).opensModels).toBe(false);
  });
});

describe('2,000 routes', () => {
  it('have no more of their number asked than one', () => {
    let asked = 0;
    const counted: ObservedRequest = {
      observedHeader(name) {
        asked++;
        return { ':authority': 'h1999.test', 'x-tenant': 't1999' }[name];
      },
    };
    const of = (route: (i: number) => Omit<RouteInit, 'id'>) =>
      tableOf(Array.from({ length: 2000 }, (_, i) => ({ ...route(i), id: `r${i}` }) as RouteInit));
    for (const table of [
      of((i) => ({ models: [`m${i}`] })),
      of((i) => ({ models: ['m1999'], hostnames: [`h${i}.test`] })),
      of((i) => ({ models: ['m1999'], headers: [exact('x-tenant', `t${i}`)] })),
      of((i) => ({ headers: [exact('x-tenant', `t${i}`)] })),
    ]) {
      asked = 0;
      expect(table.find('k', 'm1999', counted)?.id).toBe('r1999');
      expect(asked).toBeLessThanOrEqual(2);
    }
  });
});

describe('observed headers', () => {
  it('are those that a route looks at or changes', () => {
    const { observedHeaders } = tableOf([
      { id: 'a', hostnames: ['a.test'], headers: [present('x-tenant')], affinityHeader: 'X-Conversation' },
      {
        id: 'b',
        key: 'k',
        targets: [{ provider: 'a', setHeaders: [{ name: 'X-Set', value: '1' }], removeHeaders: ['x-gone'] }],
      },
    ]);
    expect(observedHeaders).toEqual([':authority', 'x-conversation', 'x-gone', 'x-set', 'x-tenant']);
    expect(tableOf([{ id: 'a', models: ['m'] }]).observedHeaders).toEqual([]);
  });
});
