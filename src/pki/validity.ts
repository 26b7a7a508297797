/** Certificates are valid from a little before they were made, since clocks of machines differ. */
export const clockSkewMs = 5 * 60_000;

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * Whether it is time for a new one: at half of its life, so that whoever renews may be away for the other half. Also
 * true of one that is not valid yet, which a clock that has been set back makes of it.
 */
export function isRenewalDue({ notBefore, notAfter }: Validity, now: Date): boolean {
  const half = (notBefore.getTime() + notAfter.getTime()) / 2;
  return now.getTime() >= half || now < notBefore;
}
