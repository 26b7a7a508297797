/** What public price files call services that have another name in a policy. */
const names: ReadonlyMap<string, string> = new Map([
  ['cohere_chat', 'cohere'],
  ['fireworks-ai', 'fireworks'],
  ['fireworks_ai', 'fireworks'],
  ['fireworks_ai-embedding-models', 'fireworks'],
  ['google', 'gemini'],
  ['nvidia_nim', 'nvidia'],
  ['text-completion-openai', 'openai'],
  ['together_ai', 'together'],
  ['togetherai', 'together'],
]);

/** The word of a price file as a catalogue may have it: the service, where there is one, else the word itself. */
export function providerName(word: string): string {
  return names.get(word) ?? word.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}
