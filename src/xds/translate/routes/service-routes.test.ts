import { describe, expect, it } from 'vitest';
import type { Listener } from '../../../model/listener.ts';
import { noHeaderChanges, type ServiceAction } from '../../../model/service.ts';
import { serviceRoute } from './service-routes.ts';

type Redirect = Omit<Extract<ServiceAction, { readonly kind: 'redirect' }>, 'kind' | 'status'>;

const tls = { certificates: [], isClientCertificateRequired: false };
const [plain, mapped, other, secure]: readonly Pick<Listener, 'port' | 'askedPort' | 'tls'>[] = [
  { port: 80 },
  { port: 10_080, askedPort: 80 },
  { port: 8080 },
  { port: 10_443, askedPort: 443, tls },
];

/** The port that Envoy writes; 0: the caller's, or none with a host of the route's own. */
function portOf(redirect: Redirect, listener: Pick<Listener, 'port' | 'askedPort' | 'tls'> = { port: 80 }): unknown {
  const place = { name: 'http', address: '0.0.0.0', hostnames: [], origins: [], ...listener };
  const { action } = serviceRoute(
    {
      id: 'a',
      listeners: ['http'],
      hostnames: [],
      match: { path: { kind: 'prefix', value: '/' }, headers: [], query: [] },
      action: { kind: 'redirect', status: 302, ...redirect },
      requestHeaders: noHeaderChanges,
      responseHeaders: noHeaderChanges,
      origins: [],
    },
    { listener: place, isCorsOn: false, isGuarded: false },
    undefined,
  );
  return action?.case === 'redirect' ? action.value.portRedirect : undefined;
}

const hostname = 'a.example';

describe('the port of a redirection', () => {
  it.each([
    ['the listener’s', { hostname }, other, 8080],
    ['none, where it is the usual one of its listener', { hostname }, plain, 0],
    ['none, where pods have another one than callers know', { hostname }, mapped, 0],
    ['none, where it is the usual one of a listener with TLS', { hostname }, secure, 0],
    ['that of the scheme', { scheme: 'https' }, other, 443],
    ['that of the scheme, unsaid with a host', { hostname, scheme: 'https' }, other, 0],
    ['that of the scheme, unsaid where callers have written none', { scheme: 'https' }, mapped, 0],
    ['that of the scheme, also from TLS', { scheme: 'http' }, secure, 0],
    ['the one that is written', { hostname, port: 8443 }, other, 8443],
    ['the one that is written, unsaid where it is usual', { hostname, port: 80 }, other, 0],
    ['the one that is written, where the scheme has another', { hostname, scheme: 'https', port: 80 }, plain, 80],
    ['the caller’s, where nothing but the path is another', {}, other, 0],
  ] as const)('is %s', (_, redirect, listener, port) => {
    expect(portOf(redirect, listener)).toBe(port);
  });
});
