import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { binariesCache } from '../kube/cluster/binaries.ts';

/**
 * A file with the standard channel of the Gateway API, for `kubectl apply --server-side -f`. It lies beside the programs
 * of Kubernetes, taken from its Go module when those were built, because it is not ours to ship.
 */
export function gatewayApiFile(env: NodeJS.ProcessEnv = process.env): string {
  const file = join(binariesCache(env), 'gateway-api.yaml');
  if (!existsSync(file)) {
    throw new Error(`No ${file}. It comes with \`node e2e/kube/cluster/main.ts build\`, about 10 minutes, once.`);
  }
  return file;
}
