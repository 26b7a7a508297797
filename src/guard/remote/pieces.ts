import type { RemoteText } from '../remote-judge.ts';
import type { Piece } from './service.ts';
import { split } from './split.ts';

/** Twice the longest thing that is worth finding across a cut, and little beside the limits of the services. */
const overlap = 500;

/** Blank texts are left out: there is nothing to judge, and services refuse them. */
export function piecesOf(
  texts: readonly RemoteText[],
  longest: number,
  aspectOf: (text: RemoteText) => string,
): readonly Piece[] {
  return texts.flatMap((remoteText, text) => {
    const content = remoteText.text;
    if (content.trim() === '') return [];
    const aspect = aspectOf(remoteText);
    return split(content, longest, overlap).map(({ start, end }) => ({
      text,
      start,
      end,
      content: content.slice(start, end),
      aspect,
    }));
  });
}
