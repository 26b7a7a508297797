import { failedAnswersField, metadataNamespaces } from '../../../contract.ts';
import { ExtensionWithMatcherSchema } from '../../../gen/envoy/extensions/common/matching/v3/extension_matcher_pb.js';
import { SkipFilterSchema } from '../../../gen/envoy/extensions/filters/common/matcher/action/v3/skip_action_pb.js';
import { LuaSchema } from '../../../gen/envoy/extensions/filters/http/lua/v3/lua_pb.js';
import { HttpResponseStatusCodeMatchInputSchema } from '../../../gen/envoy/type/matcher/v3/status_code_input_pb.js';
import { extension } from '../extension.ts';

/** As long as errors are, and less than comes in one go. */
const shortBody = 16 * 1024;

const script = `function envoy_on_response(answer)
  local metadata = answer:streamInfo():dynamicMetadata()
  local failed = metadata:get("${metadataNamespaces.failed}")
  local before = failed and failed["${failedAnswersField}"] or ""
  metadata:set("${metadataNamespaces.failed}", "${failedAnswersField}", before .. answer:headers():get(":status") .. ",")
  local length = tonumber(answer:headers():get("content-length") or "")
  if length and length <= ${shortBody} then answer:body() end
end
`;

const name = 'failed-answers';

const lua = extension(name, LuaSchema, { defaultSourceCode: { specifier: { case: 'inlineString', value: script } } });

const skip = { onMatch: { case: 'action', value: extension('skip', SkipFilterSchema, {}) } } as const;

/**
 * Writes down the status of an answer that is a failure. Envoy tells nobody of an attempt that it has followed up with
 * another one, and of its filters a script is the one that can note something of a response. Good answers pass it by and
 * cost nothing: those with a 200, since a policy may have every other status retried. But each provider's cluster has a Lua
 * of its own in every worker, of 90 KB.
 *
 * A short one it holds until it is complete. Envoy gives an attempt up at its headers, and where the body is still to come
 * an HTTP/1 connection goes with it: every failure that another attempt follows would cost a new one.
 */
export const failedAnswers = extension(name, ExtensionWithMatcherSchema, {
  extensionConfig: lua,
  xdsMatcher: {
    matcherType: {
      case: 'matcherTree',
      value: {
        input: extension('status', HttpResponseStatusCodeMatchInputSchema, {}),
        treeType: { case: 'exactMatchMap', value: { map: { 200: skip } } },
      },
    },
  },
});
