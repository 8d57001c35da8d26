// Runs a program, without a shell, for what it prints: how secrets come from a password manager.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace pmx::app {

/// Standard output of `command` (program looked up in PATH, then arguments), at most 64 KiB. Its
/// standard input is empty. kUnavailable when it cannot be run or ends with a status other than 0;
/// its output is in no error.
Result<std::string> command_output(const std::vector<std::string>& command);

}  // namespace pmx::app
