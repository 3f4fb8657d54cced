# fish completion for carousel. It asks the binary, so that it knows what this version has.
function __carousel_help
    set -l words (commandline -opc)
    set -l command
    if set -q words[2]; and not string match -q -- '-*' $words[2]
        set command $words[2]
    end
    $words[1] $command --help 2>/dev/null
end

# What the flag before takes, such as FILE; nothing if it takes nothing.
function __carousel_value
    set -l before (commandline -opc)[-1]
    __carousel_help | string replace -rf -- "^ +(?:-[a-z], )?$before ([A-Z][A-Z|]*).*|^ +$before, --[a-z-]+ ([A-Z][A-Z|]*).*" '$1$2'
end

function __carousel_wants_file
    contains -- (__carousel_value) FILE DIR
end

function __carousel_words
    test -n "$(__carousel_value)"; and return
    set -l words (commandline -opc)
    __carousel_help | string replace -rf -- '^ +(?:-[a-z], )?(--[a-z-]+)(?: [A-Z][A-Z|]*)?(?: +(.*))?$' '$1\t$2'
    if test (count $words) -le 2
        set -l command (string join -- ' ' $words[2..] '')
        __carousel_help | string replace -rf -- "^  carousel $command([a-z]+)( .*)?\$" '$1'
    end
end

complete -c carousel -n __carousel_wants_file -F
complete -c carousel -n 'not __carousel_wants_file' -f -a '(__carousel_words)'
