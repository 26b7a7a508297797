import { afterAll, beforeAll, describe } from 'vitest';
import type { Store } from '../../store.ts';
import { describeRequests } from './requests.ts';
import { describeReservations } from './reservations.ts';
import { describeSharedRest } from './shared-rest.ts';
import { createStoreSuite } from './suite.ts';
import { describeWatched } from './watched.ts';
import { describeWindows } from './windows.ts';

export interface StoreSetup {
  /** A store whose clock is `now`. */
  create(now: () => number): Promise<Store> | Store;
  stop?(): Promise<void>;
}

/** What every store does, whatever it keeps its counters in. */
export function describeStore(name: string, setUp: () => Promise<StoreSetup>): void {
  describe(`a ${name}`, () => {
    let setup: StoreSetup;
    let store: Store;
    const suite = createStoreSuite(() => store);

    beforeAll(async () => {
      setup = await setUp();
      store = await setup.create(() => suite.now);
    });
    afterAll(async () => {
      await store?.close();
      await setup?.stop?.();
    });

    describeReservations(suite);
    describeWatched(suite);
    describeRequests(suite);
    describeSharedRest(suite);
    describeWindows(suite);
  });
}
