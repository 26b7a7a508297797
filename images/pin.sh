#!/bin/sh
# Writes the digest behind every base image of the Dockerfile, as the registries answer today. A release runs this,
# looks at the difference and commits it: what is built then depends on nobody's moving tags.
set -eu
cd "$(dirname "$0")"
. ./needs.sh
needs_buildx

# All or none: a registry that does not answer leaves the Dockerfile as it is.
pinned=$(mktemp)
trap 'rm -f "$pinned"' EXIT
cp Dockerfile "$pinned"
sed -n 's/^ARG \([A-Z]*_IMAGE\)=\([^@]*\).*/\1 \2/p' Dockerfile | while read -r name image; do
  # With print: buildx answers a format that begins with .Manifest by a description of an image of several platforms.
  digest=$(docker buildx imagetools inspect "$image" --format '{{print .Manifest.Digest}}') || digest=
  case $digest in
    sha256:*) ;;
    *) fail "there is no digest for $image. Look at what its registry answers above." ;;
  esac
  sed -i "s|^ARG $name=.*|ARG $name=$image@$digest|" "$pinned"
  echo "$name $image@$digest"
done
cat "$pinned" >Dockerfile
