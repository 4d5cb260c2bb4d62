//go:build tools

// Package tools pins the Pulumi engine that `make` builds where no pulumi is on PATH.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
