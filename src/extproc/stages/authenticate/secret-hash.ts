import { hash } from 'node:crypto';

/** Lower-case hex, as the program's keys are filed. Headers are bytes: a secret outside ASCII is hashed as it came. */
export function sha256OfSecret(secret: string): string {
  return hash('sha256', Buffer.from(secret, 'latin1'), 'hex');
}
