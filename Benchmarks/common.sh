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

# Sets `products` to the folder of programs built in release: that of the environment's PRODUCTS, or
# of a build made now of those that are named.
find_products() {
    products=${PRODUCTS:-}
    if [[ -z $products ]]; then
        for product in "$@"; do
            swift build --package-path "$root" -c release --product "$product" >&2
        done
        products=$(swift build --package-path "$root" -c release --show-bin-path)
    fi
    for product in "$@"; do
        [[ -x $products/$product ]] || fail "no program at $products/$product"
    done
}

# Starts `mapreduce` with these arguments, and sets `url` when it listens.
start_service() {
    "$products/mapreduce" "$@" > "$work/service" &
    service=$!
    trap 'kill $service 2> /dev/null || true; wait $service || true; rm -rf "$work"' EXIT
    for ((try = 0; try < 600; try++)); do
        grep -qs "coordinator at" "$work/service" && break
        sleep 0.1
    done
    url=$(grep -o 'http://[^, ]*' "$work/service" | head -n 1) || fail "mapreduce did not start"
}

stop_service() {
    kill "$service"
    wait "$service"
    trap 'rm -rf "$work"' EXIT
}
