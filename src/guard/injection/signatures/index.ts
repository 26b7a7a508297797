import { fold } from '../../folding/fold.ts';
import { extraction } from './extraction.ts';
import { forged } from './forged.ts';
import { leaks } from './leaks.ts';
import { otherLanguages } from './other-languages.ts';
import { override } from './override.ts';
import { planted } from './planted.ts';
import { type Signature, signatureOf } from './signature.ts';
import { unbound } from './unbound.ts';

/** In English. */
export const signatures: readonly Signature[] = [override, unbound, extraction, forged, leaks, planted]
  .flat()
  .map(signatureOf);

const folded = otherLanguages.map(([id, weight, source]) => signatureOf([id, weight, fold(source).text]));
const isOtherScript = ({ id }: Signature): boolean => /-(?:ru|zh|ja|ko)/.test(id);

/** Of languages in Latin letters; folding has left them without accents. */
export const latinSignatures: readonly Signature[] = folded.filter((each) => !isOtherScript(each));
export const otherScriptSignatures: readonly Signature[] = folded.filter(isOtherScript);
