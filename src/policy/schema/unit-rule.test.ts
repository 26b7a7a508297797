import { describe, expect, it } from 'vitest';
import { unitRule } from './unit-rule.ts';

describe('unitRule', () => {
  it('computes with floating-point numbers, longer suffixes first', () => {
    const units = [
      ['ms', 1],
      ['s', 1000],
    ] as const;
    expect(unitRule({ units, from: 1, to: 2.5, message: 'm' })).toEqual({
      rule:
        '[self.endsWith("ms") ? double(self.substring(0, self.size() - 2)) * 1.0 : ' +
        'self.endsWith("s") ? double(self.substring(0, self.size() - 1)) * 1000.0 : double(self)]' +
        '.all(n, n >= 1.0 && n <= 2.5)',
      message: 'm',
    });
  });

  it('leaves plain numbers to minimum and maximum', () => {
    const { rule } = unitRule({ units: [['k', 1000]], from: 0, to: 9, message: 'm', mayBeNumber: true });
    expect(rule).toMatch(/^type\(self\) == int \|\| \[/);
  });
});
