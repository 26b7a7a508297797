import { describe, expect, it } from 'vitest';
import { payerHeaders } from '../../../model/withheld-headers.ts';
import { programOf } from '../../../program/testing/program-of.ts';
import { Answer } from '../../answer.ts';
import type { Exchange } from '../../exchange.ts';
import { Registry } from '../../registry.ts';
import { exchangeOf, keyIn, providerIn } from '../../testing/exchange-of.ts';
import { requestHeadersMessage } from '../../testing/message.ts';
import { attempt } from './index.ts';

/* Headers of a caller that say on whose bill a request goes at the provider. */

const organization = 'openai-organization';
const project = 'openai-project';

const program = programOf({
  providers: [
    { name: 'gateway' },
    { name: 'also-gateway' },
    { name: 'own' },
    { name: 'setting', setHeaders: [{ name: project, value: 'of-policy' }] },
    { name: 'removing', removeHeaders: [project] },
    { name: 'adding' },
  ],
  routes: [
    {
      id: 'r',
      models: ['small'],
      targets: [
        ...['gateway', 'also-gateway', 'own', 'setting', 'removing'].map((provider) => ({ provider })),
        { provider: 'adding', addHeaders: [{ name: project, value: 'added' }] },
      ],
    },
  ],
  keys: [
    {
      name: 'k',
      credentials: ['own', 'removing'].map((provider) => ({
        provider,
        header: 'authorization',
        value: Buffer.from('own'),
      })),
    },
  ],
});

const both = { [organization]: 'org-caller', [project]: 'proj-caller' };
type Headers = Readonly<Record<string, string>>;

/** What the last of these providers sees of the two headers, where each one before has failed. */
function seenBy(order: readonly string[], sent: Headers = both, betweenPhases = (_: Exchange): void => {}) {
  const targets = program.routes.find('k', 'small')?.targets ?? [];
  const exchange = exchangeOf(program, {
    key: keyIn(program, 'k'),
    body: Buffer.from('{}'),
    observed: program.observedHeaders.map((name) => sent[name]),
    route: program.routes.find('k', 'small'),
    targets: order.map((name) => {
      const target = targets.find(({ provider }) => provider === name);
      if (target === undefined) throw new Error(`no target ${name}`);
      return { target, provider: providerIn(program, name) };
    }),
  });
  const stage = attempt(new Registry(3));
  stage.requestHeaders?.(exchange, requestHeadersMessage({ ...sent, 'x-other': 'yes' }));
  betweenPhases(exchange);
  stage.request?.(exchange);
  const headers = new Map(Object.entries(sent));
  const apply = ({ setHeaders, removeHeaders }: Answer): void => {
    for (const name of removeHeaders) headers.delete(name);
    for (let i = 0; i < setHeaders.length; i += 2) headers.set(String(setHeaders[i]), String(setHeaders[i + 1]));
  };
  apply(exchange.answer);
  for (let n = 2; n <= order.length; n++) {
    const answer = new Answer();
    stage.laterAttempt?.(exchange, n, answer, requestHeadersMessage({}));
    apply(answer);
  }
  return { [organization]: headers.get(organization), [project]: headers.get(project) };
}

const nothing = { [organization]: undefined, [project]: undefined };
const onlyProject = (value: string) => ({ [organization]: undefined, [project]: value });

describe('headers that say who pays', () => {
  it('are not passed on with a credential of the gateway', () => {
    expect(seenBy(['gateway'])).toEqual(nothing);
    // What the policy check says of them holds.
    for (const name of payerHeaders) expect(seenBy(['gateway'], { [name]: 'caller' })).toEqual(nothing);
  });

  it('are passed on with a credential that the key brings', () => {
    expect(seenBy(['own'])).toEqual(both);
    expect(seenBy(['own'], { [project]: 'proj-caller' })).toEqual(onlyProject('proj-caller'));
  });

  it('are decided on anew for every attempt', () => {
    expect(seenBy(['gateway', 'also-gateway'])).toEqual(nothing);
    expect(seenBy(['own', 'gateway'])).toEqual(nothing);
    expect(seenBy(['gateway', 'own'])).toEqual(both);
    expect(seenBy(['own', 'gateway', 'own'])).toEqual(both);
  });

  it('may be set by policy, for whom it says', () => {
    expect(seenBy(['setting'])).toEqual(onlyProject('of-policy'));
    expect(seenBy(['setting'], {})).toEqual(onlyProject('of-policy'));
    expect(seenBy(['gateway', 'setting'])).toEqual(onlyProject('of-policy'));
    expect(seenBy(['setting', 'gateway'])).toEqual(nothing);
    expect(seenBy(['setting', 'gateway'], {})).toEqual(nothing);
    expect(seenBy(['setting', 'own'])).toEqual(both);
  });

  it('may be removed by policy, whoever pays', () => {
    expect(seenBy(['removing'])).toEqual({ [organization]: 'org-caller', [project]: undefined });
    expect(seenBy(['own', 'removing'])).toEqual({ [organization]: 'org-caller', [project]: undefined });
    expect(seenBy(['removing', 'own'])).toEqual(both);
  });

  it('are not what policy adds its value to', () => {
    expect(seenBy(['adding'])).toEqual(onlyProject('added'));
    expect(seenBy(['gateway', 'adding'])).toEqual(onlyProject('added'));
    expect(seenBy(['own', 'adding'])).toEqual(onlyProject('added'));
  });

  it('are those of a token where a claim becomes one of them', () => {
    // As the token stage does, for a claim that is there and for one that is not.
    expect(
      seenBy(['gateway', 'also-gateway'], both, (exchange) => {
        exchange.observe(project, 'of-token');
        exchange.answer.set(project, 'of-token');
      }),
    ).toEqual(onlyProject('of-token'));
    expect(
      seenBy(['own'], both, (exchange) => {
        exchange.observe(project, undefined);
        exchange.answer.remove(project);
      }),
    ).toEqual({ [organization]: 'org-caller', [project]: undefined });
  });
});
