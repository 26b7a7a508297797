import { type Folded, fold } from '../folding/fold.ts';
import { readingOf } from '../reading/reading.ts';

/** A text as it may have been meant, and where in the original each part of it stands. */
export interface View {
  /** How it was got: prefixes the ids of its signatures. */
  readonly via: string;
  readonly folded: Folded;
}

/** Bounds on what is decoded: more of it is not looked at. */
const mostBlobs = 16;
const longestBlob = 8192;
const shortestBlob = 20;

const isBlobCode = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9+/_=-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** The text as its readers take it, where characters are spelled out (`&nbsp;`, `&#105;`, `\u0069`); undefined: none are. */
export function spelledOutView(text: string, folded: Folded): Folded | undefined {
  const reading = readingOf(text, false);
  if (reading === undefined) return undefined;
  const meant = fold(reading.text);
  if (meant.text === folded.text) return undefined;
  return {
    text: meant.text,
    startOf: (index) => reading.startOf(meant.startOf(index)),
    endOf: (index) => reading.endOf(meant.endOf(index) - 1),
  };
}

/** Every way of reading the text beyond the plain one that has something to read. */
export function hiddenViews(text: string, folded: Folded): readonly View[] {
  const found: View[] = [...decodedBlobs(text), ...percentEncoded(text)];
  if (lettersAndDigits.test(folded.text) && digitsAsLetters.test(folded.text)) {
    found.push({ via: 'digits', folded: mapText(folded, lettersOfDigits) });
  }
  // One search for all that is rare.
  if (!disguised.test(folded.text)) return found;
  if (rot13Words.test(folded.text)) found.push({ via: 'rot13', folded: mapText(folded, rot13) });
  if (reversedWords.test(folded.text)) found.push({ via: 'reversed', folded: reversed(folded) });
  const spelled = spelledOut(folded);
  if (spelled !== undefined) found.push({ via: 'spelled', folded: spelled });
  return found;
}

function* decodedBlobs(text: string): Generator<View> {
  let count = 0;
  // A blob covers every twentieth character or its neighbour: only there must be looked.
  for (let probe = shortestBlob - 1; probe < text.length && count < mostBlobs; probe += shortestBlob) {
    if (isBlobCode[text.charCodeAt(probe)] !== 1) continue;
    let start = probe;
    while (start > 0 && isBlobCode[text.charCodeAt(start - 1)] === 1) start--;
    let end = probe + 1;
    while (end < text.length && isBlobCode[text.charCodeAt(end)] === 1) end++;
    probe = end;
    if (end - start < shortestBlob) continue;
    const decoded = decode(text.slice(start, Math.min(end, start + longestBlob)));
    if (decoded === undefined) continue;
    count++;
    yield { via: 'encoded', folded: at(fold(decoded).text, start, end) };
    const again = twiceEncoded.exec(decoded)?.[0];
    const inner = again === undefined ? undefined : decode(again);
    if (inner !== undefined) yield { via: 'encoded', folded: at(fold(inner).text, start, end) };
  }
}

const disguised =
  /\b(?:vafgehpgvba|cebzcg|vtaber|qvfertneq|flfgrz|cerivbhf|erirny|sbetrg|whyoernx|haerfgevpgrq|snoitcurtsni|tpmorp|erongi|suoiverp|dragersid|metsys|[a-z](?:[ ._*-]{1,3}[a-z]){3}\b)/;
const lettersAndDigits = /[a-z][013457@$][a-z]/;
const twiceEncoded = /^[A-Za-z0-9+/_=-]{20,}$/;

function decode(blob: string): string | undefined {
  if (/^(?:[0-9a-f]{2})+$/i.test(blob)) return readable(Buffer.from(blob, 'hex').toString('utf8'));
  return readable(Buffer.from(blob, 'base64').toString('utf8'));
}

/** Random bytes are not text; most tokens, hashes and images end here. */
function readable(text: string): string | undefined {
  return text.length >= 12 &&
    !/[\ufffd\p{Cc}]/u.test(text.slice(0, 200).replace(/[\t\n\r]/g, '')) &&
    /[\p{L}]{2}/u.test(text)
    ? text
    : undefined;
}

function* percentEncoded(text: string): Generator<View> {
  if (!text.includes('%')) return;
  let count = 0;
  for (const hit of text.matchAll(/(?:%[0-9a-fA-F]{2}|[A-Za-z0-9+._-]){12,2000}/g)) {
    // Long words look like it, and say nothing.
    if (!hit[0].includes('%')) continue;
    if (count++ === mostBlobs) return;
    const bytes = hit[0]
      .replace(/\+/g, ' ')
      .replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
    const decoded = Buffer.from(bytes, 'latin1').toString('utf8');
    yield { via: 'percent', folded: at(fold(decoded).text, hit.index, hit.index + hit[0].length) };
  }
}

const at = (text: string, start: number, end: number): Folded => ({ text, startOf: () => start, endOf: () => end });

const mapText = (folded: Folded, change: (text: string) => string): Folded => ({
  text: change(folded.text),
  startOf: (index) => folded.startOf(index),
  endOf: (index) => folded.endOf(index),
});

const rot13Words = /\b(?:vafgehpgvba|cebzcg|vtaber|qvfertneq|flfgrz|cerivbhf|erirny|sbetrg|whyoernx|haerfgevpgrq)/;
const rot13 = (text: string): string =>
  text.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97));

const reversedWords = /(?:snoitcurtsni|tpmorp|erongi|suoiverp|dragersid|metsys)\b/;

function reversed(folded: Folded): Folded {
  const last = folded.text.length - 1;
  return {
    text: [...folded.text].reverse().join(''),
    startOf: (index) => folded.startOf(last - index),
    endOf: (index) => folded.endOf(last - index),
  };
}

/** `1gn0r3`: a digit or sign among letters, in two words at least. */
const digitsAsLetters =
  /\b[a-z0-9@$]{0,16}[a-z][013457@$][a-z0-9@$]{0,16}\b[^a-z]{1,3}(?:[a-z]{1,12}[^a-z]{1,3}){0,4}[a-z0-9@$]{0,16}(?:[a-z][013457@$]|[013457@$][a-z])/;
const letterOf: Readonly<Record<string, string>> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's' };
const lettersOfDigits = (text: string): string => text.replace(/[013457@$]/g, (sign) => letterOf[sign] ?? sign);

const spelledRun = /(?:\b[a-z][ ._*-]{1,3}){8,400}[a-z]\b/g;

/** `i g n o r e   p r e v i o u s`: single letters, wider gaps between words. */
function spelledOut(folded: Folded): Folded | undefined {
  spelledRun.lastIndex = 0;
  let text = '';
  const origin: number[] = [];
  for (const run of folded.text.matchAll(spelledRun)) {
    for (const word of run[0].matchAll(/[a-z]|[ ._*-]{2,}/g)) {
      text += /[a-z]/.test(word[0]) ? word[0] : ' ';
      origin.push(run.index + word.index);
    }
    text += '\n';
    origin.push(run.index + run[0].length - 1);
  }
  if (text === '') return undefined;
  return {
    text,
    startOf: (index) => folded.startOf(origin[index] ?? 0),
    endOf: (index) => folded.endOf(origin[index] ?? 0),
  };
}
