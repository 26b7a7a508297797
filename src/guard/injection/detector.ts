import type { Detector } from '../detector.ts';
import { scoreInjection } from './score.ts';

export type Sensitivity = 'low' | 'medium' | 'high';

export interface InjectionOptions {
  readonly sensitivity: Sensitivity;
  /** From which score on a text is reported, 0 to 1. Default: that of the sensitivity. */
  readonly threshold?: number;
}

export interface InjectionDetector extends Detector {
  readonly threshold: number;
}

/** Medium is where one plain order to ignore the instructions is enough; low asks for two signs of it. */
export const thresholds: Readonly<Record<Sensitivity, number>> = { low: 0.8, medium: 0.6, high: 0.45 };

const injectionEntity = 'prompt-injection';

/** Windows of a stream that overlap by this much cut no signature; only an encoded block can be longer. */
const windowOverlap = 1024;

/**
 * Reports the signatures of a text if their sum reaches the threshold; each finding has the text's score, and the
 * signature's id as what confirmed it. The whole text is judged, whatever `from` says: it decides only what is reported.
 */
export function injectionDetector(options: InjectionOptions): InjectionDetector {
  const threshold = options.threshold ?? thresholds[options.sensitivity];
  return {
    streaming: 'whole',
    leftContext: 0,
    reach: windowOverlap,
    threshold,
    scan(text, from, report) {
      const { score, signatures } = scoreInjection(text);
      if (score < threshold) return;
      for (const { id, start, end } of signatures) {
        if (start >= from) report({ start, end, entity: injectionEntity, score, validator: id });
      }
    },
    hold: (text) => text.length,
  };
}
