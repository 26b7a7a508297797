import { create, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { metadataNamespaces, tokenFields } from '../../../contract.ts';
import { ProcessingRequestSchema } from '../../../gen/envoy/service/ext_proc/v3/external_processor_pb.js';
import { programOf } from '../../../program/testing/program-of.ts';
import { exchangeOf, keyIn, modelIn } from '../../testing/exchange-of.ts';
import { headerMap } from '../../testing/message.ts';
import { verdict } from '../../verdict.ts';
import { decodeRequest, Incoming } from '../../wire/incoming.ts';
import { demandListenerToken, demandToken, noteTokens } from './index.ts';

const filter = 'SecurityPolicy/guard/tokens';
const [first, second] = [tokenFields(filter, 0), tokenFields(filter, 1)];
const issuers = [
  {
    claims: [
      { claim: 'sub', header: 'x-user' },
      { claim: 'org.team', header: 'x-team' },
      { claim: 'org', header: 'x-org' },
      { claim: 'age', header: 'x-age' },
      { claim: 'admin', header: 'x-admin' },
      { claim: 'none.there', header: 'x-none' },
    ],
  },
  { claims: [{ claim: 'name', header: 'x-user' }] },
];

const program = programOf({
  settings: {
    tokenSources: [
      { filter, issuer: 0, headers: ['authorization'] },
      { filter, issuer: 1, headers: ['x-token'] },
    ],
  },
  providers: [{ name: 'a' }],
  models: [{ name: 'guarded' }, { name: 'optional' }, { name: 'open' }],
  routes: [
    { id: 'g', contract: 2, models: ['guarded'], targets: [{ provider: 'a' }], tokens: { filter, issuers } },
    {
      id: 'o',
      contract: 2,
      models: ['optional'],
      targets: [{ provider: 'a' }],
      tokens: { filter, issuers, isOptional: true },
    },
    { id: 'n', models: ['open'], targets: [{ provider: 'a' }], affinityHeader: 'x-user' },
  ],
  keys: [{ name: 'k' }],
});

function message(noted: JsonObject | undefined): Incoming {
  const incoming = new Incoming();
  const filterMetadata = noted === undefined ? {} : { [metadataNamespaces.tokens]: noted };
  const init = {
    request: { case: 'requestHeaders', value: headerMap({}) } as const,
    metadataContext: { filterMetadata },
  };
  decodeRequest(Buffer.from(toBinary(ProcessingRequestSchema, create(ProcessingRequestSchema, init))), incoming);
  return incoming;
}

function decide(model: 'guarded' | 'optional' | 'open', noted?: JsonObject) {
  const exchange = exchangeOf(program, {
    key: keyIn(program, 'k'),
    model: modelIn(program, model),
    modelInBody: model,
    observed: program.observedHeaders.map(() => 'forged'),
    route: program.routes.find('k', model) as never,
  });
  noteTokens.requestHeaders?.(exchange, message(noted));
  const { tokenHeaders } = exchange;
  const decision = demandToken.request?.(exchange);
  const { setHeaders, removeHeaders } = exchange.answer;
  const set = Object.fromEntries(setHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, setHeaders[i + 1]]] : [])));
  return {
    decision,
    code: exchange.rejection?.code,
    set,
    removed: removeHeaders,
    tokenHeaders,
    user: exchange.observedHeader('x-user'),
  };
}

const failure = (code: number): JsonObject => ({ code, message: 'whatever' });
const missing = { [first.failure]: failure(1), [second.failure]: failure(1) };

describe('demandToken', () => {
  it.each<[string, JsonObject | undefined, string]>([
    ['nothing noted', undefined, 'missing_token'],
    ['nothing noted of its issuers', { 'SecurityPolicy/other/tokens#0': { sub: 'ana' } }, 'missing_token'],
    ['no token', missing, 'missing_token'],
    ['what has not the shape of one', { ...missing, [first.failure]: failure(4) }, 'missing_token'],
    ['one that has expired', { ...missing, [first.failure]: failure(3) }, 'invalid_token'],
    ['one for another audience', { ...missing, [first.failure]: failure(25) }, 'token_not_allowed'],
    ['one that nobody can verify', { ...missing, [first.failure]: failure(40) }, 'token_not_verified'],
    ['a fault without a reason', { [first.failure]: 'none' }, 'invalid_token'],
    ['one of two that is wrong', { [first.claims]: { sub: 'ana' }, [first.failure]: failure(3) }, 'invalid_token'],
    ['claims that are none', { [first.claims]: 'ana' }, 'missing_token'],
    ['claims in a list', { [first.claims]: ['ana'] }, 'missing_token'],
  ])('refuses %s', (_, noted, code) => {
    expect(decide('guarded', noted)).toMatchObject({ decision: verdict.answered, code });
  });

  it('lets in whoever shows a token of any of the issuers', () => {
    expect(decide('guarded', { [first.claims]: {} }).decision).toBe(verdict.proceed);
    expect(decide('guarded', { [first.failure]: failure(24), [second.claims]: {} }).decision).toBe(verdict.proceed);
  });

  it('asks nobody where the route does not', () => {
    expect(decide('open', missing)).toMatchObject({ decision: verdict.proceed, set: {} });
    expect(decide('open')).toMatchObject({ decision: verdict.proceed, set: {}, user: 'forged' });
  });

  it('lets in without a token where none is needed, and with a wrong one nowhere', () => {
    expect(decide('optional', missing).decision).toBe(verdict.proceed);
    expect(decide('optional', { ...missing, [second.failure]: failure(4) }).code).toBe('invalid_token');
    expect(decide('optional', { ...missing, [second.failure]: failure(40) }).code).toBe('token_not_verified');
  });

  it('writes claims into headers as Envoy does, in the place of what the caller says', () => {
    const claims = { sub: 'änä', org: { team: 'research' }, age: 41, admin: false };
    const { set, removed, user } = decide('guarded', { [first.claims]: claims });
    expect(set).toEqual({
      'x-user': Buffer.from('änä').toString('latin1'),
      'x-team': 'research',
      'x-org': Buffer.from('{"team":"research"}').toString('base64'),
      'x-age': '41',
      'x-admin': 'false',
    });
    expect(user).toBe(set['x-user']);
    expect(removed).toEqual(expect.arrayContaining(['authorization', 'x-token', 'x-none']));
  });

  it('leaves out a claim that would end its line', () => {
    const { set, removed, user } = decide('guarded', { [first.claims]: { sub: 'ana\r\nx-admin: true' } });
    expect(set).toEqual({});
    expect(removed).toContain('x-user');
    expect(user).toBeUndefined();
  });

  it('takes claims of the issuer that has verified the token', () => {
    const { set } = decide('guarded', { [first.failure]: failure(24), [second.claims]: { name: 'bob', sub: 'ana' } });
    expect(set).toEqual({ 'x-user': 'bob' });
  });

  it('does not look for claims in what every object has', () => {
    const { set } = decide('guarded', { [first.claims]: { org: 'text' } });
    expect(set).toEqual({ 'x-org': 'text' });
  });
});

describe('noteTokens', () => {
  it('says where tokens stand, good or bad, and keys do not', () => {
    expect(decide('open', { [first.claims]: {}, [second.failure]: failure(1) }).tokenHeaders).toEqual([
      'authorization',
    ]);
    expect(decide('open', { [first.failure]: failure(3) }).tokenHeaders).toEqual(['authorization']);
    expect(decide('open', { [first.failure]: failure(4) }).tokenHeaders).toEqual([]);
    expect(decide('open').tokenHeaders).toEqual([]);
  });
});

describe('a listener whose tokens Envoy only notes', () => {
  const house = 'SecurityPolicy/house/tokens';
  const ofHouse = tokenFields(house, 0);
  const route = { contract: 2, targets: [{ provider: 'a' }] };
  const own = { filter, issuers: [{ claims: [] }] };
  const demanding = (settings: { readonly isOptional?: boolean; readonly hasOptionalTokens?: boolean } = {}) =>
    programOf({
      settings: {
        tokenSources: [
          { filter: house, issuer: 0, headers: ['authorization'] },
          { filter, issuer: 0, headers: ['authorization'] },
        ],
        listenerTokens: [{ filter: house, issuers: [{ claims: [] }], isOptional: settings.isOptional ?? false }],
        hasOptionalTokens: settings.hasOptionalTokens ?? false,
      },
      providers: [{ name: 'a' }],
      models: [{ name: 'usual' }, { name: 'own' }],
      routes: [
        { id: 'u', models: ['usual'], targets: [{ provider: 'a' }] },
        { ...route, id: 'o', models: ['own'], tokens: own },
      ],
      keys: [{ name: 'k' }],
    });

  /** What becomes of a request at each of the stages, up to the one that answers. */
  function run(model: 'usual' | 'own' | undefined, noted: JsonObject | undefined, of = demanding(), demanded = house) {
    const exchange = exchangeOf(of, {
      key: keyIn(of, 'k'),
      demandedTokens: demanded,
      ...(model === undefined
        ? { api: undefined }
        : { api: { name: 'chat', dialect: 'openai', upstreamPath: '/chat' } }),
      ...(model && { model: modelIn(of, model), modelInBody: model, route: of.routes.find('k', model) as never }),
    });
    const headers = message(noted);
    const steps = {
      headers: () => noteTokens.requestHeaders?.(exchange, headers),
      api: () => demandListenerToken.requestHeaders?.(exchange, headers),
      route: () => demandToken.request?.(exchange),
    };
    for (const [step, decide] of Object.entries(steps)) {
      if (decide() === verdict.answered) return `${exchange.rejection?.code} at ${step}`;
    }
    return 'let in';
  }

  const [theHouse, theRoute] = [{ [ofHouse.claims]: {} }, { [first.claims]: {} }];
  const wrong = { [ofHouse.failure]: failure(3), [first.failure]: failure(2) };

  it.each<[string, JsonObject | undefined, 'usual' | 'own' | undefined, string]>([
    ['with a token of the listener, where no route wants another', theHouse, 'usual', 'let in'],
    ['with a token of the listener, without a model', theHouse, undefined, 'let in'],
    ['with a token of the listener, onto a route that wants another', theHouse, 'own', 'missing_token at route'],
    ['with a token of the route', theRoute, 'own', 'let in'],
    ['with a token of one route, onto another', theRoute, 'usual', 'missing_token at route'],
    ['with a token of a route, without a model', theRoute, undefined, 'missing_token at api'],
    ['without a token', undefined, 'own', 'missing_token at headers'],
    ['without a token or a model', undefined, undefined, 'missing_token at headers'],
    ['with a token that is good nowhere', wrong, 'own', 'invalid_token at headers'],
  ])('lets in or refuses %s', (_, noted, model, outcome) => {
    expect(run(model, noted)).toBe(outcome);
  });

  it('waits for the route where one lets in without a token', () => {
    const program = demanding({ hasOptionalTokens: true });
    expect(run('usual', undefined, program)).toBe('missing_token at route');
    expect(run(undefined, undefined, program)).toBe('missing_token at api');
  });

  it('refuses wrong tokens alone where it needs none', () => {
    const program = demanding({ isOptional: true });
    expect(run('usual', undefined, program)).toBe('let in');
    expect(run(undefined, { [ofHouse.failure]: failure(3) }, program)).toBe('invalid_token at headers');
    expect(run('own', undefined, program)).toBe('missing_token at route');
  });

  it('lets nobody in as long as the processor does not know which tokens are wanted', () => {
    expect(run('own', theRoute, demanding(), 'SecurityPolicy/unknown/tokens')).toBe('token_not_verified at headers');
  });
});
