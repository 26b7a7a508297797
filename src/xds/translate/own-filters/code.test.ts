import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack, StringValueSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { ExternalProcessorSchema } from '../../../gen/envoy/extensions/filters/http/ext_proc/v3/ext_proc_pb.js';
import {
  ProcessingMode_BodySendMode as BodyMode,
  ProcessingMode_HeaderSendMode as HeaderMode,
} from '../../../gen/envoy/extensions/filters/http/ext_proc/v3/processing_mode_pb.js';
import { WasmSchema } from '../../../gen/envoy/extensions/filters/http/wasm/v3/wasm_pb.js';
import { FailurePolicy } from '../../../gen/envoy/extensions/wasm/v3/wasm_pb.js';
import type { ProcessorFilter, WasmFilter } from '../../../model/own-filter.ts';
import { processorFilter } from './processor.ts';
import { wasmFilter } from './wasm.ts';

describe('processorFilter()', () => {
  const sent = (parts: Partial<ProcessorFilter> = {}) => {
    const filter: ProcessorFilter = {
      kind: 'processor',
      name: 'p',
      cluster: 'service/waf',
      authority: 'waf.test',
      messageTimeoutMs: 3000,
      isOptional: false,
      mayChangeMode: false,
      readableMetadata: [],
      writableMetadata: [],
      origins: [],
      ...parts,
    };
    return fromBinary(ExternalProcessorSchema, processorFilter(filter).typedConfig.value);
  };

  it('asks the service by its own name, in the time that is given', () => {
    const { grpcService, messageTimeout } = sent();
    expect(grpcService?.targetSpecifier).toMatchObject({
      case: 'envoyGrpc',
      value: { clusterName: 'service/waf', authority: 'waf.test' },
    });
    expect(messageTimeout?.seconds).toBe(3n);
  });

  it('refuses requests while the service is gone, unless it is optional', () => {
    expect(sent().failureModeAllow).toBe(false);
    expect(sent({ isOptional: true }).failureModeAllow).toBe(true);
  });

  it('tells the service of the directions that it asks for, and of no others', () => {
    const only = sent({ request: { body: 'none', attributes: ['source.address'] } });
    expect(only.processingMode).toMatchObject({
      requestHeaderMode: HeaderMode.SEND,
      requestBodyMode: BodyMode.NONE,
      responseHeaderMode: HeaderMode.SKIP,
      responseBodyMode: BodyMode.NONE,
    });
    expect([only.requestAttributes, only.responseAttributes]).toEqual([['source.address'], []]);
    const other = sent({ response: { body: 'buffered', attributes: ['response.code'] } });
    expect(other.processingMode).toMatchObject({
      requestHeaderMode: HeaderMode.SKIP,
      responseHeaderMode: HeaderMode.SEND,
      responseBodyMode: BodyMode.BUFFERED,
    });
    expect([other.requestAttributes, other.responseAttributes]).toEqual([[], ['response.code']]);
  });

  it.each([
    ['none', BodyMode.NONE, HeaderMode.SKIP],
    ['streamed', BodyMode.STREAMED, HeaderMode.SKIP],
    ['buffered', BodyMode.BUFFERED, HeaderMode.SKIP],
    ['bufferedPartial', BodyMode.BUFFERED_PARTIAL, HeaderMode.SKIP],
    ['duplex', BodyMode.FULL_DUPLEX_STREAMED, HeaderMode.SEND],
  ] as const)('sends bodies %s, and trailers where Envoy demands them', (body, mode, trailers) => {
    expect(sent({ request: { body, attributes: [] } }).processingMode).toMatchObject({
      requestBodyMode: mode,
      requestTrailerMode: trailers,
      responseTrailerMode: HeaderMode.SKIP,
    });
  });

  it('lets the service read and write the metadata that is named, and change its mode if it may', () => {
    const { metadataOptions, allowModeOverride } = sent({
      readableMetadata: ['mine'],
      writableMetadata: ['yours'],
      mayChangeMode: true,
    });
    expect(metadataOptions?.forwardingNamespaces).toMatchObject({ untyped: ['mine'], typed: ['mine'] });
    expect(metadataOptions?.receivingNamespaces).toMatchObject({ untyped: ['yours'] });
    expect([allowModeOverride, sent().allowModeOverride]).toEqual([true, false]);
  });
});

describe('wasmFilter()', () => {
  const sent = (parts: Partial<WasmFilter> = {}) => {
    const filter: WasmFilter = {
      kind: 'wasm',
      name: 'w',
      title: '',
      rootId: 'root',
      code: { url: 'https://files.test/f.wasm', cluster: 'service/files', sha256: 'abc' },
      isOptional: false,
      environment: [],
      origins: [],
      ...parts,
    };
    return fromBinary(WasmSchema, wasmFilter(filter).typedConfig.value).config;
  };

  it('runs exactly the code that is named, fetched from there, in a machine of its own', () => {
    const { vm } = sent() ?? {};
    if (vm?.case !== 'vmConfig') throw new Error('no machine');
    expect(vm.value).toMatchObject({ vmId: 'w', runtime: 'envoy.wasm.runtime.v8' });
    const source = vm.value.code?.specifier;
    if (source?.case !== 'remote') throw new Error('not fetched');
    expect(source.value.sha256).toBe('abc');
    expect(source.value.httpUri).toMatchObject({
      uri: 'https://files.test/f.wasm',
      httpUpstreamType: { case: 'cluster', value: 'service/files' },
    });
  });

  it('reads no variable of Envoy’s environment but those that are named', () => {
    const variablesOf = (environment: readonly string[]) => {
      const { vm } = sent({ environment }) ?? {};
      return vm?.case === 'vmConfig' ? vm.value.environmentVariables?.hostEnvKeys : undefined;
    };
    expect(variablesOf([])).toBeUndefined();
    expect(variablesOf(['REGION'])).toEqual(['REGION']);
  });

  it('refuses requests where it fails, and is made anew, unless it is optional', () => {
    expect(sent()?.failurePolicy).toBe(FailurePolicy.FAIL_RELOAD);
    expect(sent({ isOptional: true })?.failurePolicy).toBe(FailurePolicy.FAIL_OPEN);
  });

  it('is told its name, its part and its configuration', () => {
    expect(sent()).toMatchObject({ name: 'w', rootId: 'root' });
    expect(sent()?.configuration).toBeUndefined();
    const { name, configuration } = sent({ title: 'mine', configuration: '{"a":1}' }) ?? {};
    expect(name).toBe('mine');
    expect(configuration && anyUnpack(configuration, StringValueSchema)?.value).toBe('{"a":1}');
  });
});
