import { fromExclusive, fromInclusive } from './convert.ts';
import { type Figures, isObject, readExclusive, readInclusive } from './figures.ts';
import { finishReasonOf, serviceTierOf, wordOf } from './response-facts.ts';
import { noTokens, type Usage } from './usage.ts';

/** More choices than any API makes; beyond it a stream counts as unfinished until its `[DONE]`. */
const mostChoices = 128;

/** What a stream says that it used, event by event: what comes last holds, field by field. */
export class UsageReader {
  private readonly api: string;
  private readonly figures: Figures = {};
  private readonly unfinished = new Set<number>();
  private isMessages: boolean;
  private hasUsage = false;
  private hasEnd = false;
  private images = 0;
  private tier: string | undefined;
  private reason: string | undefined;

  /** `api` as in `ModelApi.name`. */
  constructor(api: string) {
    this.api = api;
    this.isMessages = api === 'messages';
  }

  /** Why the answer ended, in the provider's word. */
  get finishReason(): string | undefined {
    return this.reason;
  }

  /** The answer came to its end: what was said about usage is final. */
  get isComplete(): boolean {
    return this.hasEnd;
  }

  /** The data of an event, parsed; `[DONE]` as the text that it is. */
  event(value: unknown): void {
    if (value === '[DONE]') {
      this.hasEnd = true;
      return;
    }
    if (!isObject(value)) return;
    this.tier = serviceTierOf(value) ?? this.tier;
    // Of an API that we do not know by name.
    if (this.api === 'unknown' && value.type === 'message_start') this.isMessages = true;
    if (this.isMessages) this.messagesEvent(value);
    else if (Array.isArray(value.choices)) this.chunk(value, value.choices as unknown[]);
    else this.typedEvent(value);
  }

  current(): Usage | undefined {
    const around = { isComplete: this.hasEnd, images: this.images, serviceTier: this.tier };
    if (this.hasUsage) {
      return this.isMessages ? fromExclusive(this.figures, around) : fromInclusive(this.api, this.figures, around);
    }
    if (this.images === 0) return undefined;
    return {
      ...noTokens,
      images: this.images,
      source: 'counted',
      completeness: this.hasEnd ? 'exact' : 'partial',
    };
  }

  /** Chat and completions. Usage may stand on any chunk, whatever its choices hold. */
  private chunk(value: Readonly<Record<string, unknown>>, choices: readonly unknown[]): void {
    const vendor = value.x_groq;
    const isSaid = this.inclusive(value.usage) || (isObject(vendor) && this.inclusive(vendor.usage));
    if (choices.length === 0 && isSaid) this.hasEnd = true;
    for (const [position, choice] of choices.entries()) {
      if (!isObject(choice)) continue;
      const index = typeof choice.index === 'number' ? choice.index : position;
      const reason = wordOf(choice.finish_reason);
      if (reason === undefined) {
        if (this.unfinished.size < mostChoices) this.unfinished.add(index);
        continue;
      }
      this.reason = reason;
      this.unfinished.delete(index);
      if (this.unfinished.size === 0) this.hasEnd = true;
    }
  }

  /** Anthropic's: `message_start` begins with what is known, `message_delta` corrects it. */
  private messagesEvent(value: Readonly<Record<string, unknown>>): void {
    if (value.type === 'message_start' && isObject(value.message)) {
      this.tier = serviceTierOf(value.message) ?? this.tier;
      this.exclusive(value.message.usage);
    } else if (value.type === 'message_delta') {
      this.exclusive(value.usage);
      const reason = isObject(value.delta) ? wordOf(value.delta.stop_reason) : undefined;
      if (reason === undefined) return;
      this.reason = reason;
      this.hasEnd = true;
    } else if (value.type === 'message_stop') this.hasEnd = true;
  }

  /** Responses and images, whose events have a type and, when it is the last one, everything in it. */
  private typedEvent(value: Readonly<Record<string, unknown>>): void {
    const { type, response } = value;
    if (isObject(response)) {
      this.tier = serviceTierOf(response) ?? this.tier;
      this.inclusive(response.usage);
      if (type !== 'response.completed' && type !== 'response.incomplete' && type !== 'response.failed') return;
      this.reason = finishReasonOf(response);
      this.hasEnd = true;
      return;
    }
    this.inclusive(value.usage);
    if (type !== 'image_generation.completed' && type !== 'image_edit.completed') return;
    this.images++;
    this.hasEnd = true;
  }

  private inclusive(usage: unknown): boolean {
    const isSaid = readInclusive(usage, this.figures);
    this.hasUsage ||= isSaid;
    return isSaid;
  }

  private exclusive(usage: unknown): void {
    if (readExclusive(usage, this.figures)) this.hasUsage = true;
  }
}
