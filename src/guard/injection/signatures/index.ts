import { fold } from '../../folding/fold.ts';
import { extraction } from './extraction.ts';
import { forged } from './forged.ts';
import { leaks } from './leaks.ts';
import { otherLatin } from './other-latin.ts';
import { arabic, cyrillic, devanagari, eastAsian } from './other-scripts.ts';
import { override } from './override.ts';
import { planted } from './planted.ts';
import { type Signature, type SignatureRow, signatureOf } from './signature.ts';
import { unbound } from './unbound.ts';

/** In English. */
export const signatures: readonly Signature[] = [override, unbound, extraction, forged, leaks, planted]
  .flat()
  .map(signatureOf);

/** Signatures of one language, with what a folded text must have in it to have one of them. */
export interface Language {
  readonly gate: RegExp;
  readonly signatures: readonly Signature[];
}

/** Languages that are written alike: most texts are done after its gate. */
export interface Script {
  readonly gate: RegExp;
  readonly languages: readonly Language[];
}

/** What those in Latin letters are about, as far as it is not English. Folding has left them without accents. */
const latinStems: Readonly<Record<string, string>> = {
  de: 'anweisung|instruktion|regel|befehl|vorgabe|richtlini|einschrank|(?:dein|deinen|deine|ihr|ihren|den) (?:[a-z]{1,14} )?system.?prompt|systemanw|systemnach|versteckt',
  fr: 'consigne|regles|ordres|(?:instructions|directives|prompt|message|restrictions)[^a-z]{1,3}(?:prec|ant|ci.des|recu|sys|init|cach|secr|avant|secu)',
  es: 'instruccion|reglas|ordenes|indicacion|directric|normas|restricc|prompt[^a-z]{1,3}(?:ant|inic|del? )|mensaje del',
  pt: 'instruco|regras|ordens|diretriz|orientac|comando|restrico|prompt[^a-z]{1,3}(?:ant|inic|de |do )',
  it: 'istruzion|regol|ordini|direttiv|indicazion|restrizion|comandi|prompt[^a-z]{1,3}(?:prec|iniz|di )',
  nl: 'instructies|regels|opdracht|richtlijn|beperking|systeem',
  pl: 'instrukcj|polece|zasad|regul[ya]?\\b|wytyczn|ogranicze|wskazow|prompt systemowy|systemowy prompt|komunikat sys|cenzur|filtrow',
  tr: 'talimat|kural|yonerge|komut|istem|sistem|kisitlama|sinirlama|sinirsiz|filtresiz|sansursuz',
  vi: 'huong dan|chi thi|chi dan|quy tac|loi nhac|prompt he thong|prompt (?:truoc|ban)|system prompt cua ban',
  id: 'instruksi|perintah|aturan|arahan|pedoman|petunjuk|batasan|prompt sebel|prompt sistem|system prompt(?:mu| anda| kamu|-mu)|pesan sistem',
  eu: '(?:sans|sin|sem|senza|zonder|ohne) (?:[a-z]{3,11} )?(?:restri|filt|limi|reg|censu|zensu|einschr|beschr|beperk)',
};

function language(gate: RegExp, rows: readonly SignatureRow[]): Language {
  return { gate, signatures: rows.map(([id, weight, source]) => signatureOf([id, weight, fold(source).text])) };
}

/** A gate that is as good as the script's. */
const any = /(?:)/;

export const scripts: readonly Script[] = [
  {
    gate: new RegExp(`\\b(?:${Object.values(latinStems).join('|')})`),
    languages: Object.entries(latinStems).map(([name, stems]) =>
      language(
        new RegExp(`\\b(?:${stems})`),
        otherLatin.filter(([id]) => id.split('-')[1] === name),
      ),
    ),
  },
  { gate: /[\u0400-\u04ff]/, languages: [language(any, cyrillic)] },
  { gate: /[\u0621-\u06ff]/, languages: [language(any, arabic)] },
  { gate: /[\u0900-\u097f]/, languages: [language(any, devanagari)] },
  { gate: /[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]/, languages: [language(any, eastAsian)] },
];
