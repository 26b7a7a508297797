import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { err, ok } from '../../lib/result.ts';
import { type AdmissionRules, admit } from './admission.ts';
import type { XdsNode } from './client.ts';

const envoy: XdsNode = { id: 'e1', cluster: 'sluice', userAgent: 'envoy', version: '1.40.0', metadata: {} };
const rules: AdmissionRules = {
  groupOf: (node) => (node.cluster === 'sluice' ? ok('main') : err('There is no such gateway.')),
  acceptsEnvoy: (version) => (version.startsWith('1.40.') ? ok(undefined) : err(`Envoy ${version} is too old.`)),
};

describe('admit()', () => {
  it('assigns a client to its group', () => {
    expect(admit(envoy, undefined, rules)).toEqual(ok('main'));
  });

  it('turns away a client without an id', () => {
    expect(admit({ ...envoy, id: '' }, undefined, rules)).toMatchObject({
      ok: false,
      error: { code: status.INVALID_ARGUMENT },
    });
  });

  it('turns away an Envoy of a version that is not supported, with a sentence', () => {
    expect(admit({ ...envoy, version: '1.36.2' }, undefined, rules)).toEqual(
      err({ code: status.FAILED_PRECONDITION, text: 'Envoy 1.36.2 is too old.' }),
    );
  });

  it('does not judge the version of other clients', () => {
    expect(admit({ ...envoy, userAgent: 'gRPC Node', version: '1.0.0' }, undefined, rules).ok).toBe(true);
    expect(admit({ ...envoy, version: undefined }, undefined, rules).ok).toBe(true);
  });

  it('turns away who belongs to no group', () => {
    expect(admit({ ...envoy, cluster: 'x' }, undefined, rules)).toMatchObject({
      ok: false,
      error: { code: status.NOT_FOUND },
    });
  });

  it('turns away who may not have what it asks for', () => {
    const mayAsk: AdmissionRules['mayAsk'] = (peer, group) =>
      peer?.uris.includes(group) ? ok(undefined) : err(`This is for ${group} only.`);
    expect(admit(envoy, { uris: ['main'], dnsNames: [] }, { ...rules, mayAsk })).toEqual(ok('main'));
    for (const peer of [undefined, { uris: ['other'], dnsNames: ['main'] }]) {
      expect(admit(envoy, peer, { ...rules, mayAsk })).toEqual(
        err({ code: status.PERMISSION_DENIED, text: 'This is for main only.' }),
      );
    }
  });
});
