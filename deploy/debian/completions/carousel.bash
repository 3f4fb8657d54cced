# bash completion for carousel. It asks the binary, so that it knows what this version has.
_carousel() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' help value words=''
    ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} != -* ]] && command=${COMP_WORDS[1]}
    help=$("${COMP_WORDS[0]}" ${command:+"$command"} --help 2>/dev/null)
    # What the flag before takes: "-f, --file FILE".
    value=$(sed -nE "s/^ +(-[a-z], )?$before ([A-Z][A-Z|]*).*/\2/p; s/^ +$before, --[a-z-]+ ([A-Z][A-Z|]*).*/\1/p" <<<"$help")
    case $value in
        FILE | DIR)
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return
            ;;
        ?*)
            return
            ;;
    esac
    if [[ $current == -* ]]; then
        words=$(sed -nE 's/^ +(-[a-z], )?(--[a-z-]+).*/\2/p' <<<"$help")
    elif ((COMP_CWORD <= 2)); then
        words=$(sed -nE "s/^  carousel ${command:+$command }([a-z]+)( .*)?$/\1/p" <<<"$help" | sort -u)
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _carousel carousel
