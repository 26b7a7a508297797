import { describe, expect, it } from 'vitest';
import type { Resource } from '../../xds/snapshot/resource.ts';
import { resourceKey } from './refusal.ts';
import { createVersionHistory } from './version-history.ts';

const version = (number: number, name = 'a'): Resource => ({
  typeUrl: 't',
  name,
  version: String(number),
  body: new Uint8Array(),
  origins: [],
});
const key = resourceKey(version(0));

function history() {
  const accepted = new Set<string>();
  const kept = createVersionHistory((resource) => accepted.has(resource.version));
  return {
    ...kept,
    accept: (number: number) => accepted.add(String(number)),
    disconnect: () => accepted.clear(),
    replace(...numbers: readonly number[]) {
      for (const number of numbers) kept.replaced(version(number));
    },
    versions: () => kept.of(key).map((resource) => Number(resource.version)),
  };
}

describe('createVersionHistory()', () => {
  it('has nothing of what never changed', () => {
    expect(history().versions()).toEqual([]);
  });

  it('tries the version that was accepted before newer ones of which nobody has said anything', () => {
    const { accept, replace, versions } = history();
    accept(1);
    replace(1, 2);
    expect(versions()).toEqual([1, 2]);
    accept(3);
    replace(3);
    expect(versions()).toEqual([3]);
  });

  it('keeps three versions of a thousand', () => {
    const { accept, replace, versions } = history();
    accept(1);
    for (let number = 1; number <= 1_000; number++) replace(number);
    expect(versions()).toEqual([1, 1_000, 2]);
  });

  it('learns of an answer that came after its version had been replaced', () => {
    const { accept, replace, versions, isProven } = history();
    replace(1, 2);
    expect(isProven(version(1))).toBe(false);
    accept(1);
    expect(versions()).toEqual([1, 2]);
    expect(isProven(version(1))).toBe(true);
  });

  it('keeps a version that was proven once, whoever holds it when it is replaced again', () => {
    const { accept, disconnect, replace, versions } = history();
    accept(1);
    replace(1, 2);
    disconnect();
    replace(1);
    expect(versions()).toEqual([1]);
  });

  it('drops what was refused and what is gone', () => {
    const { accept, replace, versions, drop, keepOnly } = history();
    accept(1);
    replace(1, 2, 3);
    drop(key, '1');
    drop(key, '3');
    drop('another', '2');
    expect(versions()).toEqual([2]);
    keepOnly((_key, { name }) => name === 'a');
    expect(versions()).toEqual([2]);
    keepOnly(() => false);
    expect(versions()).toEqual([]);
  });
});
