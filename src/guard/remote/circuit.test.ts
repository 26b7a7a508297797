import { describe, expect, it } from 'vitest';
import { type Circuit, circuit } from './circuit.ts';

function opened(random: number): Circuit {
  const opened = circuit(() => random);
  for (let round = 0; round < 5; round++) opened.enter(0)?.settle('failed', 0);
  return opened;
}

describe('a circuit', () => {
  it('opens after five failures in a row, and not when an answer comes between them', () => {
    const mixed = circuit(() => 0.5);
    for (let round = 0; round < 20; round++) mixed.enter(0)?.settle(round % 5 === 4 ? 'answered' : 'failed', 0);
    expect(mixed.enter(0)).toBeDefined();
    expect(opened(0.5).enter(4_999)).toBeUndefined();
    expect(opened(0.5).enter(5_000)).toBeDefined();
  });

  it('is probed at other times by other replicas', () => {
    expect(opened(0).enter(3_750)).toBeDefined();
    expect(opened(0.99).enter(6_200)).toBeUndefined();
    expect(opened(0.99).enter(6_250)).toBeDefined();
  });

  it('is probed by one request at a time, by another one when the first was broken off', () => {
    const open = opened(0.5);
    const probe = open.enter(5_000);
    expect(open.enter(5_001)).toBeUndefined();
    probe?.settle('cancelled', 5_002);
    expect(open.enter(5_003)).toBeDefined();
  });

  it('does not close by an answer that was asked for before it opened', () => {
    const late = circuit(() => 0.5);
    const early = late.enter(0);
    for (let round = 0; round < 5; round++) late.enter(0)?.settle('failed', 0);
    early?.settle('answered', 1);
    expect(late.enter(2)).toBeUndefined();
  });

  it('waits a minute and a quarter at most', () => {
    const open = opened(0.999);
    let now = 0;
    for (let round = 0; round < 20; round++) {
      now += 75_000;
      const probe = open.enter(now);
      expect(probe).toBeDefined();
      probe?.settle('failed', now);
    }
  });
});
