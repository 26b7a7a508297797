import type { Matcher } from './match.ts';
import { birthDateMatcher } from './matchers/birth-date.ts';
import { cardMatcher } from './matchers/card.ts';
import { cryptoMatcher } from './matchers/crypto.ts';
import { emailMatcher } from './matchers/email.ts';
import { ibanMatcher } from './matchers/iban.ts';
import { ipMatcher } from './matchers/ip.ts';
import { macMatcher } from './matchers/mac.ts';
import { phoneMatcher } from './matchers/phone.ts';
import { urlMatcher } from './matchers/url.ts';
import type { NumberForm } from './number-form.ts';
import { americas } from './numbers/americas.ts';
import { asiaPacific } from './numbers/asia-pacific.ts';
import { europe } from './numbers/europe.ts';
import { unitedKingdom } from './numbers/united-kingdom.ts';
import { unitedStates } from './numbers/united-states.ts';

/** Of two that are equally sure of the same characters the first one is right. */
export const kinds: readonly (Matcher | NumberForm)[] = [
  cardMatcher,
  ibanMatcher,
  urlMatcher,
  emailMatcher,
  cryptoMatcher,
  ...unitedStates,
  ...unitedKingdom,
  ...europe,
  ...americas,
  ...asiaPacific,
  phoneMatcher,
  birthDateMatcher,
  ipMatcher,
  macMatcher,
];

export function isMatcher(kind: Matcher | NumberForm): kind is Matcher {
  return 'match' in kind;
}
