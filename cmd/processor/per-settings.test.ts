import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Program } from '../../src/program/program.ts';
import { programOf } from '../../src/program/testing/program-of.ts';
import { perSettings } from './per-settings.ts';

describe('perSettings()', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function opened() {
    const closed: string[] = [];
    let count = 0;
    const things = perSettings({
      identityOf: ({ settings }: Program) => settings.defaultProfile,
      open: ({ settings }) => `${settings.defaultProfile}-${++count}`,
      close: async (name) => void closed.push(name),
      lingerMs: 1_000,
    });
    return { things, closed };
  }

  const programNamed = (defaultProfile: string) => programOf({ settings: { defaultProfile } });

  it('opens one for all programs with the same settings', () => {
    const { things } = opened();
    expect([programNamed('a'), programNamed('a')].map(things.of)).toEqual(['a-1', 'a-1']);
  });

  it('gives requests that began with settings what they began with, and closes it behind the last', () => {
    const { things, closed } = opened();
    const [before, after] = [programNamed('a'), programNamed('b')];
    things.of(before);
    expect(things.of(after)).toBe('b-2');
    for (let n = 0; n < 5; n++) {
      expect(things.of(before)).toBe('a-1');
      expect(things.of(after)).toBe('b-2');
      vi.advanceTimersByTime(900);
    }
    expect(closed).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(closed).toEqual(['a-1']);
    vi.advanceTimersByTime(10_000);
    expect(things.of(after)).toBe('b-2');
  });

  it('keeps what settings go back to meanwhile', () => {
    const { things, closed } = opened();
    things.of(programNamed('a'));
    things.of(programNamed('b'));
    const again = programNamed('a');
    expect(things.of(again)).toBe('a-1');
    vi.advanceTimersByTime(10_000);
    expect(closed).toEqual(['b-2']);
    expect(things.of(again)).toBe('a-1');
  });

  it('closes all at the end', async () => {
    const { things, closed } = opened();
    things.of(programNamed('a'));
    things.of(programNamed('b'));
    await things.closeAll(async (name) => void closed.push(name));
    vi.advanceTimersByTime(10_000);
    expect(closed).toEqual(['a-1', 'b-2']);
  });
});
