export interface TranslateOptions {
  /** The certificates that public providers are verified against, where a provider names none of its own. */
  readonly systemCaFile: string;
}
