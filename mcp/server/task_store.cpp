#include "mcp/server/task_store.h"

#include <cstdlib>

namespace pmx::mcp {

std::string_view task_status_name(TaskStatus status) {
  switch (status) {
    case TaskStatus::kWorking: return "working";
    case TaskStatus::kInputRequired: return "input_required";
    case TaskStatus::kCompleted: return "completed";
    case TaskStatus::kFailed: return "failed";
    case TaskStatus::kCancelled: return "cancelled";
  }
  std::abort();
}

}  // namespace pmx::mcp
