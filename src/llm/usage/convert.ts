import type { Figures } from './figures.ts';
import { noTokens, type Usage } from './usage.ts';

export interface Surroundings {
  /** The last figures are the final ones: the answer came to its end. */
  readonly isComplete: boolean;
  readonly images: number;
  readonly serviceTier: string | undefined;
}

/** OpenAI's APIs, and whatever looks like them. Undefined: they say nothing that could be charged. */
export function fromInclusive(api: string, figures: Figures, around: Surroundings): Usage | undefined {
  if (api === 'embeddings') {
    const input = figures.input ?? figures.total;
    return input === undefined ? undefined : usageOf({ ...figures, input, output: figures.output ?? 0 }, around);
  }
  const { total } = figures;
  let { input, output, reasoning } = figures;
  if (input === undefined && output === undefined) return undefined;
  if (total !== undefined) {
    input ??= Math.max(0, total - (output ?? 0));
    output ??= Math.max(0, total - input);
    const unsaid = total - input - output;
    // Some providers of this shape bill thoughts beside the completion, and only their total tells.
    if (api === 'chat.completions' && unsaid > 0) {
      output += unsaid;
      reasoning = reasoning !== undefined && reasoning >= unsaid ? reasoning : (reasoning ?? 0) + unsaid;
    }
  }
  return usageOf(
    { ...figures, ...said('input', input), ...said('output', output), ...said('reasoning', reasoning) },
    around,
  );
}

export function fromExclusive(figures: Figures, around: Surroundings): Usage | undefined {
  const { input, output, cachedInput = 0 } = figures;
  const split = (figures.cacheWrite5m ?? 0) + (figures.cacheWrite1h ?? 0);
  const cacheWrite = Math.max(figures.cacheWrite ?? 0, split);
  const hasInput = input !== undefined || figures.cachedInput !== undefined || cacheWrite > 0;
  if (!hasInput && output === undefined) return undefined;
  const all = hasInput ? { input: (input ?? 0) + cachedInput + cacheWrite } : {};
  return usageOf(
    { ...figures, cacheWrite, ...all },
    { ...around, isComplete: around.isComplete && input !== undefined },
  );
}

/** Parts that do not fit into their whole are cut: a cost must never count a token twice, or fewer than none. */
function usageOf(figures: Figures, { isComplete, images, serviceTier }: Surroundings): Usage {
  const { input = 0, output = 0, total: reportedTotal } = figures;
  const total = input + output;
  const inputLeft = { left: input };
  const outputLeft = { left: output };
  const cachedInput = part(inputLeft, figures.cachedInput);
  const cacheWrite1h = part(inputLeft, figures.cacheWrite1h);
  const cacheWrite5m = part(inputLeft, Math.max(figures.cacheWrite5m ?? 0, (figures.cacheWrite ?? 0) - cacheWrite1h));
  const isAllSaid = figures.input !== undefined && figures.output !== undefined;
  return {
    ...noTokens,
    input,
    cachedInput,
    cacheWrite5m,
    cacheWrite1h,
    audioInput: part(inputLeft, figures.audioInput),
    imageInput: part(inputLeft, figures.imageInput),
    output,
    reasoning: part(outputLeft, figures.reasoning),
    audioOutput: part(outputLeft, figures.audioOutput),
    total,
    ...(reportedTotal === undefined || reportedTotal === total ? {} : { reportedTotal }),
    images,
    ...(serviceTier === undefined ? {} : { serviceTier }),
    source: 'provider',
    completeness: isComplete && isAllSaid ? 'exact' : 'partial',
  };
}

function part(whole: { left: number }, count = 0): number {
  const taken = Math.min(Math.max(0, count), whole.left);
  whole.left -= taken;
  return taken;
}

function said<N extends string>(name: N, value: number | undefined): { readonly [K in N]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [K in N]?: number });
}
