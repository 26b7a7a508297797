import { createRegistry } from '@bufbuild/protobuf';
import { file_envoy_config_cluster_v3_cluster } from '../../../gen/envoy/config/cluster/v3/cluster_pb.js';
import { file_envoy_config_core_v3_extension } from '../../../gen/envoy/config/core/v3/extension_pb.js';
import { file_envoy_config_endpoint_v3_endpoint } from '../../../gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { file_envoy_config_listener_v3_listener } from '../../../gen/envoy/config/listener/v3/listener_pb.js';
import { file_envoy_config_route_v3_route } from '../../../gen/envoy/config/route/v3/route_pb.js';
import { file_envoy_config_route_v3_scoped_route } from '../../../gen/envoy/config/route/v3/scoped_route_pb.js';
import { file_envoy_extensions_common_matching_v3_extension_matcher } from '../../../gen/envoy/extensions/common/matching/v3/extension_matcher_pb.js';
import { file_envoy_extensions_filters_http_credential_injector_v3_credential_injector } from '../../../gen/envoy/extensions/filters/http/credential_injector/v3/credential_injector_pb.js';
import { file_envoy_extensions_filters_http_ext_proc_v3_ext_proc } from '../../../gen/envoy/extensions/filters/http/ext_proc/v3/ext_proc_pb.js';
import { file_envoy_extensions_filters_http_router_v3_router } from '../../../gen/envoy/extensions/filters/http/router/v3/router_pb.js';
import { file_envoy_extensions_filters_network_http_connection_manager_v3_http_connection_manager } from '../../../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { file_envoy_extensions_http_injected_credentials_generic_v3_generic } from '../../../gen/envoy/extensions/http/injected_credentials/generic/v3/generic_pb.js';
import { file_envoy_extensions_router_cluster_specifiers_priority_group_v3_priority_group } from '../../../gen/envoy/extensions/router/cluster_specifiers/priority_group/v3/priority_group_pb.js';
import { file_envoy_extensions_transport_sockets_tls_v3_secret } from '../../../gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import { file_envoy_extensions_transport_sockets_tls_v3_tls } from '../../../gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import { file_envoy_extensions_upstreams_http_v3_http_protocol_options } from '../../../gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js';
import { file_sluice_program_v1_program } from '../../../gen/sluice/program/v1/program_pb.js';

/**
 * Messages that the search for references can look into when they are packed in an `Any`. What is missing here is
 * passed over, so an extension that names clusters or secrets belongs here.
 */
export const packedTypes = createRegistry(
  file_envoy_config_cluster_v3_cluster,
  file_envoy_config_core_v3_extension,
  file_envoy_config_endpoint_v3_endpoint,
  file_envoy_config_listener_v3_listener,
  file_envoy_config_route_v3_route,
  file_envoy_config_route_v3_scoped_route,
  file_envoy_extensions_common_matching_v3_extension_matcher,
  file_envoy_extensions_filters_http_credential_injector_v3_credential_injector,
  file_envoy_extensions_filters_http_ext_proc_v3_ext_proc,
  file_envoy_extensions_filters_http_router_v3_router,
  file_envoy_extensions_filters_network_http_connection_manager_v3_http_connection_manager,
  file_envoy_extensions_http_injected_credentials_generic_v3_generic,
  file_envoy_extensions_router_cluster_specifiers_priority_group_v3_priority_group,
  file_envoy_extensions_transport_sockets_tls_v3_secret,
  file_envoy_extensions_transport_sockets_tls_v3_tls,
  file_envoy_extensions_upstreams_http_v3_http_protocol_options,
  file_sluice_program_v1_program,
);
