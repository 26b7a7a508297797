import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import type { Surroundings } from '../surroundings.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const there = `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: cloud, namespace: team}
spec: {endpoints: [{fqdn: {hostname: llm.example.com, port: 443}}]}
---
apiVersion: v1
kind: Service
metadata: {name: vllm, namespace: team}
spec: {ports: [{name: https, port: 443}]}
---
`;

const backend = 'group: gateway.envoyproxy.io, kind: Backend';
const service = 'group: "", kind: Service';

/** What is said of a policy with these targets. */
function saidOf(targets: string, around: Partial<Surroundings> = {}) {
  const policy = `
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: verified, namespace: team}
spec: {targetRefs: [${targets}], validation: {hostname: llm.example.com, wellKnownCACertificates: System}}
`;
  const { documents, problems } = parseDocuments(there + policy, 'policy.yaml', '.');
  expect(problems).toEqual([]);
  const built = buildModel(documents, { ...secretsOnly(), ...around });
  return built.problems.map(({ severity, path, message, reason }) => `${severity} ${path} ${message} (${reason})`);
}

describe('targets of a BackendTLSPolicy', () => {
  it('are Backends and Services, whole or by a port', () => {
    const ports = `{${service}, name: vllm}, {${service}, name: vllm, sectionName: https}`;
    expect(saidOf(`{${backend}, name: cloud}, ${ports}`)).toEqual([]);
  });

  it.each([
    ['a Backend', `{${backend}, name: clod}`, 'Backend "team/clod" does not exist or is refused'],
    [
      'a part of a Backend',
      `{${backend}, name: cloud, sectionName: https}`,
      'Backend "team/cloud" has no parts, so no "https"',
    ],
    ['a Service', `{${service}, name: vlm}`, 'Service "team/vlm" does not exist'],
    ['a port', `{${service}, name: vllm, sectionName: htps}`, 'Service "team/vllm" has no port with the name "htps"'],
  ])('are missed where they are not there: %s', (_, target, message) => {
    expect(saidOf(`{${backend}, name: cloud}, ${target}`)).toEqual([
      `error spec.targetRefs[1] ${message} (TargetNotFound)`,
    ]);
  });

  it('are not missed before anybody could look', () => {
    expect(saidOf(`{${service}, name: vlm, sectionName: https}`, { lacksService: () => false })).toEqual([]);
  });
});
