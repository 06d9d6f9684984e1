#!/usr/bin/env bash
# Installs what the system tests run against, on Debian, as root. Takes under a second when everything is there already.
#
#   swaks    an SMTP client that states another address by XCLIENT; from its package
#   chromium the browser that looks at the local page; from its package
#   postfix, exim, opensmtpd, sendmail  mail servers
#   rbldnsd  a server of DNS lists
#   unbound  a resolver
#
# The servers are unpacked into a folder, not installed. Mail servers exclude each other as packages; an installed one would
# listen on port 25, and an installed resolver would become this machine's own at its next start. Unpacked, all lie side by
# side, none is started, and each test runs its own with its own configuration. programs.ts finds them.
set -euo pipefail

programs=${XDG_CACHE_HOME:-$HOME/.cache}/quietgate-system
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
policy=/usr/sbin/policy-rc.d
made_policy=no
updated=no

main() {
  require_debian
  install_packages swaks chromium
  unpack postfix postfix
  unpack exim exim4-daemon-light
  unpack opensmtpd opensmtpd
  unpack sendmail sendmail-bin
  complete exim usr/sbin/exim4
  complete opensmtpd usr/sbin/smtpd
  complete sendmail usr/libexec/sendmail/sendmail
  unpack rbldnsd rbldnsd
  unpack unbound unbound
}

# install_packages PACKAGES...: those that are missing, by apt-get. No daemon that comes with one of them is started.
install_packages() {
  local package missing=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  update
  forbid_daemons
  quietly apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 "${missing[@]}"
  allow_daemons
  echo "installed ${missing[*]}"
}

# unpack NAME PACKAGES...: the packages, and the libraries that they need and this machine lacks, as files under
# $programs/NAME. None of their scripts runs, and dpkg knows nothing of it.
unpack() {
  local name=$1 folder=$programs/$1
  shift
  [ "$(cat "$folder/.packages" 2>/dev/null)" = "$*" ] && return
  update
  local libraries
  libraries=$(apt-get -s install --no-install-recommends "$@" | awk '$1 == "Inst" && $2 ~ /^lib/ && $3 !~ /^\[/ { print $2 }')
  # Made beside its place and moved there: an interrupted run leaves nothing that looks complete.
  local fresh=$folder.new
  rm -rf "$fresh"
  mkdir -p "$fresh/.archives"
  # shellcheck disable=SC2086 # one word for each library
  (cd "$fresh/.archives" && quietly apt-get -o APT::Sandbox::User=root download "$@" $libraries)
  local archive
  for archive in "$fresh"/.archives/*.deb; do
    dpkg -x "$archive" "$fresh"
  done
  rm -r "$fresh/.archives"
  echo "$*" >"$fresh/.packages"
  rm -rf "$folder"
  mv "$fresh" "$folder"
  echo "unpacked $* into $folder"
}

# complete NAME PROGRAM: copies every library of the program that this machine has into $programs/NAME, at its own path, so that
# the folder can be a root (chroot). These servers look for accounts and folders at paths that nothing can change.
complete() {
  local folder=$programs/$1 libraries
  [ -e "$folder/.complete" ] && return
  libraries=$(LD_LIBRARY_PATH=$(echo "$folder"/usr/lib/*-linux-gnu) ldd "$folder/$2" | grep -o '/[^ ]*' | grep -v "^$folder/")
  # shellcheck disable=SC2086 # one word for each library
  cp -L --parents $libraries "$folder"
  touch "$folder/.complete"
}

require_debian() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
    stop "The system tests need Debian's packages, and this machine has no apt-get. Run them in a Debian 12 container."
  fi
  if [ "$(id -u)" -ne 0 ]; then
    stop "The system tests need root: apt-get installs, and Postfix starts as root. Run $0 as root, or in a container."
  fi
}

is_installed() {
  dpkg -s "$1" 2>/dev/null | grep -q '^Status: install ok installed'
}

update() {
  [ "$updated" = yes ] && return
  quietly apt-get update
  updated=yes
}

# 101: "action forbidden by policy" (invoke-rc.d). Many containers have such a file, which is theirs to keep.
forbid_daemons() {
  [ -e "$policy" ] && return
  made_policy=yes
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

allow_daemons() {
  [ "$made_policy" = yes ] && rm -f "$policy"
  made_policy=no
}

clean_up() {
  allow_daemons
  rm -f "$log"
}

# Shows what a command wrote only if it failed.
quietly() {
  "$@" >"$log" 2>&1 </dev/null && return
  cat "$log" >&2
  stop "\"$*\" failed: see above."
}

stop() {
  echo "$1" >&2
  exit 1
}

trap clean_up EXIT
main
