#!/usr/bin/env bats
# create-cow.sh with the real qemu-img, and a shim that only says how it was started.

bats_require_minimum_version 1.5.0

setup() {
  command -v qemu-img >/dev/null || skip "qemu-img is not installed (Debian: apt-get install qemu-utils)"
  script="$BATS_TEST_DIRNAME/../../examples/cow-sidecar/create-cow.sh"
  cd "$BATS_TEST_TMPDIR" || return
  mkdir images output
  image "$PWD/images/base.qcow2" qcow2
  export COW_BACKING_FILE="$PWD/images/base.qcow2" COW_OVERLAY="$PWD/output/overlay.qcow2"
  export SIDECAR_SHIM="$PWD/shim"
  # shellcheck disable=SC2016 # For the shim to expand.
  printf '#!/bin/sh\nprintf "%%s\\n" "shim $*, $COW_DISK on $COW_OVERLAY"\n' >shim
  chmod +x shim
}

# image FILE FORMAT: a disk of 1 MiB that begins with 64 KiB of 0xab.
image() {
  qemu-img create -q -f "$2" "$1" 1M
  qemu-io -f "$2" -c 'write -q -P 0xab 0 64k' "$1"
}

# hold IMAGE: keeps it open as a running QEMU does, for writing. release: no longer.
hold() {
  mkfifo held
  qemu-io -f qcow2 "$1" <held >/dev/null &
  exec 7>held
  for _ in $(seq 50); do
    qemu-img info "$1" >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  return 1
}

release() {
  exec 7>&-
  wait
}

# refused MESSAGE: the last run failed with it, and the shim was not started. qemu-img's own words may precede it.
refused() {
  echo "$output"
  [ "$status" -eq 1 ]
  [ "${lines[-1]}" = "create-cow: $1" ]
  [[ "$output" != *"shim "* ]]
}

@test "the overlay is backed by the image, and the shim is started with the arguments" {
  run --separate-stderr sh "$script" --version v1alpha3
  [ "$status" -eq 0 ]
  [ "$output" = "shim --version v1alpha3, root on $COW_OVERLAY" ]
  # shellcheck disable=SC2154 # bats sets it; ShellCheck 0.9 does not know
  [ "$stderr" = "create-cow: created $COW_OVERLAY over $COW_BACKING_FILE" ]
  info="$(qemu-img info --output=json "$COW_OVERLAY")"
  jq -e --arg file "$COW_BACKING_FILE" '.format == "qcow2" and ."virtual-size" == 1048576
    and ."backing-filename" == $file and ."backing-filename-format" == "qcow2"' <<<"$info"
  qemu-io -f qcow2 -r -c 'read -P 0xab 0 64k' -c 'read -P 0 64k 64k' "$COW_OVERLAY"
  [ "$(stat -c %a "$COW_OVERLAY")" = 660 ]
  [ "$(ls output)" = overlay.qcow2 ]
}

@test "without arguments the shim gets a version" {
  COW_DISK=data run --separate-stderr sh "$script"
  [ "$output" = "shim --version v1alpha2, data on $COW_OVERLAY" ]
}

@test "what the guest wrote survives the next start, also while QEMU has the overlay open" {
  sh "$script"
  qemu-io -f qcow2 -c 'write -P 0x11 0 64k' "$COW_OVERLAY"
  before="$(sha256sum "$COW_OVERLAY")"
  hold "$COW_OVERLAY"
  run --separate-stderr sh "$script"
  release
  [ "$output" = "shim --version v1alpha2, root on $COW_OVERLAY" ]
  [ "$stderr" = "create-cow: keeps $COW_OVERLAY" ]
  [ "$(sha256sum "$COW_OVERLAY")" = "$before" ]
}

@test "a raw image, said to be raw" {
  image "$PWD/images/base.raw" raw
  COW_BACKING_FILE="$PWD/images/base.raw" COW_BACKING_FORMAT=raw run sh "$script"
  [ "$status" -eq 0 ]
  qemu-io -f qcow2 -r -c 'read -P 0xab 0 64k' "$COW_OVERLAY"
}

@test "a name with blanks, quotes and a comma" {
  cp images/base.qcow2 "images/a 'b' \"c\",d.qcow2"
  COW_BACKING_FILE="$PWD/images/a 'b' \"c\",d.qcow2" COW_OVERLAY="$PWD/output/e,f g.qcow2" run sh "$script"
  [ "$status" -eq 0 ]
  qemu-io -r -c 'read -P 0xab 0 64k' --image-opts "driver=qcow2,file.filename=$PWD/output/e,,f g.qcow2"
}

@test "an image that is not of the format that was said" {
  image "$PWD/images/base.raw" raw
  COW_BACKING_FILE="$PWD/images/base.raw" run sh "$script"
  refused "$PWD/images/base.raw is of format raw, not qcow2: set COW_BACKING_FORMAT"
  COW_BACKING_FORMAT=raw run sh "$script"
  refused "$COW_BACKING_FILE is of format qcow2, not raw: set COW_BACKING_FORMAT"
  [ -z "$(ls output)" ]
}

@test "an image that is not there" {
  COW_BACKING_FILE=/no/such.qcow2 run sh "$script"
  refused "/no/such.qcow2 does not exist: does this node have the image, and is hostPath.volumePath its directory?"
}

@test "an image whose own backing file is not there" {
  qemu-img create -q -u -f qcow2 -F qcow2 -b gone.qcow2 images/middle.qcow2 1M
  COW_BACKING_FILE="$PWD/images/middle.qcow2" run sh "$script"
  refused "$COW_OVERLAY cannot be created, see above"
  [[ "$output" == *"images/gone.qcow2': No such file or directory"* ]]
  [ -z "$(ls output)" ]
}

@test "an image that somebody writes to" {
  hold "$COW_BACKING_FILE"
  run sh "$script"
  release
  refused "$COW_BACKING_FILE cannot be used, see above"
  [[ "$output" == *"Is another process using the image"* ]]
}

@test "an overlay of another image is not touched" {
  sh "$script"
  before="$(sha256sum "$COW_OVERLAY")"
  cp images/base.qcow2 images/new.qcow2
  first="$COW_BACKING_FILE"
  COW_BACKING_FILE="$PWD/images/new.qcow2" run sh "$script"
  refused "$COW_OVERLAY is backed by $first (qcow2), not by $PWD/images/new.qcow2 (qcow2): set COW_OVERLAY to another file, or delete this one and what the guest has written"
  [ "$(sha256sum "$COW_OVERLAY")" = "$before" ]
}

@test "a disk that is not an overlay is not touched" {
  image "$COW_OVERLAY" qcow2
  run sh "$script"
  refused "$COW_OVERLAY is backed by no image (no format), not by $COW_BACKING_FILE (qcow2): set COW_OVERLAY to another file, or delete this one and what the guest has written"
}

@test "a file that is not an image is not touched" {
  echo text >"$COW_OVERLAY"
  run sh "$script"
  refused "$COW_OVERLAY is not a qcow2 image, see above"
  [ "$(cat "$COW_OVERLAY")" = text ]
}

@test "no directory for the overlay" {
  COW_OVERLAY="$PWD/no/overlay.qcow2" run sh "$script"
  refused "$PWD/no is not a directory that user $(id -u) can write to: is it the entry's pvc.volumePath?"
}

@test "paths and formats that QEMU could take for something else" {
  COW_BACKING_FORMAT=nbd run sh "$script"
  refused "COW_BACKING_FORMAT is nbd: it must be qcow2 or raw"
  COW_BACKING_FILE=nbd:unix:/tmp/socket run sh "$script"
  refused "nbd:unix:/tmp/socket must be an absolute path"
  COW_OVERLAY=overlay.qcow2 run sh "$script"
  refused "overlay.qcow2 must be an absolute path"
}

@test "starts at the same time agree on one overlay" {
  for start in 1 2 3 4; do
    sh "$script" >"log.$start" 2>&1 &
  done
  wait
  [ "$(cat log.* | grep -c "^shim ")" -eq 4 ]
  [ "$(ls output)" = overlay.qcow2 ]
  qemu-io -f qcow2 -r -c 'read -P 0xab 0 64k' "$COW_OVERLAY"
}
