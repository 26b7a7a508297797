import { type Verdict, validIf } from './verdict.ts';

const form = /^[1-478](?:\d{2})(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d{2}|2[AB])\d{8}$/;

/** Numéro de sécurité sociale: 97 minus the rest; Corsica's departments 2A and 2B count as 19 and 18. */
export function judgeNir(value: string): Verdict {
  if (!form.test(value)) return 'invalid';
  const number = value.slice(0, 13).replace('2A', '19').replace('2B', '18');
  return validIf(97 - (Number(number) % 97) === Number(value.slice(13)));
}
