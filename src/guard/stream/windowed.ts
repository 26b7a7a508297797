import type { Detector } from '../detector.ts';

/** Characters that a rule which wants the whole text sees at once, when it is not given the whole text. */
export const windowSize = 2048;

/** Characters that two windows share: whatever is no longer than this lies in one of them entirely. */
export const windowOverlap = 512;

/**
 * A detector that wants the whole text, given window after window. Windows lie at multiples of a step from the beginning
 * of the text, so that they do not depend on the chunks; a finding counts in the first window that holds all of it.
 */
export function windowed(detector: Detector, size = windowSize, overlap = windowOverlap): Detector {
  const step = size - overlap;
  return {
    streaming: 'incremental',
    leftContext: 0,
    reach: size,
    scan(text, from, report, field) {
      for (let start = from; start < text.length; start += step) {
        // A full window is never the last one: in a stream nobody knows yet.
        const isLast = text.length - start < size;
        const offset = start;
        detector.scan(
          text.slice(start, start + size),
          0,
          (finding) => {
            if (!isLast && finding.start >= step) return;
            report({ ...finding, start: finding.start + offset, end: finding.end + offset });
          },
          start === 0 ? field : undefined,
        );
        if (isLast) return;
      }
    },
    hold(text, from) {
      const surplus = text.length - from - size;
      return surplus < 0 ? from : from + (Math.floor(surplus / step) + 1) * step;
    },
  };
}
