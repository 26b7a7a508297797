import type { TrialFinding } from './trial.ts';

const longestExcerpt = 60;

/** Enough to recognise what is meant. A screen is looked at by others, and pasted into tickets. */
export function excerptOf({ text, finding }: TrialFinding, showsValue: boolean): string {
  const characters = [...printable(text.slice(finding.start, finding.end).replace(/\s+/g, ' '))];
  if (!showsValue) {
    return characters.length < 8 ? '…' : `${characters.slice(0, 2).join('')}…${characters.slice(-2).join('')}`;
  }
  return characters.length > longestExcerpt ? `${characters.slice(0, longestExcerpt).join('')}…` : characters.join('');
}

/** A text that is tried may come from anybody: its control characters are shown and do nothing to the terminal. */
export function printable(text: string): string {
  return text.replace(/(?![\t\n]|\r\n)\p{Cc}/gu, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}
