// Package crds names the module that carries the CustomResourceDefinitions of the Gateway API, which the tests install.
// They are not ours to ship, so that nothing in this repository is a copy of them.
package crds

import _ "sigs.k8s.io/gateway-api/apis/v1"
