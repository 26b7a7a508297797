import { passthroughApi, unservedPath, withoutQuery } from '../../../llm/api.ts';
import { mayUse, type PassthroughPath, type Target } from '../../../program/program.ts';
import type { Stage } from '../../stage.ts';
import { verdict } from '../../verdict.ts';

/**
 * Paths of no known API go to the provider whose policy opens them, as they are: nothing is parsed, no model is
 * resolved, and there is one target, since files and batches live in one account. A key that is limited to some models
 * needs `<provider>/passthrough` among them.
 */
export const passthrough: Stage = {
  name: 'passthrough',
  requestHeaders(exchange) {
    const { program, key } = exchange;
    if (exchange.api !== undefined || exchange.listing !== undefined || key === undefined) return verdict.proceed;
    const path = withoutQuery(exchange.path);
    const opened = program.passthrough.find((rule) => covers(rule, path));
    const provider = opened === undefined ? undefined : program.providers.get(opened.provider);
    if (provider === undefined) return exchange.reject('unknown_path', unservedPath(exchange.path));
    const right = `${provider.name}/passthrough`;
    if (!mayUse(key, right)) return exchange.reject('model_not_allowed', { model: right });
    exchange.isPassthrough = true;
    exchange.api = { name: passthroughApi, dialect: exchange.dialect, upstreamPath: path.slice('/v1'.length) };
    exchange.targets = [{ target: { ...anyModel, provider: provider.name }, provider }];
    return verdict.proceed;
  },
};

const anyModel: Omit<Target, 'provider'> = { model: '', priority: 0, weight: 1, hash: 0, modelEdit: undefined };

function covers(rule: PassthroughPath, path: string): boolean {
  return rule.isPrefix ? path.startsWith(rule.path) : path === rule.path;
}
