#compdef proxmox-mpc
# zsh completion for proxmox-mpc; installed as _proxmox-mpc

_proxmox_mpc_serve() {
  _arguments \
    '--demo[serve a simulated cluster, no configuration needed]' \
    '--http[serve Streamable HTTP here]:address:(127.0.0.1\:8585)' \
    '--config[configuration file]:file:_files' \
    '--state-dir[where the memory and the key are kept]:directory:_directories' \
    '--access[access level]:level:(observe operate)' \
    '--log-level[log level]:level:(debug info warn error off)' \
    '--log-file[log here instead of stderr]:file:_files'
}

_proxmox_mpc_sim() {
  _arguments \
    '--listen[address and port]:address:(127.0.0.1\:8006 127.0.0.1\:0)' \
    '--scenario[what the cluster is]:scenario:(generated empty lab homelab office datacenter)' \
    '--clusters[number of clusters]:number:' \
    '--pve[release]:release:(8.4 9.2)' \
    '--speed[how fast its clock runs]:factor:' \
    '--nodes[number of nodes]:number:' \
    '--guests[number of guests]:number:' \
    '--seed[seed]:number:' \
    '--work-time[milliseconds of a start or stop]:number:' \
    '--http[no TLS]' \
    '--ready-file[receives how to connect]:file:_files' \
    '--truth-file[receives what must stay hidden]:file:_files' \
    '--access-log[receives one line per request]:file:_files'
}

_proxmox_mpc() {
  local -a commands=(
    'serve:serve MCP over standard input and output'
    'sim:serve a simulated cluster'
    'config:check the configuration'
    'doctor:check connection, token and privileges'
    'trust:show a node'"'"'s certificate and pin it'
    'anonymize:replace real values by pseudonyms'
    'deanonymize:undo anonymize'
    'reveal:replace pseudonyms by real values'
    'client-config:print client configurations to paste'
    'token:work with the bearer tokens of serve --http'
    'state:back up or restore the state directory'
    'privacy:look at the pseudonyms, or forget them all'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    _arguments '--version[print the version]' '--help[print help]'
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
    serve) _proxmox_mpc_serve ;;
    sim) _proxmox_mpc_sim ;;
    config) _arguments '1:action:(check)' '--config[configuration file]:file:_files' ;;
    doctor)
      _arguments '--config[configuration file]:file:_files' '--json[print JSON]' \
        '--access[judge for this level]:level:(observe operate)'
      ;;
    trust) _arguments '1:host:_hosts' '--yes[pin without asking]' '--config[configuration file]:file:_files' ;;
    anonymize | deanonymize)
      _arguments '1:file:_files' '--names[known names]:file:_files' \
        '--key-file[a key of your own]:file:_files' '--one-time[anonymize: a key that is kept nowhere]' \
        '--permute-vmids[with --one-time: other VMIDs]' \
        '--explain=-[say what was replaced or restored, and why]::form:(text json)' \
        '--jsonl[one text a line]' '--config[configuration file]:file:_files' \
        '--state-dir[state directory]:directory:_directories'
      ;;
    reveal)
      _arguments '*:text:' '--watch[line by line, as they come]' '--config[configuration file]:file:_files' \
        '--state-dir[state directory]:directory:_directories'
      ;;
    token) _arguments '1:action:(show list add rotate remove)' '2:name:' ;;
    privacy) _arguments '1:action:(stats mappings rules rotate clear)' '--json[machine-readable]' '--all[rules: each built-in rule]' \
      '--grace[rotate: days that old pseudonyms are accepted]:days:' '--yes[clear: really]' ;;
    state)
      _arguments '1:action:(backup restore)' '2:file:_files' \
        '--state-dir[state directory]:directory:_directories'
      ;;
    client-config) _arguments '--demo[for the simulated cluster]' ;;
  esac
}

_proxmox_mpc "$@"
