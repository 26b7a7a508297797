import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HeaderMutationSchema as RuleSchema } from '../../../gen/envoy/config/common/mutation_rules/v3/mutation_rules_pb.js';
import { HeaderValueOption_HeaderAppendAction as Append } from '../../../gen/envoy/config/core/v3/base_pb.js';

export type HeaderRule = MessageInitShape<typeof RuleSchema>;

export function removeHeader(name: string): HeaderRule {
  return { action: { case: 'remove', value: name } };
}

export function removeHeadersStartingWith(prefix: string): HeaderRule {
  return {
    action: {
      case: 'removeOnMatch',
      value: { keyMatcher: { matchPattern: { case: 'prefix', value: prefix }, ignoreCase: true } },
    },
  };
}

/** Sets a header from a command operator of Envoy; one that yields nothing leaves the request as it is. */
export function setHeader(name: string, format: string): HeaderRule {
  return {
    action: {
      case: 'append',
      value: {
        header: { key: name, value: format },
        appendAction: Append.OVERWRITE_IF_EXISTS_OR_ADD,
        keepEmptyValue: false,
      },
    },
  };
}
