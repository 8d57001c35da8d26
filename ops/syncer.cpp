#include "ops/syncer.h"

#include "base/log.h"

namespace pmx::ops {
namespace {

void sync_all(const Clusters& clusters, const std::stop_token& stop) {
  for (const auto& cluster : clusters.all()) {
    Context ctx;
    ctx.request_id = "sync";
    ctx.principal = "sync";
    ctx.stop = stop;
    const auto snapshot = cluster->refresh(ctx);
    if (!snapshot.ok() && !stop.stop_requested()) {
      log::warn(ctx, "sync.failed",
                {{"cluster", cluster->title()}, {"error", snapshot.error().text()}});
    }
  }
}

}  // namespace

Syncer::Syncer(const Clusters& clusters, state::Database& database, Clock& clock,
               std::chrono::milliseconds delay, std::chrono::milliseconds interval,
               std::function<void()> synced)
    : thread_([&clusters, &database, &clock, delay, interval,
               synced = std::move(synced)](const std::stop_token& stop) {
        auto pause = delay;
        while (clock.wait(stop, pause)) {
          pause = interval;
          if (!database.try_lead()) continue;
          sync_all(clusters, stop);
          if (synced) synced();
        }
      }) {}

}  // namespace pmx::ops
