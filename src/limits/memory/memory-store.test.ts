import { describeStore } from '../testing/store-suite/describe-store.ts';
import { createMemoryStore } from './memory-store.ts';

describeStore('memory store', async () => ({ create: (now) => createMemoryStore({ now }) }));
