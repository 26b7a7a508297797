import type { JsonObject, MessageInitShape } from '@bufbuild/protobuf';
import { metadataNamespaces, responseDetailsPrefix } from '../../../contract.ts';
import { localReplies, localReplyBody } from '../../../errors/local-reply.ts';
import type { Dialect } from '../../../errors/row.ts';
import { type ErrorCode, errorStatus } from '../../../errors/table.ts';
import {
  type AccessLogFilterSchema,
  ComparisonFilter_Op,
} from '../../../gen/envoy/config/accesslog/v3/accesslog_pb.js';
import { HeaderValueOption_HeaderAppendAction } from '../../../gen/envoy/config/core/v3/base_pb.js';
import { ExpressionFilterSchema } from '../../../gen/envoy/extensions/access_loggers/filters/cel/v3/cel_pb.js';
import type {
  LocalReplyConfigSchema,
  ResponseMapperSchema,
} from '../../../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import type { GatewayModel } from '../../../model/gateway.ts';
import { packed } from '../extension.ts';

type Filter = MessageInitShape<typeof AccessLogFilterSchema>;
type Mapper = MessageInitShape<typeof ResponseMapperSchema>;

interface Row {
  readonly when: Filter;
  readonly code: ErrorCode;
  /** Absent: the status that Envoy chose. */
  readonly status?: number;
}

/** What a caller of each dialect can parse. The rest of the paths speaks OpenAI. */
const anthropicPaths = '/v1/messages(?:[/?].*)?|/anthropic(?:[/?].*)?';

const hasAnthropicPath: Filter = {
  filterSpecifier: {
    case: 'headerFilter',
    value: {
      header: {
        name: ':path',
        headerMatchSpecifier: {
          case: 'stringMatch',
          value: { matchPattern: { case: 'safeRegex', value: { regex: anthropicPaths } } },
        },
      },
    },
  },
};

/** Once the processor has decided, the path is the provider's, which may be any; which API it is stands in the log. */
const isLoggedAsAnthropic: Filter = {
  filterSpecifier: {
    case: 'metadataFilter',
    value: {
      matcher: {
        filter: metadataNamespaces.log,
        path: [{ segment: { case: 'key', value: 'api' } }],
        value: {
          matchPattern: {
            case: 'stringMatch',
            value: { matchPattern: { case: 'safeRegex', value: { regex: 'messages(?:\\..*)?' } } },
          },
        },
      },
      matchIfKeyNotFound: false,
    },
  },
};

const isAnthropic: Filter = {
  filterSpecifier: { case: 'orFilter', value: { filters: [hasAnthropicPath, isLoggedAsAnthropic] } },
};

/** Of filters for keys and tokens, whose statuses alone would read like requests that break the rules of HTTP. */
const refusals: readonly (readonly [string, ErrorCode])[] = [
  [" == 'missing_api_key'", 'missing_key'],
  [" == 'unknown_api_key'", 'invalid_key'],
  [" == 'jwt_authn_access_denied{Jwt_is_missing}'", 'missing_token'],
  [" == 'jwt_authn_access_denied{Audiences_in_Jwt_are_not_allowed}'", 'token_not_allowed'],
  [" == 'jwt_authn_access_denied{Jwks_remote_fetch_is_failed}'", 'token_not_verified'],
  [".startsWith('jwt_authn_access_denied')", 'invalid_token'],
];

/** First match wins. Envoy's status alone tells most cases; the rows before the statuses are those it hides. */
const rows: readonly Row[] = [
  { when: flags('OM', 'DO', 'UO'), code: 'gateway_overloaded', status: errorStatus('gateway_overloaded') },
  // The processor is late (504 by default) or gone; or a provider's credential is not there (401 by default, which would
  // tell the caller that its own key is wrong).
  {
    when: details(".startsWith('ext_proc_error')"),
    code: 'gateway_not_ready',
    status: errorStatus('gateway_not_ready'),
  },
  {
    when: details(".contains('credential')"),
    code: 'gateway_not_ready',
    status: errorStatus('gateway_not_ready'),
  },
  // A filter of a policy has led to a route whose own filters the request has not met.
  {
    when: details(".startsWith('rbac_access_denied')"),
    code: 'internal',
    status: errorStatus('internal'),
  },
  // 403 by default, which would tell the caller that its key may not do this.
  {
    when: details(" == 'upgrade_failed'"),
    code: 'upgrade_not_served',
    status: errorStatus('upgrade_not_served'),
  },
  // A guardrail waits for the end of an answer that finds no room. 500 by default, as if something were broken.
  {
    when: details(" == 'response_payload_too_large'"),
    code: 'response_too_large',
    status: errorStatus('response_too_large'),
  },
  ...localReplies.map(({ status, code }) => ({ when: statusIs(ComparisonFilter_Op.EQ, status), code })),
  // A transfer coding that Envoy does not know, which is the client's doing.
  { when: statusIs(ComparisonFilter_Op.EQ, 501), code: 'bad_request' },
  { when: statusIs(ComparisonFilter_Op.GE, 500), code: 'internal' },
  { when: statusIs(ComparisonFilter_Op.GE, 400), code: 'bad_request' },
];

/**
 * Envoy's own answers in the shape that the caller's client can read. The processor's answers are local replies to Envoy
 * too: they come first, matched by their details, and stay as they are. So do those of filters that a policy brings
 * along, which as a rule give no details; Envoy always does. Of scripts 500 is no answer, but what stands in for one that
 * has failed.
 */
export function localReplyConfig({
  filters = [],
}: Pick<GatewayModel, 'filters'>): MessageInitShape<typeof LocalReplyConfigSchema> {
  return {
    mappers: [
      { filter: details(`.startsWith('${responseDetailsPrefix}')`) },
      { filter: details(" == ''") },
      { filter: details(" == 'lua_response' && response.code != 500") },
      ...(filters.some(({ kind }) => kind === 'keys' || kind === 'tokens') ? ofGuards : []),
      ...others,
    ],
  };
}

function mappersOf({ when, code, status }: Row): Mapper[] {
  const answer = (dialect: Dialect) =>
    ({
      ...(status === undefined ? {} : { statusCode: status }),
      bodyFormatOverride: {
        format: {
          case: 'jsonFormat',
          value: { ...localReplyBody(code, dialect, { isBeforeModels: true }) } as JsonObject,
        },
        contentType: 'application/json',
      },
    }) as const;
  return [
    {
      ...answer('anthropic'),
      filter: { filterSpecifier: { case: 'andFilter', value: { filters: [when, isAnthropic] } } },
      // Where Anthropic's clients read the id.
      headersToAdd: [
        {
          header: { key: 'request-id', value: '%REQ(X-REQUEST-ID)%' },
          appendAction: HeaderValueOption_HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
        },
      ],
    },
    { ...answer('openai'), filter: when },
  ];
}

function statusIs(op: ComparisonFilter_Op, status: number): Filter {
  return {
    filterSpecifier: {
      case: 'statusCodeFilter',
      // The runtime key is required; nobody sets it.
      value: { comparison: { op, value: { defaultValue: status, runtimeKey: 'sluice.local_reply' } } },
    },
  };
}

function flags(...names: string[]): Filter {
  return { filterSpecifier: { case: 'responseFlagFilter', value: { flags: names } } };
}

function details(condition: string): Filter {
  return {
    filterSpecifier: {
      case: 'extensionFilter',
      value: {
        name: 'envoy.access_loggers.extension_filters.cel',
        configType: {
          case: 'typedConfig',
          value: packed(ExpressionFilterSchema, { expression: `response.code_details${condition}` }),
        },
      },
    },
  };
}

const ofGuards = refusals
  .map(([condition, code]): Row => ({ when: details(condition), code, status: errorStatus(code) }))
  .flatMap(mappersOf);
const others = rows.flatMap(mappersOf);
