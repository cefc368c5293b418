# What the benchmarks share: they read it with `source`, after they have set `root`.

benchmarks=$root/Benchmarks
export LC_ALL=C

fail() {
    echo "${0##*/}: $1" >&2
    exit "${2:-1}"
}

# Makes the directory `work` in the one given, to be removed when the script ends.
make_work_directory() {
    mkdir -p "$1"
    work=$(mktemp -d "$(cd "$1" && pwd)/work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# Sets `wordcount` to the program to measure: that of the environment, or one built now.
find_wordcount() {
    wordcount=${WORDCOUNT:-}
    if [[ -z $wordcount ]]; then
        swift build --package-path "$root" -c release --product wordcount >&2
        wordcount=$(swift build --package-path "$root" -c release --show-bin-path)/wordcount
    fi
    [[ -x $wordcount ]] || fail "no program at $wordcount"
}
