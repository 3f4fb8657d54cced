# bash completion for carousel. It asks the binary, so that it knows what this version and its balancers have.
_carousel() {
    # What bash takes for several words, such as localhost:8001 or --policy=hash, is one.
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
    # bash replaces only what follows the last of its own word breaks.
    if [[ $current == *[:=]* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${current%"${current##*[:=]}"}"}")
    fi
    # What goes on, such as weight= or cookie:, gets no blank.
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[:=/] ]] && compopt -o nospace 2>/dev/null
    return 0
}
complete -F _carousel carousel
