# fish completion for carousel. The binary provides the candidates, so they match its version and the running balancer.
function __carousel_complete
    set -l words (commandline -opc)
    $words[1] complete $words[2..] (commandline -ct) 2>/dev/null
end

complete -c carousel -n '__carousel_complete | string match -q -- :' -F
complete -c carousel -n 'not __carousel_complete | string match -q -- :' -f
complete -c carousel -a '(__carousel_complete | string match -v -- :)'
