# bash completion for carousel. The binary provides the candidates, so they match its version and the running balancer.
_carousel() {
    # bash splits words such as localhost:8001 or --policy=hash; the binary needs them whole.
    local -a words
    read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
    [[ ${COMP_LINE:COMP_POINT-1:1} == ' ' ]] && words+=('')
    local current=${words[${#words[@]} - 1]} candidate
    COMPREPLY=()
    while IFS= read -r candidate; do
        if [[ $candidate == : ]]; then
            mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
        elif [[ $candidate == "$current"* ]]; then
            COMPREPLY+=("${candidate%%$'\t'*}")
        fi
    done < <("${words[0]}" complete "${words[@]:1}" 2>/dev/null)
    # bash replaces only the text after its last word break.
    if [[ $current == *[:=]* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${current%"${current##*[:=]}"}"}")
    fi
    # No blank after an incomplete word such as weight= or cookie:.
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[:=/] ]] && compopt -o nospace 2>/dev/null
    return 0
}
complete -F _carousel carousel
