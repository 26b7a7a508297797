import { expect, it, vi } from 'vitest';
import { silentLogger } from '../lib/log.ts';
import { secretsOnly } from '../model/build/testing/surroundings.ts';
import { startControlPlane } from './control-plane.ts';
import type { SourceEvents } from './sources/opened-source.ts';
import type { SourceState } from './sources/source.ts';

const port = { host: '127.0.0.1', port: 0 };
const state = (revision: number): SourceState => ({ documents: [], problems: [], stale: new Map(), revision });

it('tells of a change when it comes and when it is out, so that what follows from it can be told once', async () => {
  let events: SourceEvents | undefined;
  let told: (number | undefined)[] = [];
  const plane = await startControlPlane({
    version: 'test',
    async source(given) {
      events = given;
      const surroundings = { ...secretsOnly(), complete: async () => false };
      return { state: state(1), surroundings, refresh: async () => undefined, close: async () => undefined };
    },
    xds: port,
    admin: port,
    log: silentLogger,
    translate: { systemCaFile: '/etc/ssl/certs/ca-certificates.crt' },
    onChange: () => told.push(plane?.judged()?.revision),
  });
  try {
    told = [];
    events?.onChange(state(2));
    expect(told).toEqual([1]);
    await vi.waitFor(() => expect(told).toEqual([1, 2]), { timeout: 20_000 });
  } finally {
    await plane.close(100);
  }
});
