# bash completion for proxmox-mpc

_proxmox_mpc_options() {
  case $1 in
    serve) echo "--demo --http --config --state-dir --access --log-level --log-file --help" ;;
    sim) echo "--listen --scenario --clusters --pve --speed --nodes --guests --seed --work-time --http --ready-file --truth-file --access-log --help" ;;
    config) echo "check --config --state-dir --help" ;;
    doctor) echo "--config --state-dir --access --json --help" ;;
    trust) echo "--config --yes --help" ;;
    token) echo "show list add rotate remove --access --config --state-dir --help" ;;
    privacy) echo "stats mappings rules rotate clear --json --all --grace --yes --config --state-dir --help" ;;
    state) echo "backup restore --config --state-dir --help" ;;
    client-config) echo "--demo --help" ;;
    anonymize) echo "--names --key-file --one-time --permute-vmids --jsonl --explain --explain=json --config --state-dir --help" ;;
    deanonymize) echo "--names --key-file --jsonl --explain --explain=json --config --state-dir --help" ;;
    reveal) echo "--watch --config --state-dir --help" ;;
    *) echo "serve sim config doctor trust anonymize deanonymize reveal client-config token state privacy --version --help" ;;
  esac
}

_proxmox_mpc() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=""
  [ "$COMP_CWORD" -gt 1 ] && command=${COMP_WORDS[1]}
  case $previous in
    --access) mapfile -t COMPREPLY < <(compgen -W "observe operate" -- "$current") ;;
    --log-level) mapfile -t COMPREPLY < <(compgen -W "debug info warn error off" -- "$current") ;;
    --state-dir) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    --config | --names | --key-file | --log-file | --ready-file | --truth-file | --access-log)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
    *)
      mapfile -t COMPREPLY < <(compgen -W "$(_proxmox_mpc_options "$command")" -- "$current")
      if [[ $command == @(anonymize|deanonymize|state) ]] && [[ $current != -* ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      fi
      ;;
  esac
}

complete -F _proxmox_mpc proxmox-mpc
