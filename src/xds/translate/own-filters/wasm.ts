import { create } from '@bufbuild/protobuf';
import { anyPack, StringValueSchema } from '@bufbuild/protobuf/wkt';
import { WasmSchema } from '../../../gen/envoy/extensions/filters/http/wasm/v3/wasm_pb.js';
import { FailurePolicy } from '../../../gen/envoy/extensions/wasm/v3/wasm_pb.js';
import type { WasmFilter } from '../../../model/own-filter.ts';
import { type Extension, extension } from '../extension.ts';
import { httpUri } from './http-uri.ts';

/** Large files over slow lines. Until the code is there, requests are answered with 503, or pass where it is optional. */
const fetchSeconds = 30;

export function wasmFilter(filter: WasmFilter): Extension {
  const { name, title, rootId, code, configuration, isOptional, environment } = filter;
  return extension(name, WasmSchema, {
    config: {
      name: title === '' ? name : title,
      rootId,
      vm: {
        case: 'vmConfig',
        value: {
          // Filters of one policy share nothing with those of others, whatever names their authors chose.
          vmId: name,
          runtime: 'envoy.wasm.runtime.v8',
          code: {
            specifier: { case: 'remote', value: { httpUri: httpUri(code, fetchSeconds), sha256: code.sha256 } },
          },
          ...(environment.length > 0 && { environmentVariables: { hostEnvKeys: [...environment] } }),
        },
      },
      ...(configuration !== undefined && {
        configuration: anyPack(StringValueSchema, create(StringValueSchema, { value: configuration })),
      }),
      // A virtual machine that has failed is made anew, so that one bad request is not the end of all others.
      failurePolicy: isOptional ? FailurePolicy.FAIL_OPEN : FailurePolicy.FAIL_RELOAD,
    },
  });
}
