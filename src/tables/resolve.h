// What a change comes to on top of a version of the table. Pure: no disk, no clock.
#pragma once

#include <cstdint>
#include <span>

#include "tables/commit.h"
#include "tables/log_entry.h"
#include "tables/replay.h"

namespace tidemill::tables {

/// Returns the commit that does `change` on top of `base`; null when there is no table yet. Throws
/// a user's Error when the change does not fit the table.
LogEntry resolve(const Change& change, const State* base);

/// Throws Transient when one of `later`, the commits after the change's `read_version`, is in its
/// way.
void check_conflicts(const Change& change, std::span<const LogEntry> later);

/// True when the change's transaction is in `base` already.
bool is_committed(const Change& change, const State& base);

}  // namespace tidemill::tables
