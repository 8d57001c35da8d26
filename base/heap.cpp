#include "base/heap.h"

#include <malloc.h>

namespace pmx {

void keep_freed_memory() {
  constexpr int kKept = 1 << 20;
  ::mallopt(M_TRIM_THRESHOLD, kKept);
  ::mallopt(M_MMAP_THRESHOLD, kKept);
}

}  // namespace pmx
