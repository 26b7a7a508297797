import { lookup } from 'node:dns/promises';
import type { Endpoint } from './ask.ts';

/** Behind the names of headless Services: every replica that is ready, ourselves included. Fails where a name cannot be looked up. */
export async function findReplicas(names: readonly Endpoint[]): Promise<readonly Endpoint[]> {
  const found = await Promise.all(
    names.map(async ({ host, port }) => {
      const addresses = await lookup(host, { all: true }).catch((error: NodeJS.ErrnoException) => {
        // A headless Service without a ready pod has no address.
        if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return [];
        throw error;
      });
      return addresses.map(({ address }) => ({ host: address, port }));
    }),
  );
  return found.flat();
}
