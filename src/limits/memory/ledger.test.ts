import { describe, expect, it } from 'vitest';
import { createLedger } from './ledger.ts';

describe('the ledger of reservations', () => {
  it('forgets each when its time has come, whether it lives or is settled', () => {
    const ledger = createLedger();
    ledger.remember('living', [], false, 30);
    ledger.remember('settled', [], true, 20);
    ledger.remember('later', [], true, 31);
    ledger.forgetOld(19);
    expect([ledger.find('living'), ledger.find('settled')]).toMatchObject([{ isSettled: false }, { isSettled: true }]);
    ledger.forgetOld(30);
    expect([ledger.find('living'), ledger.find('settled')]).toEqual([undefined, undefined]);
    expect(ledger.find('later')).toBeDefined();
  });
});
