import type { Surroundings } from '../../model/build/surroundings.ts';

/** The surroundings that a source knows of. Tokens come from elsewhere. */
export interface SourceSurroundings extends Omit<Surroundings, 'token' | 'awsKey'> {
  /**
   * Fetches what was asked for and was not known. Whether something is known now that was not: then what was built
   * without it is to be built once more, before anybody sees it.
   */
  complete(): Promise<boolean>;
}
