import type { Surroundings } from '../../model/build/surroundings.ts';
import type { SourceSurroundings } from '../sources/surroundings.ts';
import type { Tokens } from './tokens.ts';

/** All that a build may ask for: what the source knows of, and tokens. */
export type ControllerSurroundings = Surroundings & Pick<SourceSurroundings, 'complete'>;

export function withTokens(source: SourceSurroundings, tokens: Tokens): ControllerSurroundings {
  return {
    ...source,
    token: (owner, grant) => tokens.ask(owner.id, grant),
    async complete() {
      const found = await Promise.all([source.complete(), tokens.complete()]);
      return found.includes(true);
    },
  };
}
