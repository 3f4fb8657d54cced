# Turns the output of "carousel --help" into carousel(1): awk -v version=0.1.0 -v date=2026-11-26 -f manpage.awk
function safe(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    return text ~ /^[.']/ ? "\\&" text : text
}

function example(line) {
    print safe(substr(line, 3)) "\n.br"
}

BEGIN {
    printf ".TH CAROUSEL 1 %s \"carousel %s\"\n", date, version
}

NR == 1 {
    sub(/^[^:]*: /, "")
    sub(/\.$/, "")
    print ".SH NAME\ncarousel \\- " safe($0)
    next
}

/^Usage:$/ { part = "usage"; print ".SH SYNOPSIS"; next }
# More commands.
part == "usage" && /^Commands for a running balancer:$/ { print ".SS Commands for a running balancer"; next }
# Options of a line of the file: before the units, as in --help.
/^Server options, after the URL:$/ { part = "options"; print ".SS Server options, after the URL"; next }
/^Examples:$/ { part = "text"; print ".SH EXAMPLES"; next }
/^Exit codes:/ { print ".SH EXIT STATUS\n" safe(substr($0, 13)); next }
/^TIME is/ { print ".SH UNITS\n" safe($0); part = "text"; next }
/^FILE has/ { print ".SH FILE\n" safe($0) "\n.br"; part = "text"; next }

# A group of flags.
/^[A-Z][^:]*:$/ {
    if (part == "usage") {
        print ".SH OPTIONS"
    }
    part = "flags"
    sub(/:$/, "")
    print ".SS " safe($0)
    next
}

part == "usage" && NF {
    split($0, halves, /   +/)
    printf ".B %s\n.br\n.RS 4\n%s\n.RE\n", safe(substr(halves[1], 3)), safe(halves[2])
    next
}

# "-f, --file FILE", in the columns before the description, or alone on its line.
part == "flags" && /^ +-/ && substr($0, 1, 36) ~ /^ +-/ {
    name = $0
    text = ""
    if (match(substr($0, 7), /  +/) && length($0) > 36) {
        name = substr($0, 1, 5 + RSTART)
        text = substr($0, 37)
    }
    sub(/^ +/, "", name)
    print ".TP\n.B " safe(name)
    if (text != "") {
        print safe(text)
    }
    next
}

part == "options" && NF {
    match(substr($0, 3), /  +/)
    print ".TP\n.B " safe(substr($0, 3, RSTART - 1)) "\n" safe(substr($0, 2 + RSTART + RLENGTH))
    next
}

part == "flags" && NF { sub(/^ +/, ""); print safe($0); next }
part == "text" && /^  / { example($0); next }
part == "text" && NF { print safe($0) }

END {
    print ".SH SIGNALS"
    print "SIGTERM and SIGINT drain, a second stops immediately; SIGHUP reloads FILE; SIGUSR1 reopens the access log."
    print "A SIGINT that is ignored at the start, as in background jobs of scripts, stays ignored."
    print ".SH FILES"
    print ".TP\n.I /etc/carousel/servers.txt\nThe servers of the service."
    print ".TP\n.I /etc/default/carousel\nMore flags for the service, in CAROUSEL_FLAGS."
    print ".TP\n.I /var/lib/carousel\nThe embedded store's sessions, and the last good list of servers."
    print ".TP\n.I /etc/logrotate.d/carousel\nRotation of the access log in /var/log/carousel."
}
