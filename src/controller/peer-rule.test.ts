import { describe, expect, it } from 'vitest';
import { err, ok } from '../lib/result.ts';
import { mayAsk } from './peer-rule.ts';

const peer = (...uris: string[]) => ({ uris, dnsNames: [] });

describe('mayAsk()', () => {
  it('lets a client have the gateway that its certificate names, and no other', () => {
    const may = mayAsk('identity');
    const egress = peer('spiffe://sluice.dev/ns/sluice-dataplane/gateway/egress');
    expect(may(egress, 'sluice-dataplane/egress')).toEqual(ok(undefined));
    expect(may(egress, 'egress')).toEqual(
      err(
        'The client certificate is for gateway "sluice-dataplane/egress"; it does not permit to ask for gateway "egress".',
      ),
    );
    expect(may(peer('spiffe://sluice.dev/ns/default/gateway/main'), 'main')).toEqual(ok(undefined));
  });

  it('takes no other URI for an identity', () => {
    const may = mayAsk('identity');
    for (const uri of [
      'spiffe://elsewhere.dev/ns/default/gateway/main',
      'spiffe://sluice.dev/ns/default/gateway/main/x',
      'spiffe://sluice.dev/ns/default/gateway/../main',
      'https://sluice.dev/ns/default/gateway/main',
    ]) {
      expect(may(peer(uri), 'main')).toEqual(
        err('The client certificate names no gateway; it does not permit to ask for gateway "main".'),
      );
    }
    expect(may(undefined, 'main').ok).toBe(false);
  });

  it('may leave the decision to whoever signs certificates', () => {
    expect(mayAsk('signed')(peer(), 'main')).toEqual(ok(undefined));
    expect(mayAsk('signed')(undefined, 'main').ok).toBe(false);
  });
});
