import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../../../src/lib/hash.ts';
import type { GatewayModel } from '../../../src/model/gateway.ts';

/** Where an example keeps the secret of its key, which is then no secret. */
const demoKeyFile = 'demo-key.txt';

/** The key that people can try the gateway with, if the folder gives one away and it is a key of the policy. */
export function demoKey(folder: string, gateway: GatewayModel): string | undefined {
  let secret: string;
  try {
    secret = readFileSync(join(folder, demoKeyFile), 'utf8').trim();
  } catch {
    return undefined;
  }
  const hash = sha256Hex(secret);
  return gateway.keys.some((key) => key.isEnabled && key.sha256 === hash) ? secret : undefined;
}
