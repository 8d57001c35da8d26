# fish completion for proxmox-mpc

set -l commands serve sim config doctor anonymize deanonymize reveal client-config token state privacy

complete -c proxmox-mpc -f
complete -c proxmox-mpc -n "not __fish_seen_subcommand_from $commands" -a serve -d "Serve MCP over stdio"
complete -c proxmox-mpc -n "not __fish_seen_subcommand_from $commands" -a sim -d "Serve a simulated cluster"
complete -c proxmox-mpc -n "not __fish_seen_subcommand_from $commands" -a config -d "Check the configuration"
complete -c proxmox-mpc -n "not __fish_seen_subcommand_from $commands" -a doctor -d "Check connection and privileges"
complete -c proxmox-mpc -n "not __fish_seen_subcommand_from $commands" -a anonymize -d "Real values to pseudonyms"
complete -c proxmox-mpc -n "not __fish_seen_subcommand_from $commands" -a deanonymize -d "Undo anonymize"
complete -c proxmox-mpc -n "not __fish_seen_subcommand_from $commands" -a reveal -d "Pseudonyms to real values"
complete -c proxmox-mpc -n "not __fish_seen_subcommand_from $commands" -a client-config -d "Print client configurations"
complete -c proxmox-mpc -n "not __fish_seen_subcommand_from $commands" -a token -d "Bearer tokens of serve --http"
complete -c proxmox-mpc -n "not __fish_seen_subcommand_from $commands" -a state -d "Back up or restore the state"
complete -c proxmox-mpc -n "not __fish_seen_subcommand_from $commands" -a privacy -d "Look at the pseudonyms, or forget them"
complete -c proxmox-mpc -n "not __fish_seen_subcommand_from $commands" -l version -d "Print the version"
complete -c proxmox-mpc -l help -d "Print help"

complete -c proxmox-mpc -n "__fish_seen_subcommand_from serve" -l demo -d "Simulated cluster, no configuration"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from serve" -l http -x -d "Serve Streamable HTTP here"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from token" -a "show list add rotate remove"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from serve doctor config anonymize deanonymize reveal" -l config -r -F -d "Configuration file"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from serve doctor config anonymize deanonymize reveal" -l state-dir -x -a "(__fish_complete_directories)" -d "State directory"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from serve doctor" -l access -x -a "observe operate" -d "Access level"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from serve" -l log-level -x -a "debug info warn error off" -d "Log level"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from serve" -l log-file -r -F -d "Log file"

complete -c proxmox-mpc -n "__fish_seen_subcommand_from sim" -l listen -x -d "Address and port"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from sim" -l nodes -x -d "Number of nodes"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from sim" -l guests -x -d "Number of guests"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from sim" -l seed -x -d "Seed"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from sim" -l work-time -x -d "Milliseconds of a start or stop"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from sim" -l http -d "No TLS"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from sim" -l ready-file -r -F -d "Receives how to connect"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from sim" -l truth-file -r -F -d "Receives what must stay hidden"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from sim" -l access-log -r -F -d "Receives one line per request"

complete -c proxmox-mpc -n "__fish_seen_subcommand_from config" -a check -d "Check the configuration"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from doctor" -l json -d "Print JSON"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from anonymize deanonymize" -F
complete -c proxmox-mpc -n "__fish_seen_subcommand_from anonymize deanonymize" -l names -r -F -d "Known names (JSON)"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from anonymize deanonymize" -l key-file -r -F -d "A key of your own"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from anonymize deanonymize" -l jsonl -d "One text a line"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from privacy" -a "stats mappings clear"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from privacy" -l json -d "Machine-readable"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from privacy" -l yes -d "clear: really"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from state" -F -a "backup restore"
complete -c proxmox-mpc -n "__fish_seen_subcommand_from client-config" -l demo -d "For the simulated cluster"
