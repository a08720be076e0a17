# shellcheck shell=sh
# What a deploy does on the machine that holds the folder, in the words of every POSIX shell, with the tools of
# GNU, BSD and BusyBox. Called as: PATH STORE FUNCTION ARGUMENT…; lists come on standard input, one name a line.
# Lines break: each function can be called again after it was cut anywhere. All is in braces, as half of that is no
# script.

{
set -eu
path=$1
store=$2
shift 2
lock=$store/lock

# Whoever holds the host, or nothing.
holder() { cat "$lock/token" 2>/dev/null || true; }

# The number of files and folders below one.
count() { (cd "$1" && find . | wc -l); }

# What is in the place of the link, unless nothing is: where a link leads, or `taken`.
obstacle() {
  if [ -L "$path" ]; then
    readlink "$path"
  elif [ -d "$path" ]; then
    if [ -n "$(ls -A "$path")" ]; then printf taken; fi
  elif [ -e "$path" ]; then
    printf taken
  fi
}

# Where the link leads, whether anything is there, and all states.
look() {
  printf '%s\n' "$(readlink "$path" || true)"
  if [ -d "$path" ]; then echo there; else echo gone; fi
  for state in "$store"/states/*.json; do
    if [ -f "$state" ]; then
      cat "$state"
      printf '\n'
    fi
  done
}

# The parts of these names.
parts() {
  cd "$store/parts"
  while read -r part; do
    cat "$part"
    printf '\n'
  done
}

# The lengths of a tree's files; after an empty line what is neither file nor folder. What may not be read is no
# reason not to go on.
lengths() {
  cd "$store/$1"
  find . -type f -exec wc -c {} + || true
  printf '\n'
  find . ! -type d ! -type f || true
}

# Files of a tree that were written to after its state was deployed.
newer() {
  cd "$store/$1"
  find . -type f -newer "../states/$1.json" || true
}

busy() {
  renewed=$(stat -c %Y "$lock" 2>/dev/null || stat -f %m "$lock" 2>/dev/null || date +%s)
  printf 'busy %s %s %s' "$renewed" "$(cat "$lock/since" 2>/dev/null)" "$(holder)"
  exit 0
}

# Takes the latch for TOKEN at the second NOW, from nobody, from DEAD, or from one that is older than MINUTES.
take() {
  token=$1 dead=$2 now=$3 minutes=$4
  mkdir -p "$store"
  chmod a+rx "$store" 2>/dev/null || true
  if ! mkdir "$lock" 2>/dev/null; then
    other=$(holder)
    if [ "$other" = "$token" ]; then
      :
    elif [ "$other" = "$dead" ] || [ -n "$(find "$lock" -prune -mmin "+$minutes")" ]; then
      # Of two who find one that counts for nothing, one has it out of the way, and sees that it was that one.
      aside=$lock.$token
      mv "$lock" "$aside" 2>/dev/null || busy
      if [ "$(cat "$aside/token" 2>/dev/null || true)" != "$other" ]; then
        mv "$aside" "$lock"
        busy
      fi
      rm -rf "$aside"
      mkdir "$lock" 2>/dev/null || busy
    else
      busy
    fi
  fi
  printf %s "$now" >"$lock/since"
  printf %s "$token" >"$lock/token"
  touch "$lock"
  printf taken
}

renew() { if [ "$(holder)" = "$1" ]; then touch "$lock"; fi; }

release() { if [ "$(holder)" = "$1" ]; then rm -rf "$lock"; fi; }

# Makes a tree for the state NUMBER out of the tree CURRENT, where there is one, and tells its name. Each time in a
# folder of its own: what an earlier deploy has begun may still be going on. The same files under other names: what
# changes is put in their place by other files. Those of other users may not be linked.
grow() {
  number=$1 current=${2-}
  cd "$store"
  new=$(mktemp -d "./$number.XXXXXX")
  chmod 755 "$new"
  if [ -n "$current" ]; then
    cp -al "$current"/. "$new"/ 2>/dev/null || cp -an "$current"/. "$new"/ || true
    if [ "$(count "$current")" != "$(count "$new")" ]; then
      echo 'not all files there could be carried on' >&2
      exit 1
    fi
  fi
  for begun in ./[0-9]*.*; do
    if [ "$begun" != "$new" ]; then
      # What a first deploy that was cut has put is not sent again.
      if [ -z "$current" ]; then cp -al "$begun"/. "$new"/ 2>/dev/null || true; fi
      rm -rf "$begun" || true
    fi
  done
  printf %s "$new"
}

# Removes these files of a tree.
remove() {
  cd "$store/$1"
  while IFS= read -r file; do
    rm -f "./$file" || true
  done
  find . -mindepth 1 -type d -empty -delete
}

# Has a tree share these files with the tree of a state.
share() {
  cd "$store/$1"
  while IFS= read -r file; do
    mkdir -p "$(dirname "./$file")"
    ln -f "../$2/$file" "./$file"
  done
}

# Removes the empty folders of a tree.
prune() {
  cd "$store"
  find "$1" -mindepth 1 -type d -empty -delete
}

# Has readers see the tree NEW as that of the state NUMBER, in one step, if TOKEN still holds the host, and not
# before what is written down of it stands. It may have been done already, by a call whose answer was lost.
exchange() {
  number=$1 new=$2 token=$3 target=$4
  if [ "$(holder)" != "$token" ]; then
    printf lost
    exit 0
  fi
  if [ -d "$store/$new" ] && [ "$(readlink "$path" || true)" = "$target" ]; then
    printf lost
    exit 0
  fi
  (
    cd "$store"
    if [ -d "$new" ]; then
      rm -rf "$number"
      mv "$new" "$number"
    fi
    mkdir -p states
    if [ -f "next.$token.json" ]; then mv "next.$token.json" "states/$number.json"; fi
    rm -f next.*.json
  )
  rm -f "$store/next"
  ln -s "$target" "$store/next"
  if [ -d "$path" ] && [ ! -L "$path" ]; then rmdir "$path"; fi
  mv -fT "$store/next" "$path" 2>/dev/null || mv -fh "$store/next" "$path"
}

# What is written from now on to the tree of a state was not written by its deploy.
stamp() { touch "$store/states/$1.json"; }

# Removes these from the folder of the trees.
forget() {
  cd "$store"
  while IFS= read -r name; do
    rm -rf "./$name"
  done
}

"$@"
}
