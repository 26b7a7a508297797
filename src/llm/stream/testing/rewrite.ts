import type { OpenChannel } from '../channel.ts';
import { SseRewriter, type Stop } from '../rewriter.ts';
import { MaskedDigits } from './masked-digits.ts';
import { textsOf } from './streams.ts';

export const mask: OpenChannel = () => new MaskedDigits();
export const same: OpenChannel = () => ({ push: (text) => text, end: () => '' });

interface Passed {
  readonly bytes: Buffer;
  readonly stop: Stop | undefined;
}

/** Gives the stream to the rewriter in pieces of these sizes, until it stops. */
export function pass(rewriter: SseRewriter, bytes: Buffer, sizes: () => number): Passed {
  const out: Buffer[] = [];
  let stop: Stop | undefined;
  for (let at = 0; at < bytes.length && stop === undefined; ) {
    const size = sizes();
    const result = rewriter.push(bytes.subarray(at, at + size));
    out.push(Buffer.from(result.bytes));
    stop = result.stop;
    at += size;
  }
  const last = rewriter.end();
  return { bytes: Buffer.concat([...out, last.bytes]), stop: stop ?? last.stop };
}

export function rewrite(api: string, stream: string, openChannel: OpenChannel = mask, size = 1 << 30): Passed {
  return pass(new SseRewriter({ api, openChannel }), Buffer.from(stream), () => size);
}

/** What the texts of a stream become, put together. */
export function textsAfter(api: string, stream: string, size?: number): Record<string, string> {
  const { bytes, stop } = rewrite(api, stream, mask, size);
  if (stop !== undefined) throw new Error(`stopped: ${JSON.stringify(stop)}`);
  return Object.fromEntries(textsOf(bytes));
}
