export interface Span {
  readonly start: number;
  /** Excluded. */
  readonly end: number;
}

export function isWithin(inner: Span, spans: readonly Span[]): boolean {
  return spans.some((span) => span.start <= inner.start && inner.end <= span.end);
}
