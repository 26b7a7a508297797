import { estimateInput } from '../../../llm/estimate/input.ts';
import { imagesAsked, outputCap } from '../../../llm/estimate/output-cap.ts';
import { type Cost, cost } from '../../../llm/price/cost.ts';
import { worstCost } from '../../../llm/price/worst-cost.ts';
import { isObject } from '../../../llm/usage/figures.ts';
import { usageOfBody } from '../../../llm/usage/of-body.ts';
import { PassedText } from '../../../llm/usage/passed-text.ts';
import { finishReasonOf } from '../../../llm/usage/response-facts.ts';
import { settledUsage } from '../../../llm/usage/settled-usage.ts';
import { noTokens, type Usage } from '../../../llm/usage/usage.ts';
import { UsageReader } from '../../../llm/usage/usage-reader.ts';
import { writtenTokens } from '../../../llm/usage/written-tokens.ts';
import type { CostBound, CostExpression } from '../../../program/limit.ts';
import { type Provider, pricingOf } from '../../../program/program.ts';
import type { Metering, UsedAmounts } from '../../between-stages/metering.ts';
import type { ResponseListener } from '../../between-stages/response-listener.ts';
import type { Exchange, PlannedTarget } from '../../exchange.ts';
import type { Rejection } from '../../rejection.ts';

const nothing: Usage = { ...noTokens, source: 'provider', completeness: 'exact' };

/** Measures one request and its answer. */
export class Meter implements Metering, ResponseListener {
  readonly estimatedInput: number;
  readonly outputCap: number | undefined;
  onProgress: ((outputTokens: number) => Rejection | undefined) | undefined = undefined;
  /** Milliseconds of the monotonic clock; 0: not yet. */
  firstTokenAt = 0;
  firstByteAt = 0;
  /** The answer comes as events; otherwise it is one body. */
  isEvents = false;

  private readonly exchange: Exchange;
  private readonly api: string;
  private readonly images: number;
  private readonly serviceTier: unknown;
  private readonly isBackground: boolean;
  private readonly reader: UsageReader;
  private readonly passed: PassedText;
  private ofBody: Usage | undefined = undefined;
  private reasonInBody: string | undefined = undefined;
  /** Tokens of an answer that does not say all of what it used. */
  private writtenInBody = 0;
  private settled: Usage | undefined = undefined;

  constructor(exchange: Exchange, api: string, json: object) {
    this.exchange = exchange;
    this.api = api;
    this.estimatedInput = estimateInput(api, exchange.body, json);
    this.outputCap = outputCap(api, json);
    this.images = imagesAsked(api, json) ?? 1;
    this.serviceTier = 'service_tier' in json ? json.service_tier : undefined;
    this.isBackground = 'background' in json && json.background === true;
    this.reader = new UsageReader(api);
    this.passed = new PassedText(api);
  }

  get finishReason(): string | undefined {
    return this.isEvents ? this.reader.finishReason : this.reasonInBody;
  }

  /** Nothing of the answer is missing, as far as it tells. */
  get isComplete(): boolean {
    return this.isEvents ? this.reader.isComplete : this.exchange.ending === 'done';
  }

  worstNanoUsd(outputTokens: number): number | undefined {
    const { program, model, targets } = this.exchange;
    let worst = 0;
    for (const { target } of targets) {
      const pricing = pricingOf(program, model?.name ?? '', target);
      const { images, serviceTier } = this;
      const most = worstCost(this.estimatedInput, outputTokens, pricing, { images, serviceTier });
      if (most.kind === 'unknown') return undefined;
      worst = Math.max(worst, most.nanoUsd);
    }
    return worst;
  }

  boundCost(expression: CostExpression, outputTokens: number): CostBound {
    let most = 0;
    let likely = 0;
    for (const { provider } of this.exchange.targets) {
      const facts = { ...this.asked(provider), input: this.estimatedInput, output: outputTokens };
      const bound = expression.bound(facts);
      most = Math.max(most, bound.most);
      likely = Math.max(likely, bound.likely);
    }
    return { most, likely };
  }

  value(value: unknown): void {
    if (this.isEvents) this.reader.event(value);
    else if (isObject(value)) {
      this.ofBody = usageOfBody(this.api, value);
      this.reasonInBody = finishReasonOf(value);
      if (this.ofBody?.completeness !== 'exact') this.writtenInBody = writtenTokens(this.api, value);
    }
  }

  bytes(piece: Buffer): void {
    if (this.firstByteAt === 0) this.firstByteAt = performance.now();
    if (this.isEvents) this.passed.bytes(piece);
  }

  firstToken(): void {
    this.firstTokenAt = performance.now();
  }

  stop(): Rejection | undefined {
    return this.onProgress?.(this.passed.tokens);
  }

  used(): UsedAmounts {
    const { input, output, total } = this.usage();
    const price = this.cost();
    const nanoUsd = price.kind === 'known' ? price.nanoUsd : undefined;
    return { input, output, total, nanoUsd, goesOn: this.goesOn, cost: (expression) => this.costBy(expression) };
  }

  /** What the request has used; asked when it is over. */
  usage(): Usage {
    this.settled ??= this.settle();
    return this.settled;
  }

  cost(): Cost {
    const usage = this.usage();
    if (!this.wasAsked()) return { kind: 'known', nanoUsd: 0, isDerived: false };
    const { program, model } = this.exchange;
    const answered = this.answeredBy();
    return cost(usage, answered && pricingOf(program, model?.name ?? '', answered.target));
  }

  /** A provider got the request, and has not refused it. */
  wasAsked(): boolean {
    const { attempts, status, hasLeft } = this.exchange;
    if (!hasLeft) return false;
    // What we refuse behind an answer has been paid for.
    if (attempts > 0 && this.firstByteAt === 0 && this.ofBody === undefined) return status < 400;
    return true;
  }

  /** Who answered; the first one while nobody has. */
  answeredBy(): PlannedTarget | undefined {
    const { attempts, targets } = this.exchange;
    return targets[Math.max(attempts, 1) - 1];
  }

  /**
   * The provider was asked to work on it whether or not anybody waits (Responses), and has not said what it came to. The
   * caller fetches the answer by another request, if at all.
   */
  private get goesOn(): boolean {
    if (!this.isBackground || !this.wasAsked()) return false;
    return (this.isEvents ? this.reader.current() : this.ofBody)?.completeness !== 'exact';
  }

  private costBy(expression: CostExpression): number | undefined {
    if (!this.wasAsked()) return 0;
    const { input, cachedInput, cacheWrite5m, cacheWrite1h, output, reasoning } = this.usage();
    const cacheCreation = cacheWrite5m + cacheWrite1h;
    return expression.of({
      ...this.asked(this.answeredBy()?.provider),
      ...{ input, cachedInput, cacheCreation, output, reasoning },
    });
  }

  /** What expressions of costs may ask besides counts. */
  private asked(provider: Provider | undefined) {
    const { model, modelInBody, route } = this.exchange;
    return { model: model?.name ?? modelInBody, backend: provider?.nameInCosts ?? '', route: route?.nameInCosts ?? '' };
  }

  private settle(): Usage {
    if (!this.wasAsked()) return nothing;
    const reported = this.isEvents ? this.reader.current() : this.ofBody;
    const { estimatedInput } = this;
    const countedOutput = this.isEvents ? this.passed.tokens : this.writtenInBody;
    const isComplete = this.isComplete && !this.goesOn;
    return settledUsage({ reported, estimatedInput, countedOutput, isComplete });
  }
}
