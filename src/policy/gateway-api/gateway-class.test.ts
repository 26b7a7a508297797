import { describe, expect, it } from 'vitest';
import { parseSpec, problemsOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  ['{}', 'error spec.controllerName is missing — add controllerName: who serves Gateways of this class'],
  [
    '{controllerName: sluice}',
    'error spec.controllerName "sluice" is not the name of a controller — write sluice.dev/gateway-controller',
  ],
  [
    '{controllerName: sluice.dev/gateway-controller, parametersRef: {name: a}}',
    'error spec.parametersRef.group is missing — add group: group of the kind: sluice.dev',
    'error spec.parametersRef.kind is missing — add kind: kind of the parameters: GatewayParameters',
  ],
  [
    '{controllername: sluice.dev/gateway-controller}',
    'error spec.controllername is not a known field — write controllerName',
    'error spec.controllerName is missing — add controllerName: who serves Gateways of this class',
  ],
];

describe('GatewayClass', () => {
  it('lives in no namespace', () => {
    const [document] = parseSpec('GatewayClass', '{controllerName: sluice.dev/gateway-controller}').documents;
    expect(document).toMatchObject({ id: 'GatewayClass/example', namespace: '' });
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('GatewayClass', spec)).toEqual(problems);
  });
});
