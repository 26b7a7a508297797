# For the scripts here: what they stand on, said in a sentence where it is missing.

fail() {
  echo "images: $1" >&2
  exit 1
}

needs_buildx() {
  command -v docker >/dev/null || fail 'docker is missing. Install Docker with buildx and try again.'
  docker buildx version >/dev/null 2>&1 || fail 'docker has no buildx. Install it (docker-buildx or docker-buildx-plugin) and try again.'
}
