import { createRegistry } from '@bufbuild/protobuf';
import { file_google_protobuf_wrappers } from '@bufbuild/protobuf/wkt';
import { file_envoy_config_bootstrap_v3_bootstrap } from '../../gen/envoy/config/bootstrap/v3/bootstrap_pb.js';
import { file_envoy_config_cluster_v3_cluster } from '../../gen/envoy/config/cluster/v3/cluster_pb.js';
import { file_envoy_config_core_v3_extension } from '../../gen/envoy/config/core/v3/extension_pb.js';
import { file_envoy_config_endpoint_v3_endpoint } from '../../gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { file_envoy_config_listener_v3_listener } from '../../gen/envoy/config/listener/v3/listener_pb.js';
import { file_envoy_config_route_v3_route_components } from '../../gen/envoy/config/route/v3/route_components_pb.js';
import { file_envoy_config_route_v3_route } from '../../gen/envoy/config/route/v3/route_pb.js';
import { file_envoy_config_route_v3_scoped_route } from '../../gen/envoy/config/route/v3/scoped_route_pb.js';
import { file_envoy_extensions_access_loggers_file_v3_file } from '../../gen/envoy/extensions/access_loggers/file/v3/file_pb.js';
import { file_envoy_extensions_access_loggers_filters_cel_v3_cel } from '../../gen/envoy/extensions/access_loggers/filters/cel/v3/cel_pb.js';
import { file_envoy_extensions_access_loggers_stream_v3_stream } from '../../gen/envoy/extensions/access_loggers/stream/v3/stream_pb.js';
import { file_envoy_extensions_clusters_dns_v3_dns_cluster } from '../../gen/envoy/extensions/clusters/dns/v3/dns_cluster_pb.js';
import { file_envoy_extensions_common_matching_v3_extension_matcher } from '../../gen/envoy/extensions/common/matching/v3/extension_matcher_pb.js';
import { file_envoy_extensions_filters_common_matcher_action_v3_skip_action } from '../../gen/envoy/extensions/filters/common/matcher/action/v3/skip_action_pb.js';
import { file_envoy_extensions_filters_http_api_key_auth_v3_api_key_auth } from '../../gen/envoy/extensions/filters/http/api_key_auth/v3/api_key_auth_pb.js';
import { file_envoy_extensions_filters_http_aws_request_signing_v3_aws_request_signing } from '../../gen/envoy/extensions/filters/http/aws_request_signing/v3/aws_request_signing_pb.js';
import { file_envoy_extensions_filters_http_composite_v3_composite } from '../../gen/envoy/extensions/filters/http/composite/v3/composite_pb.js';
import { file_envoy_extensions_filters_http_cors_v3_cors } from '../../gen/envoy/extensions/filters/http/cors/v3/cors_pb.js';
import { file_envoy_extensions_filters_http_credential_injector_v3_credential_injector } from '../../gen/envoy/extensions/filters/http/credential_injector/v3/credential_injector_pb.js';
import { file_envoy_extensions_filters_http_ext_proc_v3_ext_proc } from '../../gen/envoy/extensions/filters/http/ext_proc/v3/ext_proc_pb.js';
import { file_envoy_extensions_filters_http_header_mutation_v3_header_mutation } from '../../gen/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.js';
import { file_envoy_extensions_filters_http_health_check_v3_health_check } from '../../gen/envoy/extensions/filters/http/health_check/v3/health_check_pb.js';
import { file_envoy_extensions_filters_http_jwt_authn_v3_config } from '../../gen/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js';
import { file_envoy_extensions_filters_http_lua_v3_lua } from '../../gen/envoy/extensions/filters/http/lua/v3/lua_pb.js';
import { file_envoy_extensions_filters_http_router_v3_router } from '../../gen/envoy/extensions/filters/http/router/v3/router_pb.js';
import { file_envoy_extensions_filters_http_upstream_codec_v3_upstream_codec } from '../../gen/envoy/extensions/filters/http/upstream_codec/v3/upstream_codec_pb.js';
import { file_envoy_extensions_filters_http_wasm_v3_wasm } from '../../gen/envoy/extensions/filters/http/wasm/v3/wasm_pb.js';
import { file_envoy_extensions_filters_listener_tls_inspector_v3_tls_inspector } from '../../gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js';
import { file_envoy_extensions_filters_network_http_connection_manager_v3_http_connection_manager } from '../../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { file_envoy_extensions_http_early_header_mutation_header_mutation_v3_header_mutation } from '../../gen/envoy/extensions/http/early_header_mutation/header_mutation/v3/header_mutation_pb.js';
import { file_envoy_extensions_http_injected_credentials_generic_v3_generic } from '../../gen/envoy/extensions/http/injected_credentials/generic/v3/generic_pb.js';
import { file_envoy_extensions_resource_monitors_downstream_connections_v3_downstream_connections } from '../../gen/envoy/extensions/resource_monitors/downstream_connections/v3/downstream_connections_pb.js';
import { file_envoy_extensions_resource_monitors_fixed_heap_v3_fixed_heap } from '../../gen/envoy/extensions/resource_monitors/fixed_heap/v3/fixed_heap_pb.js';
import { file_envoy_extensions_retry_host_previous_hosts_v3_previous_hosts } from '../../gen/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb.js';
import { file_envoy_extensions_router_cluster_specifiers_priority_group_v3_priority_group } from '../../gen/envoy/extensions/router/cluster_specifiers/priority_group/v3/priority_group_pb.js';
import { file_envoy_extensions_transport_sockets_tls_v3_secret } from '../../gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import { file_envoy_extensions_transport_sockets_tls_v3_tls } from '../../gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import { file_envoy_extensions_upstreams_http_v3_http_protocol_options } from '../../gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js';
import { file_envoy_service_runtime_v3_rtds } from '../../gen/envoy/service/runtime/v3/rtds_pb.js';
import { file_envoy_type_matcher_v3_http_inputs } from '../../gen/envoy/type/matcher/v3/http_inputs_pb.js';
import { file_envoy_type_matcher_v3_status_code_input } from '../../gen/envoy/type/matcher/v3/status_code_input_pb.js';
import { file_sluice_program_v1_program } from '../../gen/sluice/program/v1/program_pb.js';

/** Every message that may stand in an `Any` of what we send: for looking into resources and for printing them. */
export const messageTypes = createRegistry(
  file_envoy_config_bootstrap_v3_bootstrap,
  file_envoy_config_cluster_v3_cluster,
  file_envoy_config_core_v3_extension,
  file_envoy_config_endpoint_v3_endpoint,
  file_envoy_config_listener_v3_listener,
  file_envoy_config_route_v3_route,
  file_envoy_config_route_v3_route_components,
  file_envoy_config_route_v3_scoped_route,
  file_envoy_extensions_access_loggers_file_v3_file,
  file_envoy_extensions_access_loggers_filters_cel_v3_cel,
  file_envoy_extensions_access_loggers_stream_v3_stream,
  file_envoy_extensions_clusters_dns_v3_dns_cluster,
  file_envoy_extensions_common_matching_v3_extension_matcher,
  file_envoy_extensions_filters_common_matcher_action_v3_skip_action,
  file_envoy_extensions_filters_http_api_key_auth_v3_api_key_auth,
  file_envoy_extensions_filters_http_aws_request_signing_v3_aws_request_signing,
  file_envoy_extensions_filters_http_composite_v3_composite,
  file_envoy_extensions_filters_http_cors_v3_cors,
  file_envoy_extensions_filters_http_credential_injector_v3_credential_injector,
  file_envoy_extensions_filters_http_ext_proc_v3_ext_proc,
  file_envoy_extensions_filters_http_header_mutation_v3_header_mutation,
  file_envoy_extensions_filters_http_health_check_v3_health_check,
  file_envoy_extensions_filters_http_jwt_authn_v3_config,
  file_envoy_extensions_filters_http_lua_v3_lua,
  file_envoy_extensions_filters_http_router_v3_router,
  file_envoy_extensions_filters_http_upstream_codec_v3_upstream_codec,
  file_envoy_extensions_filters_http_wasm_v3_wasm,
  file_envoy_extensions_filters_listener_tls_inspector_v3_tls_inspector,
  file_envoy_extensions_filters_network_http_connection_manager_v3_http_connection_manager,
  file_envoy_extensions_http_early_header_mutation_header_mutation_v3_header_mutation,
  file_envoy_extensions_http_injected_credentials_generic_v3_generic,
  file_envoy_extensions_resource_monitors_downstream_connections_v3_downstream_connections,
  file_envoy_extensions_resource_monitors_fixed_heap_v3_fixed_heap,
  file_envoy_extensions_retry_host_previous_hosts_v3_previous_hosts,
  file_envoy_extensions_router_cluster_specifiers_priority_group_v3_priority_group,
  file_envoy_extensions_transport_sockets_tls_v3_secret,
  file_envoy_extensions_transport_sockets_tls_v3_tls,
  file_envoy_extensions_upstreams_http_v3_http_protocol_options,
  file_envoy_service_runtime_v3_rtds,
  file_envoy_type_matcher_v3_http_inputs,
  file_envoy_type_matcher_v3_status_code_input,
  file_google_protobuf_wrappers,
  file_sluice_program_v1_program,
);
