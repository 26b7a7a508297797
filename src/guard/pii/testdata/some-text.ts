import type { Random } from '../../../lib/testing/random.ts';
import { piiEntities } from '../entities.ts';
import { samplesOf } from './samples.ts';

const prose = [
  'The answer is as follows: ', 'and a task in Asia. ', 'card ', 'my phone number is ', 'ssn: ', ' born ', 'Jan. ', 'January ',
  'wallet ', 'passport ', 'DL ', '\n', ', ', ' - ', '(', ')', '+', '+1 ', '@', '://', '::', ':', '-', '.', '/', '=', '"', '\\n',
  '1', '12', '4111 ', '2024-01-15 ', '10:30:15 ', 'DE', 'QQ ', 'X-', '0x', 'bc1', 'é', '请', '🙂', '\u00a0', '\u2011', 'http',
  'git', '<', 'Message-ID: <', 'version ', "driver's ", 'creditCard', '_', 'project fal-', 'Project Falcon', 'pro', 'aa:bb:', 'fe80',
  'AB.CDE.FGH/', 'ana [at] ', 'ana ', '(at)', ' [at', '[@]', ' (dot) ', '[.]', ' dot ', 'corp', 'corp.com', '生年月日', '：', '年', '5月', '17日', '出生日期是', ' मई', 'карта ', '0', '000', 'x', '  ',
];
const alphabets = ['0123456789', '0123456789 -.', '0123456789abcdef:', 'ab@.-', '0123456789ABC./-', '+()0123456789 ', 'aA1@:/. '];

const known = piiEntities.flatMap(({ name }) => {
  const { positives, others } = samplesOf(name);
  return [...positives.map(({ text }) => text), ...others];
});

const words = ['ssn', 'card', 'passport', 'born', 'mobile', 'version', 'wallet', 'a b c d mobile'];
const bare = ['536904399', '4222222222222', '2125550134', '925076473', '1980-05-17', '10.0.0.1', '212-555-0134'];

/** As far from each other as what is looked at allows, and a bit farther. */
function distant(random: Random): string {
  if (random.below(2) === 0) return random.pick(words) + ' '.repeat(80 + random.below(24)) + random.pick(bare);
  return `${random.text('ab', 40 + random.below(16))}-${random.pick(bare)}@corp.com`;
}

function piece(random: Random): string {
  const kind = random.below(9);
  if (kind === 8) return distant(random);
  if (kind < 3) return random.pick(prose);
  if (kind === 3) return random.text(random.pick(alphabets), 1 + random.below(24));
  const sample = random.pick(known);
  // Cut somewhere, a value is a look-alike of itself, or still enough of one.
  if (kind === 4) return sample.slice(0, random.below(sample.length));
  return kind === 5 ? sample.slice(random.below(sample.length)) : sample;
}

/** Values, parts of values, what looks like them, and prose, in any order. */
export function someText(random: Random): string {
  let text = '';
  for (let count = 2 + random.below(6); count > 0; count -= 1) text += piece(random) + (random.below(2) === 0 ? ' ' : '');
  return text;
}
