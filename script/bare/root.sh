# Makes minimal Debians in folders, for script/check-bare, which reads this file. It keeps a base; a
# root is a throw-away layer over it.
#
# A command in a root runs in namespaces of its own: its mounts and its processes end with it, however
# it ends. So no mount is ever left under a folder that is removed.

cache="${XDG_CACHE_HOME:-$HOME/.cache}/thalweg/bare"
mirror="${DEBIAN_MIRROR:-http://deb.debian.org/debian}"
base_days=14
child='' child_log="$(mktemp)"
say() { echo "check-bare: $*"; }
cannot() { say "$*" >&2; exit 3; }

need_means() {
  [ "$(id -u)" -eq 0 ] || cannot 'needs root, for chroot and mount'
  command -v debootstrap >/dev/null || cannot 'debootstrap is not installed (apt-get install debootstrap)'
  command -v npm >/dev/null || cannot 'npm is not on PATH'
  unshare --mount --pid --fork mount -t tmpfs none /mnt 2>/dev/null || cannot 'mounting is not permitted here'
  local foreign
  foreign="$(ldd "$(node_file)" | awk '{ print $1 }' |
    grep -vE '^(linux-vdso|/.*/ld-linux|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+)\.so)' | xargs)" || true
  [ -z "$foreign" ] || cannot "this Node.js needs libraries that a bare machine lacks: $foreign"
  mkdir -p -m 700 "$cache"
}

node_file() { node -p 'fs.realpathSync(process.execPath)'; }

# One run at a time works with a release, and first removes what an interrupted one left.
lock_release() {
  exec 9>"$cache/$1.lock"
  flock -n 9 || { say "waiting for another run with $1"; flock 9; }
  # shellcheck disable=SC2034 # check-bare removes them where it ends early
  locked="$1"
  remove_roots "$1"
}

# ---- bases --------------------------------------------------------------------------------------
# make_base RELEASE: makes it in $cache/RELEASE, whole or not at all, and again when it is old.
make_base() {
  local release="$1" base="$cache/$1" new="$cache/work-$1.base"
  [ -n "$(find "$base/made" -mtime "-$base_days" 2>/dev/null)" ] &&
    grep -qxF "$mirror" "$base/made" && return
  say "making a minimal Debian $release"
  mkdir -p "$new"
  confine "unshare --mount --pid --fork --kill-child debootstrap --variant=minbase \
    --include=ca-certificates $release $(printf '%q ' "$new/root" "$mirror")" || return 1
  echo "$mirror" >"$new/made"
  remove_folder "$base" && mv -T "$new" "$base"
}

# ---- roots --------------------------------------------------------------------------------------
# make_root RELEASE FOLDER: lays over the base Node.js, npm and this machine's way to the network.
make_root() {
  local release="$1" folder="$2"
  mkdir -p "$folder"/{upper,work,root} "$cache/npm" "$cache/archives-$release"
  echo "$release" >"$folder/release"
  unshare --mount bash -ec "$(mount_root "$folder")" 2>/dev/null || {
    rm -rf "$folder/upper"
    cp -a --reflink=auto "$cache/$release/root/." "$folder/root"
  }
  # A throw-away layer need not survive a power cut.
  mkdir -p "$(files_of "$folder")/etc/dpkg/dpkg.cfg.d"
  echo force-unsafe-io >"$(files_of "$folder")/etc/dpkg/dpkg.cfg.d/fast"
  copy_node "$(files_of "$folder")" && copy_network "$(files_of "$folder")"
}

# The root gets files that are put here.
files_of() { if [ -d "$1/upper" ]; then echo "$1/upper"; else echo "$1/root"; fi; }

copy_node() {
  local to="$1" file prefix
  file="$(node_file)" prefix="$(dirname "$(dirname "$(node_file)")")"
  mkdir -p "$to"/usr/{bin,lib/node_modules,include} &&
    cp "$file" "$to/usr/bin/node" &&
    cp -r "$(npm root -g)/npm" "$to/usr/lib/node_modules/" &&
    ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$to/usr/bin/npm" &&
    ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$to/usr/bin/npx" || return 1
  [ ! -d "$prefix/include/node" ] || cp -r "$prefix/include/node" "$to/usr/include/"
}

# Proxies, mirrors and certificates are this machine's.
copy_network() {
  local to="$1" file
  for file in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt \
    "$(npm config get cafile)" "${NODE_EXTRA_CA_CERTS:-}"; do
    [ ! -f "$file" ] || install -D -m 644 "$file" "$to$file" || return 1
  done
  file="$(npm config get globalconfig)"
  [ ! -f "$file" ] || install -D -m 644 "$file" "$to/usr/etc/npmrc" || return 1
  file="$(npm config get userconfig)"
  [ ! -f "$file" ] || install -D -m 600 "$file" "$to/root/.npmrc" || return 1
  mkdir -p "$to/etc/apt/apt.conf.d" &&
    apt-config dump | grep -E '^Acquire::(https?|ftp|Retries|Check-Valid-Until|Check-Date)' \
      >"$to/etc/apt/apt.conf.d/90host" || true
}

# ---- commands in roots --------------------------------------------------------------------------
# Prints the commands that mount a root and the rest of a system. The downloads of npm and apt are
# kept; both programs compare them with checksums.
mount_root() {
  local folder="$1" release
  release="$(cat "$1/release")"
  [ ! -d "$folder/upper" ] || printf 'mount -t overlay overlay -o %q %q\n' \
    "lowerdir=$cache/$release/root,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
  printf 'cd %q\n' "$folder/root"
  echo 'mount -t proc proc proc; mount --rbind /dev dev; [ ! -d dev/shm ] || mount -t tmpfs tmpfs dev/shm'
  printf 'mkdir -p root/.npm; mount --bind %q root/.npm\n' "$cache/npm"
  printf 'mount --bind %q var/cache/apt/archives\n' "$cache/archives-$release"
}

# inside FOLDER DIRECTORY COMMAND: runs with nothing of this shell's environment but the proxy's address.
inside() {
  local name kept=()
  for name in {http,https,no}_proxy {HTTP,HTTPS,NO}_PROXY NODE_EXTRA_CA_CERTS; do
    [ -z "${!name:-}" ] || kept+=("$(printf %q "$name=${!name}")")
  done
  confine "unshare --mount --pid --fork --kill-child bash -ec $(printf %q "$(mount_root "$1")
    exec chroot . /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      DEBIAN_FRONTEND=noninteractive ${kept[*]} /bin/bash -c $(printf %q "cd $2 && $3")")"
}

# confine COMMAND: runs it in the background, so that a signal's trap need not wait. Its output goes to
# $child_log, and to this script's output: at once where live=1, else after it has failed.
confine() {
  local status=0 follower=''
  : >"$child_log"
  set -m
  bash -c "exec setpriv --pdeathsig KILL $1" >"$child_log" 2>&1 </dev/null &
  child=$!
  set +m
  if [ "${live:-0}" -eq 1 ]; then
    tail -n +1 -s 0.2 -f --pid="$child" "$child_log" &
    follower=$!
  fi
  wait "$child" || status=$?
  child=''
  [ -z "$follower" ] || wait "$follower"
  [ "$status" -eq 0 ] || [ -n "$follower" ] || tail -n 40 "$child_log" >&2
  return "$status"
}

# ---- removal ------------------------------------------------------------------------------------
stop_inside() {
  [ -z "$child" ] || { kill -KILL "$child" && wait "$child"; } 2>/dev/null || true
  rm -f "$child_log"
}

# Nothing is removed that has something mounted below it.
remove_folder() {
  ! grep -qF " ${1// /\\040}/" /proc/self/mountinfo || { say "$1 has mounts below it; it stays" >&2; return 1; }
  # Processes may still write while they are killed.
  rm -rf --one-file-system "$1" 2>/dev/null || { sleep 1; rm -rf --one-file-system "$1"; }
}

remove_roots() {
  local folder
  for folder in "$cache/work-$1".*; do
    [ ! -e "$folder" ] || remove_folder "$folder"
  done
}
