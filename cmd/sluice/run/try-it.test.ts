import { describe, expect, it } from 'vitest';
import { gatewayModel, providerModel } from '../../../e2e/support/gateway-model.ts';
import type { GatewayModel } from '../../../src/model/gateway.ts';
import type { Listener } from '../../../src/model/listener.ts';
import type { Route } from '../../../src/model/route.ts';
import { tryIt } from './try-it.ts';

const http: Listener = { name: 'a', address: '127.0.0.1', port: 10080, hostnames: [], origins: [] };
const tls = { certificates: ['c'], isClientCertificateRequired: false };

const route: Route = {
  id: 'r',
  match: { models: ['small'] },
  targets: [{ provider: 'p', priority: 0, weight: 1 }],
  profile: 'retry-default',
  isPrivateOnly: false,
  coolDown: { failures: 0, durationMs: 0 },
  watchBody: false,
  origins: [],
};

function gatewayAt(listener: Listener): GatewayModel {
  return gatewayModel({ listeners: [listener], providers: [providerModel('p', 1)], routes: [route] });
}

/** Heading and first line, without what is the same everywhere. */
function said(listener: Listener, demoKey: string | undefined = 'sk-demo', file?: string): [string, string] {
  const text = tryIt({ gateway: gatewayAt(listener), demoKey, certificateFile: () => file }) ?? '';
  const [heading = '', , line = ''] = text.split('\n');
  return [heading, line.replace('  curl -sS ', '').replace('/v1/chat/completions \\', '')];
}

describe('tryIt()', () => {
  it('asks a listener of this machine', () => {
    expect(said(http)).toEqual(['Try it:', 'http://localhost:10080']);
    expect(said({ ...http, address: '::' })).toEqual(['Try it:', 'http://localhost:10080']);
    expect(said({ ...http, address: 'fd00::1' })).toEqual(['Try it:', 'http://[fd00::1]:10080']);
  });

  it.each<[string, string[], string]>([
    [
      'has curl ask this machine',
      ['ai.example.com'],
      '--resolve ai.example.com:10080:127.0.0.1 http://ai.example.com:10080',
    ],
    [
      'takes one host for a wildcard',
      ['*.example.com'],
      '--resolve any.example.com:10080:127.0.0.1 http://any.example.com:10080',
    ],
    ['knows localhost', ['localhost'], 'http://localhost:10080'],
  ])('%s: %j', (_, hostnames, line) => {
    expect(said({ ...http, hostnames })[1]).toBe(line);
  });

  it('trusts the certificate of the listener where that stands in a file', () => {
    expect(said({ ...http, tls })[1]).toBe('https://localhost:10080');
    expect(said({ ...http, tls }, 'sk-demo', 'tls/a.crt')[1]).toBe('--cacert tls/a.crt https://localhost:10080');
    expect(said({ ...http, tls }, 'sk-demo', "it's/a.crt")[1]).toBe(
      "--cacert 'it'\\''s/a.crt' https://localhost:10080",
    );
    // Nothing shows one where there is no TLS.
    expect(said(http, 'sk-demo', 'tls/a.crt')[1]).toBe('http://localhost:10080');
  });

  it('says what only the reader has', () => {
    const mutual = { ...http, tls: { ...tls, clientCa: 'ca', isClientCertificateRequired: true } };
    expect(said(mutual)).toEqual([
      'Try it, with a client certificate and its key as CLIENT.crt and CLIENT.key:',
      '--cert CLIENT.crt --key CLIENT.key https://localhost:10080',
    ]);
    const text = tryIt({ gateway: gatewayAt(mutual), demoKey: undefined, certificateFile: () => undefined });
    expect(text).toContain('CLIENT.crt and CLIENT.key, and a key of the policy as YOUR_KEY:');
    expect(text).toContain("-H 'authorization: Bearer YOUR_KEY'");
  });

  it('says nothing where there is nobody to ask', () => {
    const facts = { demoKey: undefined, certificateFile: () => undefined };
    expect(tryIt({ gateway: { ...gatewayAt(http), routes: [] }, ...facts })).toBeUndefined();
    expect(tryIt({ gateway: { ...gatewayAt(http), listeners: [] }, ...facts })).toBeUndefined();
  });
});
