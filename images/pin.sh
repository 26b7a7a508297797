#!/bin/sh
# Writes the digest behind every base image of the Dockerfile, as the registries answer today. A release runs this,
# looks at the difference and commits it: what is built then depends on nobody's moving tags.
set -eu
cd "$(dirname "$0")"

sed -n 's/^ARG \([A-Z]*_IMAGE\)=\([^@]*\).*/\1 \2/p' Dockerfile | while read -r name image; do
  digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')
  case $digest in
    sha256:*) ;;
    *)
      echo "pin: the registry answers no digest for $image." >&2
      exit 1
      ;;
  esac
  sed -i "s|^ARG $name=.*|ARG $name=$image@$digest|" Dockerfile
  echo "$name $image@$digest"
done
