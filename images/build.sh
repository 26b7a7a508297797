#!/bin/sh
# Builds the images, and beside them a bill of what is in them.
#   images/build.sh [--release] REGISTRY [OPTION OF docker buildx build]...
#     for instance: images/build.sh --release registry.example.com/platform --secret id=npmrc,src="$HOME/.npmrc"
# What follows the registry goes to every build: the secrets npmrc and ca, with which packages are fetched, or base images
# of one's own (--build-arg NODE_IMAGE=...).
# Plain, they stay in the local engine, for this machine's architecture. With --release they are built for amd64 and arm64,
# pushed with a bill of materials and provenance attached, and what has no digest is refused. Docker's own builder attaches
# nothing: docker buildx create --use makes another one. Nothing of arm64 is run for it.
# The same commit gives the same layers: no time in them is that of the build.
set -eu
cd "$(dirname "$0")/.."
. images/needs.sh

is_release=false
if [ "${1:-}" = --release ]; then
  is_release=true
  shift
fi
case ${1:-} in
  '' | -*) fail 'usage: images/build.sh [--release] REGISTRY [OPTION OF docker buildx build]...' ;;
esac
[ -d node_modules ] && [ -d src/gen ] || fail 'this clone is not ready. Run make setup first.'
needs_buildx
# The Node of the clone, whichever the machine has.
export PATH="$PWD/node_modules/.bin:$PATH"
registry=$1
shift
version=$(node -p 'require("./package.json").version')
revision=$(git rev-parse HEAD)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

if $is_release; then
  # Envoy's image may be one by its tag: the Dockerfile holds the program, which is all it takes of it, to a digest.
  if grep -n '^ARG [A-Z]*_IMAGE=' images/Dockerfile | grep -v -e '@sha256:' -e 'ARG ENVOY_IMAGE='; then
    fail 'these base images have no digest. Run images/pin.sh, look at what it writes, and commit it.'
  fi
  for option; do
    case $option in
      *_IMAGE=*@sha256:* | *ENVOY_IMAGE=*) ;;
      *_IMAGE=*) fail "$option has no digest, and a release is built from nobody's moving tags: write NAME:TAG@sha256:..." ;;
    esac
  done
  [ -z "$(git status --porcelain)" ] || fail 'the working tree has changes; a release is built from a commit.'
fi

mkdir -p dist
node tools/images/bill-of-materials.ts cmd/controller/main.ts cmd/processor/main.ts cmd/practice/main.ts >dist/sbom.cdx.json
echo 'images: what they bring beside the base image is listed in dist/sbom.cdx.json'

build() {
  docker buildx build --file images/Dockerfile --target "$target" \
    --build-arg "VERSION=$version" --build-arg "REVISION=$revision" \
    --build-arg "SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH" "$@" .
}

for target in controller processor envoy practice; do
  name=$registry/sluice/$target:$version
  echo "images: $name"
  if $is_release; then
    build --platform linux/amd64,linux/arm64 --sbom=true --provenance=mode=max \
      --output "type=image,name=$name,push=true,rewrite-timestamp=true" "$@"
  else
    # Engines that attach a provenance by themselves make an index of it, over which `kind load` may stumble.
    build --provenance=false --load --tag "$name" "$@"
  fi
done
