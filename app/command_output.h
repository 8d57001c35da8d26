// Runs a program, without a shell, for what it prints: how secrets come from a password manager.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace pmx::app {

/// What a password manager gets to answer in. A client waits for our start behind it.
constexpr std::chrono::seconds kCommandTimeout{30};

/// Standard output of `command` (program looked up in PATH, then arguments), at most 64 KiB. Its
/// standard input is empty. kDeadlineExceeded after kCommandTimeout on `clock`, kUnavailable when
/// it cannot be run or ends with a status other than 0, kResourceExhausted when it prints more; its
/// output is in no error. A command that does not end by itself is killed with its whole process
/// group. Blocks until the program has ended.
Result<std::string> command_output(const std::vector<std::string>& command, Clock& clock);

}  // namespace pmx::app
