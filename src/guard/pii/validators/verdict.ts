/** `plausible`: nothing speaks against it, and nothing confirms it. */
export type Verdict = 'valid' | 'plausible' | 'invalid';

export function validIf(isValid: boolean): Verdict {
  return isValid ? 'valid' : 'invalid';
}

export function plausibleIf(isPlausible: boolean): Verdict {
  return isPlausible ? 'plausible' : 'invalid';
}
