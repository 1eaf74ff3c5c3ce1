# Parts of compare: checkpoint families, single measurements, rows of tables. Read by it, not run.
# shellcheck shell=sh disable=SC2154,SC2164 # compare sets the variables, and -e

# The statistics of one row, from lines "label pair seconds processor-seconds KiB".
# shellcheck disable=SC2016 # $ belongs to awk
row_awk='
function sort(v, n,    i, j, x) {
    for (i = 2; i <= n; i++) {
        x = v[i]
        for (j = i - 1; j > 0 && v[j] > x; j--) v[j + 1] = v[j]
        v[j + 1] = x
    }
}
function median(v, n) { return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2 }
function spread(v, n,    f) {
    sort(v, n)
    f = v[n] < 1 ? "%.3f" : "%.2f"
    return n == 1 ? sprintf(f, v[1]) : sprintf(f " (" f " to " f ")", median(v, n), v[1], v[n])
}
$1 == "subject" { n++; seconds[n] = $3; at[$2] = $3; cpu[n] = $4; if ($5 > peak) peak = $5 }
$1 == "reference" { m++; other[m] = $3; base[$2] = $3 }
END {
    for (pair in base) { k++; against[k] = difference ? at[pair] - base[pair] : at[pair] / base[pair] }
    printf "| %s | %d | %s |", label, n, spread(seconds, n)
    if (m) printf " %s | %s |", spread(other, m), spread(against, k)
    sort(cpu, n)
    printf " %.1f | %.0f MiB |\n", median(cpu, n), peak / 1024
}'

say() {
    printf 'compare: %s\n' "$*" >&2
}

fail() {
    code=$1
    shift
    say "$*"
    exit "$code"
}

# Sets java and the commit; builds the command with its start-up cache, and the generator.
prepare() {
    java=${JAVA_HOME:+$JAVA_HOME/bin/}java
    runtime=$("$java" -version 2>&1) || fail 5 "no Java at $java"
    case $runtime in
        *\"2[5-9]* | *\"[3-9][0-9]*) ;;
        *) fail 5 "$java is not a Java 25 or newer: set JAVA_HOME" ;;
    esac
    env time -f %M true 2>/dev/null || fail 5 'GNU time is missing'
    say 'building'
    "$merge" --version >/dev/null
    (cd "$root" && mvn -q -B -pl benchmarks -am package -Dmaven.test.skip=true) >"$folder/log" 2>&1 || {
        cat "$folder/log" >&2
        fail 5 'the build failed'
    }
    commit=$(git -C "$root" rev-parse --short HEAD 2>/dev/null) || commit=unknown
    [ -z "$(git -C "$root" status --porcelain 2>/dev/null)" ] || commit="$commit, changed"
    printf 'Machine: %s cores, %s, %s; %s; %s; commit %s.\n' "$(nproc)" \
        "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)" \
        "$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)" \
        "$(printf '%s' "$runtime" | sed -n '2s/ (.*//p')" \
        "$(date -u +%Y-%m-%d)" "$commit"
}

title() {
    printf '\n### %s\n\n%s\n\n' "$1" "$2"
    say "$part: $1"
}

# table_head REFERENCE RATIO: the head of a table; without a reference, of one that compares with nothing.
table_head() {
    if [ -n "$1" ]; then
        printf '| what | runs | seconds | %s, seconds | %s | processor seconds | peak memory |\n' "$1" "$2"
        echo '|---|---|---|---|---|---|---|'
    else
        printf '| what | runs | seconds | processor seconds | peak memory |\n'
        echo '|---|---|---|---|---|'
    fi
}

ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4g", a / b }'
}

megabytes() {
    awk -v bytes="$(stat -c %s "$1")" 'BEGIN { printf "%.0f", bytes / 1000000 }'
}

# family DTYPE MIB EXPERTS: makes checkpoints and enters their folder; mostly holes if the disk is short.
family() {
    work=$folder/family
    rm -rf "$work"
    mkdir -p "$work"
    experts=$3
    holes='' every=1
    free=$(df -Pk "$folder" | awk 'NR == 2 { printf "%d", $4 / 1024 }')
    if [ "$(($2 * ($3 + 2) + 4096))" -gt "$free" ]; then
        [ "$(($2 + $2 * ($3 + 1) / 16 + 2048))" -lt "$free" ] || fail 5 "no space for models of $2 MiB"
        every=16 holes=', 15 of 16 blocks holes'
    fi
    say "making $3 experts and a base of $2 MiB, $1$holes"
    "$java" -cp "$here/target/benchmarks.jar" org.modelmerge.benchmarks.CheckpointFamily "$work" "$1" \
        "$(($2 * 1048576))" "$3" "$every"
    cd "$work"
    : >hashes
    sync
    # shellcheck disable=SC2046 # the names have no blanks
    cat $(inputs) >/dev/null
}

drop_family() {
    cd "$folder"
    rm -rf "$folder/family"
}

# The inputs of a merge: base and the experts that count at the moment.
inputs() {
    printf 'base.safetensors'
    number=1
    while [ "$number" -le "$experts" ]; do
        printf ' ft%s.safetensors' "$number"
        number=$((number + 1))
    done
}

# timed ROLE PAIR COMMAND...: appends one measurement to the row.
timed() {
    role=$1 pair=$2
    shift 2
    begin=$(date +%s%N)
    env time -f '%U %S %M' -o "$folder/time" "$@" </dev/null >"$folder/log" 2>&1 || {
        cat "$folder/log" >&2
        fail 5 "failed: $*"
    }
    end=$(date +%s%N)
    awk -v role="$role" -v pair="$pair" -v ns="$((end - begin))" \
        '{ printf "%s\t%d\t%.4f\t%.2f\t%d\n", role, pair, ns / 1e9, $1 + $2, $3 }' "$folder/time" >>"$folder/row"
}

# Leaves free memory that was just used. The host of a virtual machine may take free memory back, and then whoever
# writes next pays for it, whichever of a pair that is.
settle() {
    rm -f o.safetensors copy
    dd if=base.safetensors of=copy bs=1M conv=fsync 2>/dev/null
}

# once ROLE PAIR WORDS: one run of the floor, of dd, or of the merge that the words mean.
once() {
    rm -f o.safetensors copy
    # shellcheck disable=SC2016,SC2046,SC2086 # words of commands
    case $3 in
        floor)
            timed "$1" "$2" sh -c 'cat "$@" >/dev/null && dd if="$1" of=copy bs=1M conv=fsync' floor $(inputs)
            ;;
        dd) timed "$1" "$2" dd if=base.safetensors of=copy bs=1M conv=fsync ;;
        -*) timed "$1" "$2" "$merge" $3 ;;
        *)
            timed "$1" "$2" "$merge" -f -q -o o.safetensors --method $3 $(inputs)
            same "$experts experts: $3" o.safetensors
            ;;
    esac
}

# same LABEL FILE: every repetition has the hash of the first.
same() {
    hash=$(sha256sum "$2")
    hash=${hash%% *}
    known=$(awk -F'\t' -v label="$1" '$1 == label { print $2 }' hashes)
    if [ -z "$known" ]; then
        printf '%s\t%s\n' "$1" "$hash" >>hashes
    elif [ "$known" != "$hash" ]; then
        fail 1 "$1: a repetition wrote other bytes (got $hash, expected $known)"
    fi
}

# row REFERENCE WORDS RUNS [LABEL]: runs both in turn, prints a line, and sets last to median, least and most seconds.
row() {
    : >"$folder/row"
    number_of_pair=1
    while [ "$number_of_pair" -le "$3" ]; do
        if [ -z "$1" ]; then
            once subject "$number_of_pair" "$2"
        elif [ $((number_of_pair % 2)) -eq 1 ]; then
            settle
            once reference "$number_of_pair" "$1"
            settle
            once subject "$number_of_pair" "$2"
        else
            settle
            once subject "$number_of_pair" "$2"
            settle
            once reference "$number_of_pair" "$1"
        fi
        number_of_pair=$((number_of_pair + 1))
    done
    print_row "${4-\`$2\`}" "$1"
}

print_row() {
    difference=0
    [ "$2" = dd ] && difference=1
    awk -F'\t' -v label="$1" -v difference="$difference" "$row_awk" "$folder/row"
    # shellcheck disable=SC2034 # read by compare
    last=$(awk '$1 == "subject" { print $3 }' "$folder/row" | sort -n | awk '
        { v[NR] = $1 }
        END { printf "%s\t%s\t%s", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2, v[1], v[NR] }')
    awk -v part="$part" -v label="$1" -v against="$2" '{ gsub(/`/, "", label); print part "\t" label "\t" against "\t" $0 }' "$folder/row" \
        >>"$folder/samples.tsv"
    rm -f "$folder/row" "$folder/time" "$folder/log"
}

# peers PACKAGE...: a throw-away Python environment in FOLDER. Where torch comes from is pip's configuration; a CPU
# build is enough.
peers() {
    python=$folder/venv/bin/python
    if [ ! -x "$python" ]; then
        python3 -m venv "$folder/venv"
    fi
    say "installing $*"
    "$python" -m pip install -q "$@" >&2
}

# agree TOLERANCE WORDS COMMAND...: ours and theirs differ by less than a share of their norm; says by how much.
agree() {
    tolerance=$1 words=$2
    shift 2
    rm -rf o.safetensors theirs theirs.safetensors
    # shellcheck disable=SC2046,SC2086 # words of commands
    "$merge" -f -q -o o.safetensors --method $words $(inputs) >/dev/null
    "$@" >"$folder/log" 2>&1 || {
        cat "$folder/log" >&2
        fail 5 "failed: $*"
    }
    answer=0
    "$merge" diff --json o.safetensors theirs* >"$folder/diff" || answer=$?
    [ "$answer" -eq 0 ] || [ "$answer" -eq 6 ] || fail 5 'diff failed'
    # shellcheck disable=SC2016 # $ belongs to awk
    awk -v tolerance="$tolerance" -v words="$words" '
        function field(name) {
            match($0, "\"" name "\":[^,]*")
            return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) + 0
        }
        {
            printf "- `%s`: %.3g%% of the weights differ, by %.3g at most; norm of the difference %.3g of the norm\n",
                words, 100 * field("changed") / field("elements"), field("maxAbs"), field("relativeNorm")
            bad = !(field("elements") > 0 && field("relativeNorm") <= tolerance)
        }
        END { exit bad }' "$folder/diff" || fail 1 "$words: results differ too much to compare their speed"
    rm -f "$folder/diff"
}

# peer WORDS LABEL COMMAND...: our merge and theirs in turn.
peer() {
    words=$1 label=$2
    shift 2
    : >"$folder/row"
    number_of_pair=1
    # shellcheck disable=SC2154 # set by compare
    while [ "$number_of_pair" -le "$peer_runs" ]; do
        once reference "$number_of_pair" "$words"
        rm -rf theirs theirs.safetensors
        timed subject "$number_of_pair" "$@"
        number_of_pair=$((number_of_pair + 1))
    done
    print_row "$label" "$words"
}
