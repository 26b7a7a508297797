import type { PolicyDocument } from '../../../src/policy/document.ts';
import { parseDocuments } from '../../../src/policy/parse.ts';

/** What `sluice run` adds to a policy when the environment holds the key of a public provider. */
const documentsByVariable: Readonly<Record<string, string>> = {
  OPENAI_API_KEY: `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: openai}
spec: {schema: openai, credential: {apiKey: {env: OPENAI_API_KEY}}}
---
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: gpt-4o-mini}
spec: {targets: [{provider: openai, model: gpt-4o-mini}]}
---
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: gpt-4o}
spec: {targets: [{provider: openai, model: gpt-4o}]}
`,
  ANTHROPIC_API_KEY: `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: anthropic}
spec: {schema: anthropic, credential: {apiKey: {env: ANTHROPIC_API_KEY}}}
---
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: claude-haiku-4-5}
spec: {targets: [{provider: anthropic, model: claude-haiku-4-5}]}
---
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: claude-sonnet-5-5}
spec: {targets: [{provider: anthropic, model: claude-sonnet-5-5}]}
`,
};

/** Providers whose key is in the environment, with a few of their models. The policy folder wins over them. */
export function publicProviders(env: NodeJS.ProcessEnv): readonly PolicyDocument[] {
  return Object.entries(documentsByVariable)
    .filter(([variable]) => (env[variable] ?? '').trim() !== '')
    .flatMap(([variable, text]) => parseDocuments(text, `${variable} in the environment`, process.cwd()).documents);
}
