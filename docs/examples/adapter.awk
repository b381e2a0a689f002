#!/usr/bin/awk -f
# A parser like many others, with its adapter. Run: procmaps check -- awk -f adapter.awk
# It splits lines at white space, so names with spaces are wrong. The report shows which.
BEGIN { printf "[" }
{
    split($1, range, "-")
    printf "%s\n{\"start\":\"%s\",\"end\":\"%s\",\"perms\":%s,\"offset\":\"%s\",\"device\":\"%s\",\"inode\":\"%s\",\"name\":%s}",
        (NR > 1 ? "," : ""), range[1], range[2], quoted($2), $3, $4, $5, quoted($6)
}
END { print "]" }

function quoted(text) {
    gsub(/[\\"]/, "\\\\&", text)
    gsub(/[\001-\037]/, "?", text)
    return "\"" text "\""
}
