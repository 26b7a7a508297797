import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  ['{ports: [{}]}', 'error spec.ports[0].port is missing — add port: port'],
  ['{ports: [{port: 0}]}', 'error spec.ports[0].port 0 is less than 1 — write a whole number from 1 to 65535'],
  [
    '{ports: [{port: 80, name: A_B}]}',
    'error spec.ports[0].name "A_B" is not the name of a section — write the name of a listener, rule or port',
  ],
  [
    '{ports: [{port: 80, targetPort: true}]}',
    'error spec.ports[0].targetPort is neither a number nor a name — write a port of the pods, or what they call it',
  ],
  ['{port: 80}', 'error spec.port is not a known field — write ports'],
];

describe('Service', () => {
  it('has ports, and says what is behind its name; the rest is for Kubernetes', () => {
    const spec =
      '{type: ClusterIP, clusterIP: None, selector: {a: b}, ports: [{name: http, port: 80, targetPort: web}]}';
    expect(problemsOf('Service', spec)).toEqual([]);
    expect(specOf('Service', spec)).toEqual({
      type: 'ClusterIP',
      clusterIP: 'None',
      ports: [{ name: 'http', port: 80, targetPort: 'web', protocol: 'TCP' }],
    });
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('Service', spec)).toEqual(problems);
  });
});
