import { describe, expect, it } from 'vitest';
import { problemsOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  [
    '{globalLLMRequestCosts: [{metadataKey: a, type: TotalToken}, {metadataKey: a, type: TotalToken}]}',
    'error spec.globalLLMRequestCosts[1].metadataKey a stands here twice — remove one of them',
  ],
  ['{forwardProxy: {}}', 'error spec.forwardProxy.address is missing — add address: host and port of the proxy'],
  [
    '{forwardProxy: {address: "http://proxy:3128"}}',
    'error spec.forwardProxy.address "http://proxy:3128" is not a host with a port — write it as proxy.example.com:3128',
  ],
  [
    '{forwardProxy: {address: proxy}}',
    'error spec.forwardProxy.address "proxy" is not a host with a port — write it as proxy.example.com:3128',
  ],
  [
    '{emitErrorMetadata: true}',
    'warning spec.emitErrorMetadata is not served yet: nothing is written to Envoy’s dynamic metadata for others to read — remove it; the rest is in force',
  ],
  [
    '{usageEstimates: [{metadataKey: a, cel: b, byHeader: c}]}',
    'warning spec.usageEstimates is not served yet: nothing is written to Envoy’s dynamic metadata for others to read — remove it; the rest is in force',
  ],
  [
    '{extproc: {}}',
    'error spec.extproc is not a known field — remove it; known here: globalLLMRequestCosts or forwardProxy',
  ],
];

describe('GatewayConfig', () => {
  it('says which part of it is for others', () => {
    expect(problemsOf('GatewayConfig', '{extProc: {kubernetes: {resources: {}}}}')).toEqual([
      'warning spec.extProc has no effect here: the processor is part of the gateway’s pods; see GatewayParameters — remove it, unless others read it',
    ]);
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('GatewayConfig', spec)).toEqual(problems);
  });
});
