import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  [
    '{}',
    'error spec.from is missing — add from: who may refer',
    'error spec.to is missing — add to: to what, in this namespace',
  ],
  ['{from: [], to: []}', 'error spec.from is empty — say who may refer', 'error spec.to is empty — say to what'],
  [
    '{from: [{kind: A, namespace: b}], to: [{group: "", kind: Secret}]}',
    'error spec.from[0].group is missing — add group: group of what refers',
  ],
  [
    '{from: [{group: a, kind: A}], to: [{group: "", kind: Secret}]}',
    'error spec.from[0].namespace is missing — add namespace: where it lives',
  ],
  [
    '{from: [{group: A_B, kind: A, namespace: b}], to: [{group: "", kind: Secret}]}',
    'error spec.from[0].group "A_B" is not an API group — write a group such as gateway.envoyproxy.io, or ""',
  ],
  [
    '{from: [{group: a, kind: A, namespace: "*"}], to: [{group: "", kind: Secret}]}',
    'error spec.from[0].namespace "*" is not a DNS label — use lower-case letters, digits and -, at most 63, beginning and ending with a letter or digit',
  ],
  [
    '{from: [{group: a, kind: A, namespace: b}], to: [{group: "", kind: Secret, names: [a]}]}',
    'error spec.to[0].names is not a known field — write name',
  ],
];

describe('ReferenceGrant', () => {
  it('permits a kind, or one of its objects', () => {
    const from = '[{group: aigateway.envoyproxy.io, kind: BackendSecurityPolicy, namespace: a}]';
    expect(
      specOf(
        'ReferenceGrant',
        `{from: ${from}, to: [{group: "", kind: Secret, name: key}, {group: "", kind: Service}]}`,
      ),
    ).toEqual({
      from: [{ group: 'aigateway.envoyproxy.io', kind: 'BackendSecurityPolicy', namespace: 'a' }],
      to: [
        { group: '', kind: 'Secret', name: 'key' },
        { group: '', kind: 'Service' },
      ],
    });
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('ReferenceGrant', spec)).toEqual(problems);
  });
});
