import { expect, it } from 'vitest';

it('subtracts', () => expect({ left: 1 }).toEqual({ left: 2 }));
it('works', () => {});
