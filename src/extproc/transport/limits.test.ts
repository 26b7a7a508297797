import { expect, it } from 'vitest';
import { mostBodyBytes } from '../../model/gateway.ts';
import { defaultLimits } from './limits.ts';

it('a message has room for the longest body that a policy can allow, and for what comes with it', () => {
  // Headers that the processor has set, metadata, attributes.
  const rest = 2 * 1024 * 1024;
  expect(defaultLimits.maxMessageBytes).toBeGreaterThanOrEqual(mostBodyBytes + rest);
  expect(defaultLimits.maxBufferedBytes).toBeGreaterThan(3 * defaultLimits.maxMessageBytes);
});
