import { readFileSync } from 'node:fs';

/** A text, and what of it is to be found. */
export interface Sample {
  readonly text: string;
  readonly spans: readonly (readonly [number, number])[];
}

/** Lines `+ text with ⟦what is found⟧` and `- text without`; numbers with checksums come from another implementation. */
export function samplesOf(entity: string): { readonly positives: readonly Sample[]; readonly others: readonly string[] } {
  const lines = readFileSync(new URL(`./${entity}.txt`, import.meta.url), 'utf8').split('\n');
  const texts = (sign: string) => lines.filter((line) => line.startsWith(`${sign} `)).map((line) => line.slice(2));
  return { positives: texts('+').map(sampleOf), others: texts('-') };
}

function sampleOf(marked: string): Sample {
  const spans: [number, number][] = [];
  let text = '';
  let start = 0;
  for (const character of marked) {
    if (character === '⟦') start = text.length;
    else if (character === '⟧') spans.push([start, text.length]);
    else text += character;
  }
  return { text, spans };
}
