import { ok, type Result } from '../../../lib/result.ts';
import type { SecretSource } from '../../../policy/secret-source.ts';
import type { Surroundings } from '../surroundings.ts';

/** Surroundings with nothing in them but secrets and tokens; by default every one has a value of its own. */
export function secretsOnly(
  resolve: (source: SecretSource) => Result<string> = (source) => ok(`the value of ${JSON.stringify(source)}`),
): Surroundings {
  return {
    resolve,
    hasStandIns: true,
    secret: () => undefined,
    configMap: () => undefined,
    service: () => undefined,
    lacksService: () => true,
    token: () => ({ value: 'an-access-token' }),
    awsKey: () => ({ value: { accessKeyId: 'ASIA1', secretAccessKey: 'a-secret', sessionToken: 'a-session' } }),
    namespaceLabels: () => new Map(),
    namespaces: () => undefined,
  };
}
