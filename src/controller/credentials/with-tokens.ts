import type { Surroundings } from '../../model/build/surroundings.ts';
import type { SourceSurroundings } from '../sources/surroundings.ts';
import type { Credentials } from './credentials.ts';

/** All that a build may ask for: what the source knows of, and tokens. */
export type ControllerSurroundings = Surroundings & Pick<SourceSurroundings, 'complete'>;

export function withTokens(source: SourceSurroundings, { tokens, awsKeys }: Credentials): ControllerSurroundings {
  return {
    ...source,
    token: (owner, grant) => tokens.ask(owner.id, grant),
    awsKey: (owner, role) => awsKeys.ask(owner.id, role),
    async complete() {
      const found = await Promise.all([source.complete(), tokens.complete(), awsKeys.complete()]);
      return found.includes(true);
    },
  };
}
